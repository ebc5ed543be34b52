//! `PUT .../cancel` (protocol 2.9).

use super::{
    super::answer::{self, Answer, json},
    job::Job,
};
use serde_json::json;

pub(super) fn answer(job: &Job) -> Answer {
    let (code, word) = if job.finished().is_some() {
        (400, "ALREADY_COMPLETED")
    } else {
        job.cancel.cancel();
        (202, "CANCELLATION_REQUESTED")
    };
    answer::with(json(code, &json!({ "status": word })), answer::REQUEST_ID, &job.id)
}
