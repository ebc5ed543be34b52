//! What a provider gets to send: one content, how far it is, and how it is cut.

use super::{
    content::Content,
    gauge::Gauge,
    terms::UploadTerms,
    tree::{PIECE, Tree},
};
use crate::call::without_progress;
use bytes::Bytes;
use mediagen_core::{Context, Error, ErrorKind, Result};
use mediagen_http::{Body, FileParts};
use std::{fmt, sync::Arc};

/// One content on its way to the provider.
#[derive(Debug)]
pub struct Load<'a> {
    pub(super) content: &'a Content,
    pub(super) terms: &'a UploadTerms,
    pub(super) gauge: &'a Arc<Gauge>,
    pub(super) source: Source,
}

/// One part of a content.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Part {
    /// From 1.
    pub number: u64,
    /// Its bytes; each attempt reads them again.
    pub body: Body,
}

impl<'a> Load<'a> {
    pub(super) fn new(content: &'a Content, terms: &'a UploadTerms, gauge: &'a Arc<Gauge>) -> Self {
        let source = Source::of(&content.input.body, content.tree.as_ref());
        Self { content, terms, gauge, source }
    }

    /// The name for the provider, as a header can carry it.
    pub fn name(&self) -> &str {
        &self.content.input.name
    }

    /// The type of the content.
    pub fn media_type(&self) -> &str {
        &self.content.input.media_type
    }

    /// Its length in bytes.
    #[expect(clippy::len_without_is_empty, reason = "nothing empty is uploaded")]
    pub fn len(&self) -> u64 {
        self.content.len
    }

    /// The terms of this upload.
    pub fn terms(&self) -> &UploadTerms {
        self.terms
    }

    /// The whole content as one body.
    pub fn whole(&self) -> Body {
        match &self.source {
            Source::Seen(file) => file.part(0, self.content.len),
            Source::File(_) | Source::Other => self.content.input.body.clone(),
        }
    }

    /// The content in parts of `part` bytes, of which only the last is shorter; in longer parts where it would be more
    /// than `most` of them. `part` is a multiple of 512 KiB, so that the content can be hashed meanwhile.
    pub fn parts(&self, part: u64, most: u64) -> impl Iterator<Item = Part> {
        cuts(self.content.len, part, most).map(|(number, offset, len)| Part { number, body: self.part(offset, len) })
    }

    fn part(&self, offset: u64, len: u64) -> Body {
        match (&self.source, &self.content.input.body) {
            (Source::Seen(file) | Source::File(file), _) => file.part(offset, len),
            (Source::Other, Body::Bytes(all)) => {
                let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(all.len());
                Body::Bytes(all.slice(at(offset)..at(offset + len)))
            }
            // Streams that go in parts were written to a file before.
            (Source::Other, _) => Body::Bytes(Bytes::new()),
        }
    }

    /// `cx` for the part of this number: what is reported of its bytes becomes what observers hear of the whole. A
    /// content in one piece is part 0.
    pub fn part_context(&self, cx: &Context, number: u64) -> Context {
        self.gauge.context(cx, number)
    }

    /// `cx` for a small call beside the content, whose own body is not part of it.
    pub fn call_context(&self, cx: &Context) -> Context {
        without_progress(cx)
    }

    /// The content leaves once more from its first byte, by another way or with another token.
    pub fn restart(&self, cx: &Context) {
        self.gauge.restart(cx);
    }

    /// Sends by the first of `ways` that works. A failure of the key, of the account or of the input ends it; any other
    /// is that of one way.
    ///
    /// # Errors
    /// The last failure, with those before as its sources.
    pub async fn first_way<W, T, F>(&self, cx: &Context, ways: &[W], attempt: impl Fn(W) -> F) -> Result<T>
    where
        W: Copy + fmt::Debug,
        F: Future<Output = Result<T>>,
    {
        let mut failure: Option<Error> = None;
        for way in ways {
            self.restart(cx);
            match attempt(*way).await {
                Ok(sent) => return Ok(sent),
                Err(error) if !is_of_one_way(&error) => return Err(error),
                Err(error) => {
                    tracing::debug!(?way, %error, "trying another way to upload");
                    failure = Some(match failure {
                        Some(before) => error.with_source(before),
                        None => error,
                    });
                }
            }
        }
        Err(failure.unwrap_or_else(|| Error::new(ErrorKind::Unsupported, "there is no way to upload")))
    }
}

/// Whether a failure is that of one storage service: not the key's, the account's or the input's.
fn is_of_one_way(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Unauthenticated
            | ErrorKind::AccountLocked
            | ErrorKind::QuotaExceeded
            | ErrorKind::Io
            | ErrorKind::Config
            | ErrorKind::Cancelled
    )
}

/// Number from 1, offset and length of every part; none is empty.
fn cuts(len: u64, part: u64, most: u64) -> impl Iterator<Item = (u64, u64, u64)> {
    let part = part.max(len.div_ceil(most.max(1)).next_multiple_of(PIECE)).max(1);
    (0..len.div_ceil(part)).map(move |n| (n + 1, n * part, part.min(len - n * part)))
}

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A file that is hashed while it leaves.
    Seen(FileParts),
    File(FileParts),
    Other,
}

impl Source {
    fn of(body: &Body, tree: Option<&Arc<Tree>>) -> Self {
        match (body, tree.cloned()) {
            (Body::File { path, .. }, Some(tree)) => {
                Self::Seen(FileParts::new(path).seen_by(move |offset, data| tree.see(offset, data)))
            }
            (Body::File { path, .. }, None) => Self::File(FileParts::new(path)),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_in_one_part_and_no_part_is_empty() {
        let (part, most) = (10 << 20, 10_000);
        let large = part * most;
        for len in [1, part - 1, part, part + 1, 3 * part, 105 * (1 << 20), large, large + 1, 3 * large + 5] {
            let (mut next, mut last) = (0, 0);
            for (number, offset, length) in cuts(len, part, most) {
                assert_eq!((number, offset, offset % PIECE), (last + 1, next, 0));
                assert!(length > 0 && (length <= part || len > large));
                (next, last) = (next + length, number);
            }
            assert_eq!(next, len);
            assert!(last <= most);
        }
    }
}
