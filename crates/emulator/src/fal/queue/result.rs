//! `GET .../requests/{id}`: the model's own answer (protocol 2.8).

use super::{
    super::answer::{self, Answer, detail, infrastructure, json},
    job::Job,
    work::Ending,
};

pub(super) fn answer(job: &Job) -> Answer {
    match job.finished() {
        Some(finish) => answer_of(&finish.ending, &job.id),
        None => answer::with(detail(400, "Request is still in progress"), answer::REQUEST_ID, &job.id),
    }
}

/// The answer that an ended run gives, on the queue and on the synchronous route alike.
pub(crate) fn answer_of(ending: &Ending, request_id: &str) -> Answer {
    let answer = match ending {
        Ending::Output(outcome) => {
            let body = json(200, &outcome.body);
            answer::with(body, answer::BILLABLE_UNITS, &outcome.billable_units.to_string())
        }
        Ending::Model(error) => {
            let body = json(error.status, &error.body);
            let body = answer::with(body, answer::BILLABLE_UNITS, &error.billable_units.to_string());
            answer::with(body, answer::RETRYABLE, if error.retryable { "true" } else { "false" })
        }
        Ending::Infrastructure { status, error_type, detail, by_user } => {
            let body = infrastructure(*status, error_type, detail);
            if *by_user { answer::with(body, answer::TIMEOUT_TYPE, "user") } else { body }
        }
    };
    answer::with(answer, answer::REQUEST_ID, request_id)
}
