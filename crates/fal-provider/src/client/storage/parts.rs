//! Large files in parts, in both dialects: straight to the CDN with a token (protocol 6.3), or to an address that fal
//! signed (6.4).

use super::{
    super::{Call, FalClient, Prepared, SMALL_LIMIT, ours, unusable, whole_body, without_progress},
    gauge::Gauge,
    together::in_order,
    tree::{PIECE, Tree},
};
use crate::config::join;
use bytes::Bytes;
use http::header;
use mediagen_core::{Context, ErrorKind, Phase, Result};
use mediagen_http::{Authorize, Body, Credential, FileParts, HttpRequest, HttpResponse, Method, Repeat};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use url::Url;

/// Bytes of a part; only the last is shorter, and those of a file with too many parts are longer.
const PART: u64 = 10 << 20;
/// Most parts of one file.
const MOST_PARTS: u64 = 10_000;
/// Parts on their way at the same time: enough to fill a line, few enough not to be throttled.
const AT_ONCE: usize = 6;

/// Where the parts of one file go.
pub(super) struct Place {
    /// Parts and completion are paths below it; a signature in its query stays.
    pub(super) url: Url,
    /// The token that speaks for the parts. Without one the address itself is the right, and the tag of a part comes
    /// in a JSON body instead of a header.
    pub(super) token: Option<Credential>,
    /// Where the file is afterwards.
    pub(super) file: Url,
}

/// The answer to a part of the signed dialect.
#[derive(Deserialize)]
struct Taken {
    etag: Value,
}

impl Place {
    fn request(&self, method: Method, segments: &[&str]) -> HttpRequest {
        let request = HttpRequest::new(method, join(&self.url, segments), Phase::Upload);
        let authorize = self.token.clone().map_or(Authorize::Never, Authorize::With);
        // Some proxies drop the ETag of an answer that they compress.
        let request = request.authorize(authorize).header(header::ACCEPT_ENCODING, "identity");
        request.repeat(Repeat::Freely).header(header::ACCEPT, "application/json")
    }
}

impl FalClient {
    /// Sends every part, several at a time, and completes with the parts in order. A part that fails is repeated by
    /// itself.
    pub(super) async fn send_parts(
        &self,
        cx: &Context,
        file: &Prepared,
        bytes: u64,
        gauge: &Arc<Gauge>,
        place: &Place,
        tree: Option<&Arc<Tree>>,
    ) -> Result<()> {
        let source = Source::of(&file.body, tree);
        let parts = cuts(bytes).map(|(number, offset, length)| {
            let body = source.part(offset, length);
            let cx = gauge.context(cx, number);
            async move { self.send_part(&cx, place, number, body).await.map(|part| (number, part)) }
        });
        let parts: Vec<Value> = in_order(AT_ONCE, parts).await?;
        let complete = place.request(Method::POST, &["complete"]).json(&json!({ "parts": parts }))?;
        match self.ask(&without_progress(cx), Call::Upload, complete, None).await {
            Ok(response) => response.finish().await,
            // The answer may be lost and the work done: then the file is there, and asking again was refused.
            Err(error) if error.kind() == ErrorKind::Cancelled || !self.is_whole(cx, place, bytes).await => {
                return Err(error);
            }
            Err(_) => {}
        }
        Ok(())
    }

    async fn send_part(&self, cx: &Context, place: &Place, number: u64, body: Body) -> Result<Value> {
        whole_body(cx, Phase::Upload, || async {
            let request = place.request(Method::PUT, &[&number.to_string()]).body(body.clone());
            let response = self.ask(cx, Call::Upload, request.retry(self.patient.clone()), None).await?;
            let etag = self.etag(place, number, response).await?;
            Ok(json!({ "partNumber": number, "etag": etag }))
        })
        .await
    }

    /// The tag by which the completion names the part.
    async fn etag(&self, place: &Place, number: u64, response: HttpResponse) -> Result<Value> {
        let status = response.status();
        let in_header = response.header("etag").map(Value::from);
        let etag = match (&place.token, in_header) {
            (Some(_), etag) => {
                response.finish().await;
                etag
            }
            (None, in_header) => {
                let taken: Taken = match response.json(SMALL_LIMIT).await {
                    Err(e) if e.kind() != ErrorKind::InvalidResponse => return Err(ours(e, None)),
                    answer => answer.unwrap_or(Taken { etag: Value::Null }),
                };
                Some(taken.etag).filter(|etag| etag.as_str().is_some_and(|text| !text.is_empty())).or(in_header)
            }
        };
        etag.ok_or_else(|| unusable(format!("part {number} was taken without an ETag"), status, None))
    }

    /// Whether the file is there in its full length.
    async fn is_whole(&self, cx: &Context, place: &Place, bytes: u64) -> bool {
        let head = HttpRequest::new(Method::HEAD, place.file.clone(), Phase::Upload);
        let head = head.authorize(place.token.clone().map_or(Authorize::Never, Authorize::With));
        let found = self.http.send(cx, head).await.ok().filter(HttpResponse::is_success);
        let length = found.and_then(|response| response.header("content-length")?.parse::<u64>().ok());
        length == Some(bytes)
    }
}

/// Number from 1, offset and length of every part; none is empty.
fn cuts(bytes: u64) -> impl Iterator<Item = (u64, u64, u64)> {
    let part = PART.max(bytes.div_ceil(MOST_PARTS).next_multiple_of(PIECE));
    (0..bytes.div_ceil(part)).map(move |n| (n + 1, n * part, part.min(bytes - n * part)))
}

/// Where parts are cut from.
enum Source {
    File(FileParts),
    Memory(Bytes),
}

impl Source {
    /// `tree` gets to see a file while it is read.
    fn of(body: &Body, tree: Option<&Arc<Tree>>) -> Self {
        match (body, tree.cloned()) {
            (Body::File { path, .. }, Some(tree)) => {
                Self::File(FileParts::new(path).seen_by(move |offset, data| tree.see(offset, data)))
            }
            (Body::File { path, .. }, None) => Self::File(FileParts::new(path)),
            (Body::Bytes(all), _) => Self::Memory(all.clone()),
            // Streams were written to a file before.
            _ => Self::Memory(Bytes::new()),
        }
    }

    fn part(&self, offset: u64, bytes: u64) -> Body {
        match self {
            Self::File(file) => file.part(offset, bytes),
            Self::Memory(all) => {
                let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(all.len());
                Body::Bytes(all.slice(at(offset)..at(offset + bytes)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_in_one_part_and_no_part_is_empty() {
        assert_eq!(PART % PIECE, 0, "parts begin where pieces do");
        let large = PART * MOST_PARTS;
        for bytes in [1, PART - 1, PART, PART + 1, 3 * PART, 105 * (1 << 20), large, large + 1, 3 * large + 5] {
            let mut next = 0;
            let mut last = 0;
            for (number, offset, length) in cuts(bytes) {
                assert_eq!((number, offset, offset % PIECE), (last + 1, next, 0));
                assert!(length > 0 && (length <= PART || bytes > large));
                (next, last) = (next + length, number);
            }
            assert_eq!(next, bytes);
            assert!(last <= MOST_PARTS);
        }
    }
}
