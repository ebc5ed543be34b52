//! Tiny inputs inside the body, where the caller allows it (protocol 6.7).

use super::super::{FalClient, Prepared, Wishes};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::TryStreamExt as _;
use mediagen_core::{Error, ErrorKind, Result};

impl FalClient {
    /// The data URI of a file that is smaller than the request's `inline_below`, else `None`.
    pub(crate) async fn inline(file: &Prepared, wishes: &Wishes) -> Result<Option<String>> {
        let Some(bytes) = file.bytes.filter(|bytes| *bytes < wishes.inline_below) else { return Ok(None) };
        let unreadable =
            |e| Error::new(ErrorKind::Io, format!("the input `{}` cannot be read", file.given)).with_source(e);
        let chunks = file.body.open().try_fold(Vec::new(), |mut content, chunk| async move {
            content.extend_from_slice(&chunk);
            let whole = content.len() as u64 <= bytes;
            if whole { Ok(content) } else { Err(std::io::Error::other("it is longer than it was")) }
        });
        let content = chunks.await.map_err(unreadable)?;
        Ok(Some(format!("data:{};base64,{}", file.media_type, STANDARD.encode(content))))
    }
}
