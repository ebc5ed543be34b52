//! `/__emulator`: what a test in another process reads and steers.

use super::{
    answer::{Answer, detail, json},
    app::App,
    dispatch::Call,
    faults::Script,
    record::RequestRecord,
};
use serde_json::{Map, Value, json};
use std::{sync::atomic::Ordering, time::Duration};

/// Answers everything below `/__emulator`; these requests are neither recorded nor counted.
pub(crate) async fn answer(app: &App, call: Call) -> Answer {
    let (method, path) = (call.parts.method.as_str().to_owned(), call.path.clone());
    match (method.as_str(), path.as_str()) {
        ("GET", "requests") => json(200, &json!(app.recorder.all())),
        ("GET", "stats") => json(200, &stats(app)),
        ("POST", "delays") => delays(app, &call.json().await.unwrap_or(Value::Null)),
        ("POST", "locked") => {
            app.set_locked(call.json().await.unwrap_or(Value::Null) == Value::Bool(true));
            json(200, &app.locked().into())
        }
        ("GET", "files") => json(200, &files(app)),
        ("POST", "keep_below") => {
            let bytes = call.json().await.unwrap_or(Value::Null).as_u64().unwrap_or(u64::MAX);
            app.files.keep_below(bytes);
            json(200, &bytes.into())
        }
        ("POST", "faults") => faults(app, &call.bytes().await),
        ("POST", "clear") => {
            app.recorder.clear();
            app.under_way.clear();
            app.faults.clear();
            json(200, &json!({}))
        }
        _ => detail(404, "Not Found"),
    }
}

fn stats(app: &App) -> Value {
    let mut counts = Map::new();
    for RequestRecord { route, .. } in app.recorder.all() {
        let name = json!(route).as_str().unwrap_or_default().to_owned();
        let count = counts.get(&name).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(name, (count + 1).into());
    }
    json!({
        "jobs_created": app.queue.created(),
        "counts": counts,
        "most_at_once": app.under_way.most(),
        "connections": app.connections.load(Ordering::SeqCst),
        "jobs": app.queue.records(),
    })
}

/// Every file of the CDN; its digest is a hash of the content, or of the tags of its parts in their order, or
/// the CRC-32C of what was not kept.
fn files(app: &App) -> Value {
    let file = |(key, file): (String, super::cdn::StoredFile)| json!({ "url": app.file_url(&key), "bytes": file.size, "digest": file.digest });
    app.files.all().into_iter().map(file).collect()
}

fn faults(app: &App, body: &[u8]) -> Answer {
    match serde_json::from_slice::<Script>(body) {
        Ok(Script { route, fault, times }) => {
            app.faults.add(route, fault, times);
            json(200, &json!({}))
        }
        Err(error) => detail(400, &error.to_string()),
    }
}

/// `{"queue_ms": n, "run_ms": n|null, "queue_ahead": n}`; what is absent stays as it is.
fn delays(app: &App, asked: &Value) -> Answer {
    let now = app.delays();
    let queue = asked["queue_ms"].as_u64().map_or(now.queue, Duration::from_millis);
    let run = match asked.get("run_ms") {
        Some(run) => run.as_u64().map(Duration::from_millis),
        None => now.run,
    };
    app.set_delays(queue, run);
    if let Some(ahead) = asked["queue_ahead"].as_u64() {
        app.set_queue_ahead(u32::try_from(ahead).unwrap_or(u32::MAX));
    }
    json(200, &json!({}))
}
