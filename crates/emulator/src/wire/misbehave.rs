//! What faults do to a request and to its answer.

use super::{
    answer::{self, Answer},
    call::JSON_LIMIT,
    fault::Fault,
    listen::HangUp,
};
use axum::{
    body::{Body, HttpBody as _},
    http::{HeaderName, header},
};
use futures_util::StreamExt;
use serde_json::Value;

/// What a fault does before the service sees the request; an answer ends it there.
pub(super) async fn before(fault: Option<&Fault>, hang_up: &HangUp) -> Option<Answer> {
    match fault? {
        Fault::Status(code, body) => Some(answer::json(*code, body)),
        Fault::StatusWithHeaders(code, headers, body) => {
            let named = |(name, value): &(String, String)| Some((HeaderName::try_from(name).ok()?, value.clone()));
            let headers = headers.iter().filter_map(named);
            Some(headers.fold(answer::json(*code, body), |answer, (name, value)| answer::with(answer, name, &value)))
        }
        Fault::NginxHtml(code) => Some(answer::nginx(*code)),
        Fault::RetryAfter(seconds, code) => {
            let refusal = answer::detail(*code, "Rate limit exceeded");
            Some(answer::with(refusal, header::RETRY_AFTER, &seconds.to_string()))
        }
        Fault::StreamRefused => Some(answer::detail(404, "Not Found")),
        Fault::DropBeforeAccept => {
            hang_up.now();
            Some(answer::detail(500, "unseen"))
        }
        Fault::Slow(time) => {
            tokio::time::sleep(*time).await;
            None
        }
        Fault::Gathered(_)
        | Fault::DropBeforeAnswer
        | Fault::TruncatedBody
        | Fault::CutAt(_)
        | Fault::Shorter(_)
        | Fault::StreamEndsEarly
        | Fault::UnknownStatus(_)
        | Fault::CircularCursor
        | Fault::EmptyPage => None,
    }
}

/// What a fault does to the answer. What depends on the shape of a service's lists is left to the service.
pub(super) async fn after(fault: Option<&Fault>, answer: Answer, hang_up: &HangUp) -> Answer {
    match fault {
        Some(Fault::DropBeforeAnswer) => {
            hang_up.now();
            answer
        }
        Some(Fault::TruncatedBody) => shortened(answer, true, |size| size / 2),
        Some(Fault::CutAt(bytes)) => shortened(answer, true, |size| (*bytes).min(size.saturating_sub(1))),
        Some(Fault::Shorter(bytes)) => shortened(answer, false, |size| size.saturating_sub(*bytes)),
        Some(Fault::StreamEndsEarly) => {
            let (mut parts, body) = answer.into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            Answer::from_parts(parts, Body::from_stream(body.into_data_stream().take(1)))
        }
        Some(Fault::UnknownStatus(word)) => changed(answer, |body| body["status"] = word.as_str().into()).await,
        _ => answer,
    }
}

/// So many bytes of the body as `kept` says of its size. A `cut` one announces all of it and ends in an error, which
/// makes the server close the connection; otherwise what is sent is announced.
fn shortened(answer: Answer, cut: bool, kept: impl FnOnce(u64) -> u64) -> Answer {
    let (mut parts, body) = answer.into_parts();
    let announced = || parts.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
    let Some(size) = body.size_hint().exact().or_else(announced) else {
        return Answer::from_parts(parts, body);
    };
    let end = kept(size);
    parts.headers.insert(header::CONTENT_LENGTH, if cut { size } else { end }.into());
    let chunks = body.into_data_stream().scan(0u64, move |sent, chunk| {
        let next = chunk.ok().filter(|_| *sent < end).map(|mut bytes| {
            let room = usize::try_from(end - *sent).unwrap_or(usize::MAX);
            bytes.truncate(room);
            *sent += bytes.len() as u64;
            Ok(bytes)
        });
        std::future::ready(next)
    });
    let error = cut.then(|| Err(std::io::Error::other("scripted truncation")));
    Answer::from_parts(parts, Body::from_stream(chunks.chain(futures_util::stream::iter(error))))
}

/// Changes a JSON body; any other becomes empty where the change makes it so.
pub(crate) async fn changed(answer: Answer, change: impl FnOnce(&mut Value)) -> Answer {
    let (mut parts, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, JSON_LIMIT).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let was_json = !value.is_null();
    change(&mut value);
    match value {
        Value::Null => Answer::from_parts(parts, Body::from(bytes)),
        Value::String(page) if !was_json => Answer::from_parts(parts, Body::from(page)),
        value => Answer::from_parts(parts, Body::from(value.to_string())),
    }
}
