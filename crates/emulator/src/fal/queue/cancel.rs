//! `PUT .../cancel` (protocol 2.9).

use super::job::Job;
use crate::{
    fal::answer::REQUEST_ID,
    wire::{Answer, json, with},
};
use serde_json::json;

pub(super) fn answer(job: &Job) -> Answer {
    let (code, word) = if job.finished().is_some() {
        (400, "ALREADY_COMPLETED")
    } else {
        job.cancel.cancel();
        (202, "CANCELLATION_REQUESTED")
    };
    with(json(code, &json!({ "status": word })), REQUEST_ID, &job.id)
}
