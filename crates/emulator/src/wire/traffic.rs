//! The way of a request through a service: counted, recorded, spoiled on demand, answered.

use super::{
    answer::{self, Answer},
    call::{Call, JSON_LIMIT},
    fault::{Fault, Faults, Route},
    listen::Connection,
    misbehave,
    record::{Recorder, RequestRecord},
    under_way::UnderWay,
};
use axum::{
    body::{Body, Bytes},
    http::header::HeaderValue,
};
use futures_util::StreamExt;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Larger bodies are not kept for tests.
const JSON_KEPT: usize = 1 << 20;

/// A request as it came in.
pub(crate) struct Arrival {
    /// The class that faults and counts go by.
    pub(crate) route: Route,
    /// Whether its body is a file, which is counted while it streams, whatever its media type.
    pub(crate) is_file: bool,
    pub(crate) call: Call,
    pub(crate) connection: Connection,
}

/// What all requests of one emulator have in common.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) faults: Faults,
    pub(crate) recorder: Recorder,
    pub(crate) under_way: Arc<UnderWay>,
    /// How many were accepted so far.
    pub(crate) connections: Arc<AtomicU64>,
}

impl Traffic {
    /// Records a request, lets `area` answer it, and lets a fault act before and after that. The fault comes back with
    /// the answer for what only the service can spoil.
    pub(crate) async fn pass<F>(&self, arrival: Arrival, area: impl FnOnce(Call) -> F) -> (Answer, Option<Fault>)
    where
        F: Future<Output = Answer>,
    {
        let Arrival { route, is_file, call, connection } = arrival;
        let _entered = self.under_way.enter(route);
        let call = match self.record(route, is_file, call, connection.number).await {
            Ok(call) => call,
            Err(refusal) => return (refusal, None),
        };
        let fault = self.faults.take(route);
        if let Some(Fault::Gathered(requests)) = fault {
            self.under_way.gathered(route, requests).await;
        }
        if let Some(answer) = misbehave::before(fault.as_ref(), &connection.hang_up).await {
            return (answer, None);
        }
        let answer = area(call).await;
        (misbehave::after(fault.as_ref(), answer, &connection.hang_up).await, fault)
    }

    /// Files the request; JSON bodies are read here, others are counted while they stream.
    async fn record(&self, route: Route, is_file: bool, call: Call, connection: u64) -> Result<Call, Answer> {
        let Call { parts, body, path } = call;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
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
        let json = record.header("content-type").is_some_and(|t| t.starts_with("application/json")) && !is_file;
        if !json {
            let counter = self.recorder.add(record);
            let count = move |chunk: Result<Bytes, axum::Error>| {
                chunk.inspect(|bytes| {
                    counter.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                })
            };
            let body = Body::from_stream(body.into_data_stream().map(count));
            return Ok(Call { parts, body, path });
        }
        let bytes = axum::body::to_bytes(body, JSON_LIMIT).await;
        if let Ok(bytes) = &bytes {
            record.body_bytes = bytes.len() as u64;
            record.json = (bytes.len() <= JSON_KEPT).then(|| serde_json::from_slice(bytes).ok()).flatten();
        }
        self.recorder.add(record);
        match bytes {
            Ok(bytes) => Ok(Call { parts, body: Body::from(bytes), path }),
            Err(_) => Err(answer::detail(413, "Request body too large or interrupted")),
        }
    }
}
