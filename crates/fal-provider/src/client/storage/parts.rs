//! Large files in parts, in both dialects: straight to the CDN with a token (protocol 6.3), or to an address that fal
//! signed (6.4).

use super::super::{Call, FalClient, SMALL_LIMIT, ours, unusable};
use http::header;
use mediagen_core::{Context, ErrorKind, Phase, Result};
use mediagen_http::{Authorize, Credential, HttpRequest, HttpResponse, Method, Repeat};
use mediagen_provider_kit::config::join;
use mediagen_provider_kit::{
    call::whole_body,
    upload::{Load, Part, in_order},
};
use serde::Deserialize;
use serde_json::{Value, json};
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
    pub(super) async fn send_parts(&self, cx: &Context, load: &Load<'_>, place: &Place) -> Result<()> {
        let parts = load.parts(PART, MOST_PARTS).map(|part| {
            let cx = load.part_context(cx, part.number);
            async move { self.send_part(&cx, place, &part).await.map(|answer| (part.number, answer)) }
        });
        let parts: Vec<Value> = in_order(AT_ONCE, parts).await?;
        let complete = place.request(Method::POST, &["complete"]).json(&json!({ "parts": parts }))?;
        match self.ask(&load.call_context(cx), Call::Upload, complete, None).await {
            Ok(response) => response.finish().await,
            // The answer may be lost and the work done: then the file is there, and asking again was refused.
            Err(error) if error.kind() == ErrorKind::Cancelled || !self.is_whole(cx, place, load.len()).await => {
                return Err(error);
            }
            Err(_) => {}
        }
        Ok(())
    }

    async fn send_part(&self, cx: &Context, place: &Place, part: &Part) -> Result<Value> {
        let number = part.number;
        whole_body(cx, Phase::Upload, || async {
            let request = place.request(Method::PUT, &[&number.to_string()]).body(part.body.clone());
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
