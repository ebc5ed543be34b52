//! `GET .../status` (protocol 2.5), and the status object that the stream sends too.

use super::{
    super::{
        answer::{self, Answer, json},
        app::App,
        dispatch::Call,
    },
    job::{Job, LogLine, Phase, State},
    work::Ending,
};
use serde_json::{Value, json};

pub(super) fn answer(app: &App, job: &Job, call: &Call) -> Answer {
    let state = job.state.borrow().clone();
    let code = if matches!(state.phase, Phase::Completed(_)) { 200 } else { 202 };
    let logs = wants_logs(call).then_some(state.logs.as_slice());
    answer::with(json(code, &status(app, job, &state, logs)), answer::REQUEST_ID, &job.id)
}

/// Off by default; the official clients send `1`/`0` and `true`/`false`.
pub(super) fn wants_logs(call: &Call) -> bool {
    call.param("logs").is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true"))
}

/// Adds the request id and the three addresses, which name the application only (protocol 2.1).
pub(super) fn add_identity(app: &App, job: &Job, body: &mut Value) {
    let request = format!("{}/queue/{}/requests/{}", app.base, job.app, job.id);
    body["request_id"] = job.id.as_str().into();
    body["status_url"] = format!("{request}/status").into();
    body["cancel_url"] = format!("{request}/cancel").into();
    body["response_url"] = request.into();
}

/// The status object; `logs` is `None` when nobody asked for them.
pub(super) fn status(app: &App, job: &Job, state: &State, logs: Option<&[LogLine]>) -> Value {
    let mut body = json!({ "status": state.phase.word() });
    add_identity(app, job, &mut body);
    match &state.phase {
        Phase::Queued => body["queue_position"] = app.queue.position(job).into(),
        Phase::Running => body["logs"] = lines(logs),
        Phase::Completed(finish) => {
            body["logs"] = lines(logs);
            body["metrics"] = match finish.inference {
                Some(time) => json!({ "inference_time": time.as_secs_f64() }),
                None => json!({}),
            };
            if let Ending::Infrastructure { error_type, detail, .. } = &finish.ending {
                body["error"] = detail.as_str().into();
                body["error_type"] = error_type.as_str().into();
            }
        }
    }
    body
}

fn lines(logs: Option<&[LogLine]>) -> Value {
    let line = |l: &LogLine| json!({ "timestamp": l.timestamp, "message": l.message, "level": "INFO", "source": "USER", "labels": {} });
    logs.map_or(Value::Null, |logs| logs.iter().map(line).collect())
}
