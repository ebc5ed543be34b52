//! Going on where a cut transfer stopped (RFC 9110, section 14).

use super::{
    digest::{Expected, Running},
    record::Record,
};
use mediagen_http::HttpResponse;
use url::Url;

/// What the first answer said about the file; a later part must belong to the same.
#[derive(Debug, Default)]
pub(super) struct Resume {
    /// Strong `ETag` (weak ones cannot vouch for ranges), else `Last-Modified`.
    validator: Option<String>,
    /// Whether the first answer came to another process: then the validator must be confirmed, not just not denied.
    of_another: bool,
    /// Length of the whole file.
    pub(super) total: Option<u64>,
    /// `Content-Type`.
    pub(super) content_type: Option<String>,
    /// What the server says the content comes to.
    pub(super) digest: Option<Expected>,
    /// Whether the server said that it has no ranges.
    no_ranges: bool,
}

impl Resume {
    /// From an answer with the whole file.
    pub(super) fn of(response: &HttpResponse) -> Self {
        Self {
            validator: validator(response),
            of_another: false,
            total: response.content_length(),
            content_type: response.header("content-type").map(str::to_owned),
            digest: Expected::of(response),
            no_ranges: response.header("accept-ranges").is_some_and(|units| units.trim() == "none"),
        }
    }

    /// From an answer with the first `bytes` bytes of a file, or with all of a shorter one; `None` where the file
    /// could not be put together from several answers for certain.
    pub(super) fn of_first_piece(response: &HttpResponse, bytes: u64) -> Option<Self> {
        let (first, last, total) = response.header("content-range").and_then(content_range)?;
        let is_asked = first == 0 && Some(last) == total.min(bytes).checked_sub(1);
        let validator = validator(response).filter(|tag| tag.starts_with('"') && is_asked)?;
        Some(Self {
            validator: Some(validator),
            total: Some(total),
            content_type: response.header("content-type").map(str::to_owned),
            digest: Expected::of_part(response),
            ..Self::default()
        })
    }

    /// From what an earlier save left behind.
    pub(super) fn of_record(record: &Record) -> Self {
        Self {
            validator: Some(record.validator.clone()),
            of_another: true,
            total: record.total,
            content_type: record.content_type.clone(),
            digest: record.digest.clone(),
            no_ranges: false,
        }
    }

    /// What a later process must know to go on; `None` where it could not be sure to get the rest of the same file:
    /// an equal length alone will not do, because between two processes any time may pass.
    pub(super) fn record(&self, url: &Url) -> Option<Record> {
        let validator = self.validator.clone().filter(|_| !self.no_ranges)?;
        let mut record = Record::new(url, validator);
        record.total = self.total;
        record.content_type.clone_from(&self.content_type);
        record.digest.clone_from(&self.digest);
        Some(record)
    }

    /// What computes the server's digest.
    pub(super) fn running(&self) -> Option<Running> {
        self.digest.as_ref().map(|expected| Running::new(expected.algorithm))
    }

    /// The headers that ask for the bytes from `start` to before `end`.
    pub(super) fn piece_headers(&self, start: u64, end: u64) -> Vec<(&'static str, String)> {
        let mut headers = vec![("range", format!("bytes={start}-{}", end.saturating_sub(1)))];
        headers.extend(self.validator.iter().map(|value| ("if-range", value.clone())));
        headers
    }

    /// The headers that ask for the rest after `written` bytes; none where nothing could vouch for the rest.
    pub(super) fn headers(&self, written: u64) -> Vec<(&'static str, String)> {
        if written == 0 || self.no_ranges || (self.validator.is_none() && self.total.is_none()) {
            return Vec::new();
        }
        let mut headers = vec![("range", format!("bytes={written}-"))];
        headers.extend(self.validator.iter().map(|value| ("if-range", value.clone())));
        headers
    }

    /// Whether a 206 carries on at `written`: its range begins there, ends with the file, and the file's length and
    /// validator are the same as before. Without a validator the equal length has to do.
    pub(super) fn continues(&self, response: &HttpResponse, written: u64) -> bool {
        let range = response.header("content-range").and_then(content_range);
        range.is_some_and(|(_, last, total)| {
            written != 0 && last.checked_add(1) == Some(total) && self.covers(response, written, total)
        })
    }

    /// Whether a 206 has the bytes from `start` to before `end` of the same file.
    pub(super) fn covers(&self, response: &HttpResponse, start: u64, end: u64) -> bool {
        let Some((first, last, total)) = response.header("content-range").and_then(content_range) else {
            return false;
        };
        let named = self.validator.as_deref().map(|before| {
            let now = response.header(if before.starts_with('"') { "etag" } else { "last-modified" });
            (before, now)
        });
        let same_file = match named {
            Some((before, Some(now))) => before == now,
            // A 206 may leave out what an `If-Range` said already.
            Some((_, None)) | None => !self.of_another,
        };
        let same_length = self.total.is_none_or(|known| known == total);
        first == start && last.checked_add(1) == Some(end) && same_length && same_file
    }
}

fn validator(response: &HttpResponse) -> Option<String> {
    let tag = response.header("etag").filter(|tag| tag.starts_with('"'));
    tag.or_else(|| response.header("last-modified")).map(str::to_owned)
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
            ..Resume::default()
        };
        assert!(resume(None, None).headers(5).is_empty());
        assert!(resume(Some("\"a\""), Some(9)).headers(0).is_empty());
        assert!(Resume { no_ranges: true, ..resume(Some("\"a\""), Some(9)) }.headers(5).is_empty());
        assert_eq!(resume(None, Some(9)).headers(5), [("range", "bytes=5-".to_owned())]);
        assert_eq!(
            resume(Some("\"a\""), None).headers(5),
            [("range", "bytes=5-".to_owned()), ("if-range", "\"a\"".to_owned())]
        );
        let url = Url::parse("https://h/a").unwrap();
        assert!(resume(None, Some(9)).record(&url).is_none(), "a length is not enough for another process");
        assert!(resume(Some("\"a\""), None).record(&url).is_some());
    }
}
