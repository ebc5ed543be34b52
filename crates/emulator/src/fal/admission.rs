//! What a request for a run must satisfy, on the queue and on the synchronous route alike.

use super::{answer::infrastructure, catalogue::Catalogue, id::app_of};
use crate::wire::{Answer, Call, detail};
use std::time::Duration;

/// The application that `endpoint` belongs to, if the catalogue has anything of it.
pub(crate) fn known_app<'id>(catalogue: &Catalogue, endpoint: &'id str) -> Result<&'id str, Answer> {
    let unknown = || detail(404, &format!("Application \"{endpoint}\" not found"));
    let name = app_of(endpoint).ok_or_else(unknown)?;
    let known = catalogue.iter().any(|e| app_of(&e.id) == Some(name));
    known.then_some(name).ok_or_else(unknown)
}

/// The caller's deadline for the start of processing (protocol 2.3), the newer header first.
pub(crate) fn start_within(call: &Call) -> Result<Option<Duration>, Answer> {
    let sent = call.header("x-fal-request-start-timeout").or_else(|| call.header("x-fal-request-timeout"));
    let Some(sent) = sent else { return Ok(None) };
    let seconds = sent.trim().parse::<f64>().ok().filter(|s| *s > 0.1);
    let time = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    time.map(Some).ok_or_else(|| infrastructure(400, "bad_request", &format!("Invalid start timeout: {sent}")))
}
