//! `GET .../requests/{id}`: the model's own answer (protocol 2.8).

use super::job::Job;
use crate::{
    fal::answer::REQUEST_ID,
    wire::{Answer, detail, with},
};

pub(super) fn answer(job: &Job) -> Answer {
    match job.finished() {
        Some(finish) => finish.ending.answer(&job.id),
        None => with(detail(400, "Request is still in progress"), REQUEST_ID, &job.id),
    }
}
