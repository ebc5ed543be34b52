//! The queue (protocol 2): submit, status, status stream, result, cancel.

mod cancel;
mod drive;
mod job;
mod jobs;
mod path;
mod result;
mod status;
mod stream;
mod submit;

pub(crate) use drive::Driver;
pub use job::JobRecord;
pub(crate) use jobs::Jobs;
pub(crate) use path::classify;
pub(crate) use stream::Streams;
pub(crate) use submit::Submits;

use super::{account::Account, id::shown};
use crate::wire::{Answer, Call, detail, json};
use axum::http::Method;
use path::{Action, parse};
use serde_json::json;
use std::sync::Arc;

/// The queue of one emulator.
pub(crate) struct Queue {
    pub(crate) account: Arc<Account>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) submits: Submits,
    pub(crate) streams: Streams,
}

impl Queue {
    /// Answers everything below `/queue`.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        let Some((prefix, id, action)) = parse(&call.path) else {
            return if call.parts.method == Method::POST {
                self.submits.answer(call).await
            } else {
                detail(405, "Method Not Allowed")
            };
        };
        let method = if action == Action::Cancel { Method::PUT } else { Method::GET };
        if call.parts.method != method {
            return detail(405, "Method Not Allowed");
        }
        if let Err(refusal) = self.account.require_key_or_token(&call, &shown(prefix)) {
            return refusal;
        }
        let Some(job) = self.jobs.find(id, prefix) else {
            return json(404, &json!({ "status": "NOT_FOUND" }));
        };
        match action {
            Action::Result => result::answer(&job),
            Action::Status => status::answer(&self.jobs, &job, &call),
            Action::Stream => self.streams.answer(&self.jobs, job, &call),
            Action::Cancel => cancel::answer(&job),
        }
    }
}
