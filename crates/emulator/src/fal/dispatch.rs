//! One entrance: classifies, records, lets faults act, and hands over to the area.

use super::{
    answer::{self, Answer},
    api,
    app::App,
    cdn, control,
    faults::{Fault, Route},
    listen::{Connection, HangUp},
    openrouter, queue,
    record::RequestRecord,
    rest, run, www,
};
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderName, Method, Request, header, request::Parts},
};
use futures_util::StreamExt;
use serde_json::Value;
use std::sync::{Arc, atomic::Ordering};

/// JSON bodies are small next to files; more than this is refused with 413.
const JSON_LIMIT: usize = 64 << 20;
/// Larger bodies are not kept for tests.
const JSON_KEPT: usize = 1 << 20;

/// A request whose body may still be on its way.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) body: Body,
    /// The decoded path below the service's prefix, without slashes at its ends.
    pub(crate) path: String,
}

impl Call {
    /// The query's pairs, decoded, in order.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self.parts.uri.query().unwrap_or("");
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The first value of this query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.query().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The whole body; an interrupted one counts as empty.
    pub(crate) async fn bytes(self) -> Bytes {
        axum::body::to_bytes(self.body, JSON_LIMIT).await.unwrap_or_default()
    }

    /// The body as JSON; `None` when it is none.
    pub(crate) async fn json(self) -> Option<Value> {
        serde_json::from_slice(&self.bytes().await).ok()
    }
}

/// The service (first path segment) and the rest of the path.
fn split(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    let (service, rest) = path.split_once('/').unwrap_or((path, ""));
    (service, rest)
}

fn classify(service: &str, path: &str, method: &Method) -> Route {
    match service {
        "queue" => queue::classify(path, method),
        "run" => Route::Run,
        "rest" if path.starts_with("tokens") || path.starts_with("storage/auth") => Route::Token,
        "rest" if path.starts_with("storage/upload") => Route::Upload,
        "cdn" if method == Method::GET || method == Method::HEAD => Route::Download,
        "cdn" => Route::Upload,
        "api" if path == "models" => Route::Models,
        "api" if path.starts_with("models/pricing") => Route::Pricing,
        "www" if path == "api/models" => Route::Models,
        "www" if path.starts_with("api/openapi") => Route::OpenApi,
        "www" if path == "robots.txt" => Route::Robots,
        "www" if !path.starts_with("api/") => Route::Page,
        "openrouter" if path == "chat/completions" => Route::Chat,
        _ => Route::Other,
    }
}

/// Answers one request.
pub(crate) async fn dispatch(
    State(app): State<Arc<App>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request<Body>,
) -> Answer {
    let (parts, body) = request.into_parts();
    let uri_path = parts.uri.path().to_owned();
    let (service, rest) = split(&uri_path);
    let path = percent_decode(rest.trim_matches('/'));
    if service == "__emulator" {
        return control::answer(&app, Call { parts, body, path }).await;
    }
    let route = classify(service, &path, &parts.method);
    let _entered = app.under_way.enter(route);
    let body = match record(&app, (route, connection.number), &parts, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let fault = app.faults.take(route);
    if let Some(Fault::Gathered(requests)) = fault {
        app.under_way.gathered(route, requests).await;
    }
    if let Some(answer) = before(fault.as_ref(), &connection.hang_up).await {
        return answer;
    }
    let call = Call { parts, body, path };
    let answer = match service {
        "queue" => queue::answer(&app, call).await,
        "run" => run::answer(&app, call).await,
        "rest" => rest::answer(&app, call).await,
        "cdn" => cdn::answer(&app, call).await,
        "api" => api::answer(&app, call).await,
        "www" => www::answer(&app, &call),
        "openrouter" => openrouter::answer(&app, call).await,
        _ => answer::detail(404, &format!("No such service: /{service}")),
    };
    after(fault, answer, &connection.hang_up).await
}

fn percent_decode(path: &str) -> String {
    // A path is a query's value without `+` and `&`, which are escaped before decoding.
    let escaped = format!("p={}", path.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(escaped.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

/// Files the request; JSON bodies are read here, others are counted while they stream.
async fn record(app: &App, (route, connection): (Route, u64), parts: &Parts, body: Body) -> Result<Body, Answer> {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut record = RequestRecord {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers: parts.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect(),
        body_bytes: 0,
        json: None,
        route,
        connection,
    };
    let is_file = record.path.starts_with("/cdn/") && !record.path.ends_with("/complete");
    let json = record.header("content-type").is_some_and(|t| t.starts_with("application/json")) && !is_file;
    if !json {
        let counter = app.recorder.add(record);
        let count = move |chunk: Result<Bytes, axum::Error>| {
            chunk.inspect(|bytes| {
                counter.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            })
        };
        return Ok(Body::from_stream(body.into_data_stream().map(count)));
    }
    let bytes = axum::body::to_bytes(body, JSON_LIMIT).await;
    if let Ok(bytes) = &bytes {
        record.body_bytes = bytes.len() as u64;
        record.json = (bytes.len() <= JSON_KEPT).then(|| serde_json::from_slice(bytes).ok()).flatten();
    }
    app.recorder.add(record);
    bytes.map(Body::from).map_err(|_| answer::detail(413, "Request body too large or interrupted"))
}

/// What a fault does before the area is asked; an answer ends it there.
async fn before(fault: Option<&Fault>, hang_up: &HangUp) -> Option<Answer> {
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

/// What a fault does to the area's answer.
async fn after(fault: Option<Fault>, answer: Answer, hang_up: &HangUp) -> Answer {
    match fault {
        Some(Fault::DropBeforeAnswer) => {
            hang_up.now();
            answer
        }
        Some(Fault::TruncatedBody) => shortened(answer, true, |size| size / 2),
        Some(Fault::CutAt(bytes)) => shortened(answer, true, |size| bytes.min(size.saturating_sub(1))),
        Some(Fault::Shorter(bytes)) => shortened(answer, false, |size| size.saturating_sub(bytes)),
        Some(Fault::StreamEndsEarly) => {
            let (mut parts, body) = answer.into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            Answer::from_parts(parts, Body::from_stream(body.into_data_stream().take(1)))
        }
        Some(Fault::UnknownStatus(word)) => changed(answer, |body| body["status"] = word.into()).await,
        Some(Fault::CircularCursor) => changed(answer, api::lead_back).await,
        Some(Fault::EmptyPage) => changed(answer, www::empty).await,
        _ => answer,
    }
}

/// So many bytes of the body as `kept` says of its size. A `cut` one announces all of it and ends in an error, which
/// makes the server close the connection; otherwise what is sent is announced.
fn shortened(answer: Answer, cut: bool, kept: impl FnOnce(u64) -> u64) -> Answer {
    use axum::body::HttpBody;
    let (mut parts, body) = answer.into_parts();
    let Some(size) =
        body.size_hint().exact().or_else(|| parts.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok())
    else {
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

/// Changes a JSON body; any other becomes empty where the change is to make it so.
async fn changed(answer: Answer, change: impl FnOnce(&mut Value)) -> Answer {
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
