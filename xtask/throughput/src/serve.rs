//! A bare server of instant jobs: every job has ended when it is first asked about.

use crate::{MODEL, Outcome};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{cell::Cell, convert::Infallible, rc::Rc};
use tokio::net::TcpListener;

/// The answer about the endpoint, with its schema.
const MODELS: &str = include_str!("models.json");

/// What was asked so far.
#[derive(Default)]
struct Counts {
    submits: Cell<u64>,
    looks: Cell<u64>,
    results: Cell<u64>,
}

/// Prints the address and serves until the process is ended.
pub(crate) async fn serve() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base: Rc<str> = format!("http://{}", listener.local_addr()?).into();
    println!("{base}");
    let counts = Rc::new(Counts::default());
    let connections = tokio::task::LocalSet::new();
    connections
        .run_until(async {
            loop {
                let (socket, _) = listener.accept().await?;
                socket.set_nodelay(true)?;
                let (base, counts) = (Rc::clone(&base), Rc::clone(&counts));
                let service = service_fn(move |request| answer(request, Rc::clone(&base), Rc::clone(&counts)));
                tokio::task::spawn_local(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        })
        .await
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

async fn answer(request: Request<Incoming>, base: Rc<str>, counts: Rc<Counts>) -> Result<Answer, hyper::Error> {
    let (head, body) = request.into_parts();
    body.collect().await?;
    let path = head.uri.path();
    let Some((_, job)) = path.split_once("/requests/") else {
        return Ok(match (&head.method, path) {
            (&Method::POST, _) => json_of(&submitted(&base, count(&counts.submits))),
            (_, "/api/models") => json_text(MODELS.into()),
            (_, "/counts") => json_of(&json!([counts.submits.get(), counts.looks.get(), counts.results.get()])),
            _ => not_found(),
        });
    };
    Ok(match job.split_once('/') {
        None => {
            count(&counts.results);
            json_of(&output(&base))
        }
        Some((id, "status")) => {
            count(&counts.looks);
            json_of(&completed(id))
        }
        Some((id, "status/stream")) => {
            count(&counts.looks);
            events(&completed(id))
        }
        Some(_) => not_found(),
    })
}

fn count(counter: &Cell<u64>) -> u64 {
    counter.set(counter.get() + 1);
    counter.get()
}

fn submitted(base: &str, id: u64) -> Value {
    let job = format!("{base}/queue/{}/requests/{id}", MODEL.rsplit_once('/').map_or(MODEL, |(app, _)| app));
    json!({
        "status": "IN_QUEUE",
        "request_id": id.to_string(),
        "response_url": job,
        "status_url": format!("{job}/status"),
        "cancel_url": format!("{job}/cancel"),
        "queue_position": 0,
    })
}

fn completed(id: &str) -> Value {
    json!({ "status": "COMPLETED", "request_id": id, "logs": [], "metrics": { "inference_time": 0.01 } })
}

fn output(base: &str) -> Value {
    let image =
        json!({ "url": format!("{base}/cdn/a.jpeg"), "width": 1024, "height": 768, "content_type": "image/jpeg" });
    json!({ "images": [image], "timings": { "inference": 0.01 }, "seed": 7, "has_nsfw_concepts": [false], "prompt": "" })
}

fn json_of(value: &Value) -> Answer {
    json_text(value.to_string().into())
}

fn json_text(text: Bytes) -> Answer {
    with_type("application/json", Full::new(text).boxed())
}

/// One event in a body without a length, as a service streams it.
fn events(value: &Value) -> Answer {
    let event = Frame::data(Bytes::from(format!("data: {value}\n\n")));
    with_type("text/event-stream", StreamBody::new(stream::iter([Ok(event)])).boxed())
}

fn with_type(media_type: &'static str, body: BoxBody<Bytes, Infallible>) -> Answer {
    let mut answer = Response::new(body);
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    answer
}

fn not_found() -> Answer {
    let mut answer = json_text("{}".into());
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}
