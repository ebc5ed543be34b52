//! What a provider's table says about an answer: keep it, or ask again.

use http::{HeaderMap, header};
use mediagen_core::Phase;
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Status and headers of an answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseHead {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
}

impl ResponseHead {
    /// A head, for tests of a classifier.
    pub fn new(status: u16, headers: HeaderMap) -> Self {
        Self { status, headers }
    }
}

impl fmt::Debug for ResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("status", &self.status)
            // Values may be tokens, or addresses that hold a right.
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// What to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Hand it to the caller.
    Final,
    /// Asking again may help; a call that must leave once is handed over instead.
    Retry {
        /// The shortest pause the provider asked for.
        after: Option<Duration>,
    },
    /// The provider turned the call away before it began: even a paid call may be repeated.
    RefusedBeforeStart {
        /// The shortest pause the provider asked for.
        after: Option<Duration>,
    },
}

/// A provider's table from answers to verdicts.
///
/// ```
/// use mediagen_core::Phase;
/// use mediagen_http::{Classify, ResponseHead, Verdict, retry_after};
///
/// /// A service that says "busy" in the body of a 400.
/// struct Table;
///
/// impl Classify for Table {
///     fn classify(&self, _: Phase, head: &ResponseHead, refusal: &[u8]) -> Verdict {
///         match head.status {
///             400 if refusal.starts_with(b"busy") => Verdict::RefusedBeforeStart { after: None },
///             429 => Verdict::RefusedBeforeStart { after: retry_after(&head.headers) },
///             _ => Verdict::Final,
///         }
///     }
/// }
/// ```
pub trait Classify: Send + Sync + 'static {
    /// The verdict on an answer to a call of `phase`.
    ///
    /// `refusal` holds the beginning of the body, at most 64 KiB, where the status is not 200 to 299; it is empty for
    /// the others. The caller still gets the whole body. It may be cut short: a server that stops in the middle of its
    /// refusal does not delay the verdict beyond `deadlines().request`.
    fn classify(&self, phase: Phase, head: &ResponseHead, refusal: &[u8]) -> Verdict;
}

/// By status alone: 408, 425, 429, 502, 503 and 504 are worth another try, none proves that nothing began.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatusClassify;

impl Classify for StatusClassify {
    fn classify(&self, _phase: Phase, head: &ResponseHead, _refusal: &[u8]) -> Verdict {
        match head.status {
            408 | 425 | 429 | 502..=504 => Verdict::Retry { after: retry_after(&head.headers) },
            _ => Verdict::Final,
        }
    }
}

/// The pause that `Retry-After` asks for, in seconds or as an HTTP date; `None` when absent or malformed.
///
/// A date is measured against the answer's own `Date`, so that a wrong local clock does no harm. A date in the past is
/// zero.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let sent = headers.get(header::DATE).and_then(|value| value.to_str().ok());
    let now = sent.and_then(|text| httpdate::parse_http_date(text).ok()).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_names_headers_and_hides_their_values() {
        let mut headers = HeaderMap::new();
        headers.insert("x-cdn-token", "s3cret".parse().unwrap());
        let text = format!("{:?}", ResponseHead::new(200, headers));
        assert!(text.contains("x-cdn-token") && text.contains("200") && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let check = |value: &str, expected: Option<Duration>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::DATE, "Wed, 21 Oct 2026 07:28:00 GMT".parse().unwrap());
            headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&headers), expected, "{value}");
        };
        check("2", Some(Duration::from_secs(2)));
        check(" 0 ", Some(Duration::ZERO));
        check("1.5", Some(Duration::from_millis(1500)));
        check("Wed, 21 Oct 2026 07:28:30 GMT", Some(Duration::from_secs(30)));
        check("Wed, 21 Oct 2026 07:00:00 GMT", Some(Duration::ZERO));
        check("soon", None);
        check("-3", None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
