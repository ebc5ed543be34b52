//! `GET .../status` (protocol 2.5), and the status object that the stream sends too.

use super::{
    job::{Job, LogLine, Phase, State},
    jobs::Jobs,
};
use crate::{
    fal::{answer::REQUEST_ID, runner::Ending},
    wire::{Answer, Call, json, with},
};
use serde_json::{Value, json};

pub(super) fn answer(jobs: &Jobs, job: &Job, call: &Call) -> Answer {
    let state = job.state.borrow().clone();
    let code = if matches!(state.phase, Phase::Completed(_)) { 200 } else { 202 };
    let logs = wants_logs(call).then_some(state.logs.as_slice());
    with(json(code, &status(jobs, job, &state, logs)), REQUEST_ID, &job.id)
}

/// Off by default; the official clients send `1`/`0` and `true`/`false`.
pub(super) fn wants_logs(call: &Call) -> bool {
    call.param("logs").is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true"))
}

/// Adds the request id and the three addresses, which name the application only (protocol 2.1).
pub(super) fn add_identity(job: &Job, body: &mut Value) {
    let address = &job.address;
    body["request_id"] = job.id.as_str().into();
    body["status_url"] = format!("{address}/status").into();
    body["cancel_url"] = format!("{address}/cancel").into();
    body["response_url"] = address.as_str().into();
}

/// The status object; `logs` is `None` when the call did not want them.
pub(super) fn status(jobs: &Jobs, job: &Job, state: &State, logs: Option<&[LogLine]>) -> Value {
    let mut body = json!({ "status": state.phase.word() });
    add_identity(job, &mut body);
    match &state.phase {
        Phase::Queued => body["queue_position"] = jobs.position(job).into(),
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
    let Some(logs) = logs else { return Value::Null };
    let line = |line: &LogLine| {
        json!({
            "timestamp": line.timestamp, "message": line.message, "level": "INFO", "source": "USER", "labels": {},
        })
    };
    logs.iter().map(line).collect()
}
