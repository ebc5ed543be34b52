//! Going on where a cut transfer stopped (RFC 9110, section 14).

use mediagen_http::HttpResponse;

/// What the first answer said about the file; a later part must belong to the same.
#[derive(Debug, Default)]
pub(super) struct Resume {
    /// Strong `ETag` (weak ones cannot vouch for ranges), else `Last-Modified`.
    validator: Option<String>,
    /// Length of the whole file.
    pub(super) total: Option<u64>,
    /// `Content-Type`.
    pub(super) content_type: Option<String>,
}

impl Resume {
    /// From an answer with the whole file.
    pub(super) fn of(response: &HttpResponse) -> Self {
        let tag = response.header("etag").filter(|tag| tag.starts_with('"'));
        Self {
            validator: tag.or_else(|| response.header("last-modified")).map(str::to_owned),
            total: response.content_length(),
            content_type: response.header("content-type").map(str::to_owned),
        }
    }

    /// The headers that ask for the rest after `written` bytes; none where nothing could vouch for the rest.
    pub(super) fn headers(&self, written: u64) -> Vec<(&'static str, String)> {
        if written == 0 || (self.validator.is_none() && self.total.is_none()) {
            return Vec::new();
        }
        let mut headers = vec![("range", format!("bytes={written}-"))];
        headers.extend(self.validator.iter().map(|value| ("if-range", value.clone())));
        headers
    }

    /// Whether a 206 carries on at `written`: its range begins there, ends with the file, and the file's length and
    /// tag are the same as before. Without a validator the equal length has to do.
    pub(super) fn continues(&self, response: &HttpResponse, written: u64) -> bool {
        let Some((first, last, total)) = response.header("content-range").and_then(content_range) else {
            return false;
        };
        let same_tag = match (self.validator.as_deref(), response.header("etag")) {
            (Some(before), Some(now)) if before.starts_with('"') => before == now,
            _ => true,
        };
        let same_length = self.total.is_none_or(|known| known == total);
        first == written && written != 0 && Some(last) == total.checked_sub(1) && same_length && same_tag
    }
}

/// First byte, last byte and whole length of `bytes 10-99/100`.
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read() {
        assert_eq!(content_range("bytes 10-99/100"), Some((10, 99, 100)));
        for text in ["bytes */100", "bytes 10-99/*", "10-99/100", "bytes 10/100", ""] {
            assert_eq!(content_range(text), None, "{text}");
        }
    }

    #[test]
    fn a_rest_is_asked_for_only_when_something_vouches_for_it() {
        let resume = |validator: Option<&str>, total| Resume {
            validator: validator.map(str::to_owned),
            total,
            content_type: None,
        };
        assert!(resume(None, None).headers(5).is_empty());
        assert!(resume(Some("\"a\""), Some(9)).headers(0).is_empty());
        assert_eq!(resume(None, Some(9)).headers(5), [("range", "bytes=5-".to_owned())]);
        assert_eq!(
            resume(Some("\"a\""), None).headers(5),
            [("range", "bytes=5-".to_owned()), ("if-range", "\"a\"".to_owned())]
        );
    }
}
