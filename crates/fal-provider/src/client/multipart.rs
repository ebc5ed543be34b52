//! Large files in parts, straight to the CDN (protocol 6.3).

use super::{
    Call, FalClient, Prepared, SMALL_LIMIT, ours,
    storage::{Uploaded, both_lifecycles},
    unusable,
    wire::PartsBegun,
    without_progress,
};
use crate::config::join;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::header;
use mediagen_core::{Context, Event, Phase, Result};
use mediagen_http::{Authorize, Body, Credential, HttpRequest, Repeat};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use url::{Host, Url};

/// Bytes of a part; only the last is shorter.
const PART: u64 = 10 << 20;
/// Parts on their way at the same time: enough to fill a line, few enough not to be throttled.
const AT_ONCE: usize = 4;

impl FalClient {
    /// Begins, sends every part, and completes with the parts in order. A part that fails is repeated by itself.
    pub(super) async fn upload_parts(
        &self,
        cx: &Context,
        file: &Prepared,
        lifecycle: Option<&str>,
        credential: &Credential,
    ) -> Result<Uploaded> {
        let url = join(&self.bases.cdn, &["files", "upload", "multipart"]);
        let request = to_cdn(HttpRequest::post(url, Phase::Upload), credential);
        let request = request
            .header(header::CONTENT_TYPE, file.media_type.as_str())
            .header("x-fal-file-name", file.name.as_str());
        let response = self.ask(cx, Call::Upload, both_lifecycles(request, lifecycle), None).await?;
        let status = response.status();
        let begun: PartsBegun = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        if !is_same_service(&self.bases.cdn, &begun.access_url) {
            return Err(unusable("the CDN named a host that is none of its own for the parts", status, None));
        }
        let place = join(&begun.access_url, &["multipart", &begun.upload_id]);
        let progress = Progress::of(file.bytes);
        let parts = stream::iter(cuts(file.bytes)).map(|(number, offset, bytes)| {
            let url = join(&place, &[&number.to_string()]);
            let body = slice(&file.body, offset, bytes);
            let cx = progress.context(cx, number);
            async move {
                let request = to_cdn(HttpRequest::put(url, Phase::Upload), credential).body(body);
                // Some proxies drop the ETag of an answer that they compress.
                let request = request.header(header::ACCEPT_ENCODING, "identity");
                let response = self.ask(&cx, Call::Upload, request, None).await?;
                match response.header("etag") {
                    Some(etag) => Ok(json!({ "partNumber": number, "etag": etag })),
                    None => Err(unusable(format!("part {number} was taken without an ETag"), response.status(), None)),
                }
            }
        });
        // In order of their numbers, whatever the order of arrival.
        let parts: Vec<_> = parts.buffered(AT_ONCE).try_collect().await?;
        let request = to_cdn(HttpRequest::post(join(&place, &["complete"]), Phase::Upload), credential);
        let request = request.json(&json!({ "parts": parts }))?;
        self.ask(&without_progress(cx), Call::Upload, request, None).await?;
        Ok(Uploaded { url: begun.access_url })
    }
}

/// How far each part is, so that observers hear of the file and not of its parts.
struct Progress {
    sent: Arc<Mutex<BTreeMap<u64, u64>>>,
    total: u64,
}

impl Progress {
    fn of(total: u64) -> Self {
        Self { sent: Arc::default(), total }
    }

    /// `cx` for part `number`: what it says of its bytes becomes what is known of all.
    fn context(&self, cx: &Context, number: u64) -> Context {
        let (outer, parts, total) = (cx.clone(), Arc::clone(&self.sent), self.total);
        cx.clone().with_observer(move |event: &Event| match event {
            Event::Uploading { sent, .. } => {
                let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
                parts.insert(number, *sent);
                let sent = parts.values().sum();
                drop(parts);
                outer.emit(Event::Uploading { sent, total: Some(total) });
            }
            other => outer.emit(other.clone()),
        })
    }
}

fn to_cdn(request: HttpRequest, credential: &Credential) -> HttpRequest {
    request
        .authorize(Authorize::With(credential.clone()))
        .repeat(Repeat::Freely)
        .header(header::ACCEPT, "application/json")
}

/// Number from 1, offset and length of every part; none is empty.
fn cuts(bytes: u64) -> impl Iterator<Item = (u64, u64, u64)> {
    (0..bytes.div_ceil(PART)).map(move |n| (n + 1, n * PART, PART.min(bytes - n * PART)))
}

fn slice(body: &Body, offset: u64, bytes: u64) -> Body {
    match body {
        Body::File { path, .. } => Body::file_range(path.clone(), offset, bytes),
        Body::Bytes(all) => {
            let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(all.len());
            Body::Bytes(all.slice(at(offset)..at(offset + bytes)))
        }
        _ => Body::Bytes(Bytes::new()),
    }
}

/// Whether the token may travel to `url`: the CDN's own origin, or a sister host of its domain over https.
fn is_same_service(cdn: &Url, url: &Url) -> bool {
    let sister = |host: Option<Host<&str>>| match host {
        Some(Host::Domain(name)) => name.split_once('.').map(|(_, domain)| domain.to_owned()),
        _ => None,
    };
    let domain = sister(cdn.host()).filter(|domain| domain.contains('.'));
    let same_domain = domain.is_some() && domain == sister(url.host());
    url.origin() == cdn.origin() || (same_domain && url.scheme() == "https" && url.port().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_in_one_part_and_no_part_is_empty() {
        for bytes in [1, PART - 1, PART, PART + 1, 3 * PART, 105 * (1 << 20)] {
            let parts: Vec<_> = cuts(bytes).collect();
            let mut next = 0;
            for (index, (number, offset, length)) in parts.iter().enumerate() {
                assert_eq!((*number, *offset), (index as u64 + 1, next));
                assert!((1..=PART).contains(length));
                next += length;
            }
            assert_eq!(next, bytes);
        }
    }

    #[test]
    fn the_token_goes_to_the_cdn_and_its_sisters_alone() {
        let cdn = Url::parse("https://v3.fal.media").unwrap();
        let allowed = |text: &str| is_same_service(&cdn, &Url::parse(text).unwrap());
        assert!(allowed("https://v3.fal.media/x") && allowed("https://v3b.fal.media/x"));
        for other in [
            "http://v3b.fal.media/",
            "https://v3b.fal.media:8443/",
            "https://fal.media.evil.test/",
            "https://evil.media/",
        ] {
            assert!(!allowed(other), "{other}");
        }
        let local = Url::parse("http://127.0.0.1:9/cdn").unwrap();
        assert!(is_same_service(&local, &Url::parse("http://127.0.0.1:9/cdn/files/a").unwrap()));
        assert!(!is_same_service(&local, &Url::parse("https://128.0.0.1/").unwrap()));
    }
}
