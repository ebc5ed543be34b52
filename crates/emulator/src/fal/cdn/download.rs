//! `GET` and `HEAD` of a file, whole or one range of it (RFC 9110, 14).

use super::{
    store::{Store, StoredFile},
    synthetic,
};
use crate::wire::{Answer, Call, detail, with};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
};
use base64::Engine as _;
use std::{io::SeekFrom, ops::RangeInclusive};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

const CHUNK: usize = 256 << 10;

/// What a `Range` header wants of a file.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(RangeInclusive<u64>),
    Unsatisfiable,
}

/// Files up to this size are digested for [`Downloads::digests`].
const DIGESTED: u64 = 64 << 20;

/// What downloads offer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Downloads {
    /// Whether `Range` is honoured.
    pub(crate) ranges: bool,
    /// Whether answers have a `Repr-Digest` (RFC 9530).
    pub(crate) digests: bool,
}

/// Where the bytes come from.
enum Source {
    Stored(StoredFile),
    Synthetic(u64),
}

impl Source {
    fn find(store: &Store, key: &str) -> Option<Self> {
        synthetic::size(key).map(Self::Synthetic).or_else(|| store.get(key).map(Self::Stored))
    }

    fn size(&self) -> u64 {
        match self {
            Self::Stored(file) => file.size,
            Self::Synthetic(size) => *size,
        }
    }

    fn media_type(&self) -> &str {
        match self {
            Self::Stored(file) => &file.media_type,
            Self::Synthetic(_) => "application/octet-stream",
        }
    }

    async fn body(&self, start: u64, length: u64) -> std::io::Result<Body> {
        match self {
            Self::Stored(file) => {
                let mut content = tokio::fs::File::open(&file.path).await?;
                content.seek(SeekFrom::Start(start)).await?;
                Ok(Body::from_stream(ReaderStream::with_capacity(content.take(length), CHUNK)))
            }
            Self::Synthetic(_) => Ok(Body::from_stream(synthetic::content(start..start + length))),
        }
    }

    /// `sha-256=:…:` of the whole file (RFC 9530).
    async fn digest(&self) -> Option<String> {
        let Self::Stored(file) = self else { return None };
        let content = if file.size > DIGESTED { return None } else { tokio::fs::read(&file.path).await.ok()? };
        let digest = ring::digest::digest(&ring::digest::SHA256, &content);
        Some(format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(digest)))
    }
}

impl Downloads {
    /// Answers for the file under `key`; a `HEAD` gets no body.
    pub(super) async fn answer(self, store: &Store, key: &str, call: Call, head: bool) -> Result<Answer, Answer> {
        let headers = call.parts.headers;
        let sent = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let file = Source::find(store, key).ok_or_else(|| detail(404, "File not found"))?;
        let size = file.size();
        // Files never change under their address, so the address is a good tag.
        let etag = format!("\"{}\"", &blake3::hash(key.as_bytes()).to_hex()[..16]);
        let same = sent(header::IF_RANGE).is_none_or(|tag| tag == etag);
        let wanted = match sent(header::RANGE) {
            Some(range) if self.ranges && same => parse(range, size),
            _ => Wanted::Whole,
        };
        let (code, start, length) = match &wanted {
            Wanted::Whole => (200, 0, size),
            Wanted::Part(range) => (206, *range.start(), range.end() - range.start() + 1),
            Wanted::Unsatisfiable => {
                let mut refusal = detail(416, "Range not satisfiable");
                refusal.headers_mut().insert(header::CONTENT_RANGE, text(&format!("bytes */{size}")));
                return Err(refusal);
            }
        };
        let body = if head {
            Body::empty()
        } else {
            file.body(start, length).await.map_err(|_| detail(404, "File not found"))?
        };
        let mut found = Answer::new(body);
        *found.status_mut() = StatusCode::from_u16(code).unwrap_or_default();
        let answered = found.headers_mut();
        answered.insert(header::CONTENT_LENGTH, length.into());
        answered.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=5184000, immutable"));
        answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answered.insert(header::ETAG, text(&etag));
        if self.ranges {
            answered.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        }
        if let Some(digest) = if self.digests { file.digest().await } else { None } {
            answered.insert("repr-digest", text(&digest));
        }
        if let Wanted::Part(range) = &wanted {
            answered.insert(header::CONTENT_RANGE, text(&format!("bytes {}-{}/{size}", range.start(), range.end())));
        }
        Ok(with(found, header::CONTENT_TYPE, file.media_type()))
    }
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

/// A malformed header, another unit or several ranges are ignored (RFC 9110, 14.2).
fn parse(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Wanted::Whole;
    };
    let numbers = (first.trim().parse::<u64>(), last.trim().parse::<u64>());
    let (start, end) = match (first.trim(), last.trim(), numbers) {
        (_, "", (Ok(start), _)) => (start, size.saturating_sub(1)),
        ("", _, (_, Ok(count))) if count > 0 => (size.saturating_sub(count), size.saturating_sub(1)),
        ("", _, (_, Ok(_))) => return Wanted::Unsatisfiable,
        (_, _, (Ok(start), Ok(end))) if start <= end => (start, end.min(size.saturating_sub(1))),
        _ => return Wanted::Whole,
    };
    if start >= size { Wanted::Unsatisfiable } else { Wanted::Part(start..=end) }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, parse};

    #[test]
    fn one_range_is_understood_and_anything_else_ignored() {
        assert_eq!(parse("bytes=0-0", 10), Wanted::Part(0..=0));
        assert_eq!(parse("bytes=4-", 10), Wanted::Part(4..=9));
        assert_eq!(parse("bytes=-3", 10), Wanted::Part(7..=9));
        assert_eq!(parse("bytes=-30", 10), Wanted::Part(0..=9));
        assert_eq!(parse("bytes=5-99", 10), Wanted::Part(5..=9));
        assert_eq!(parse("bytes=10-", 10), Wanted::Unsatisfiable);
        assert_eq!(parse("bytes=-0", 10), Wanted::Unsatisfiable);
        assert_eq!(parse("bytes=0-", 0), Wanted::Unsatisfiable);
        assert_eq!(parse("bytes=5-2", 10), Wanted::Whole);
        assert_eq!(parse("bytes=0-1,4-5", 10), Wanted::Whole);
        assert_eq!(parse("items=0-1", 10), Wanted::Whole);
    }
}
