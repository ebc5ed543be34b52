//! How a run ends, and the answer that this gives.

use super::{
    super::answer::{BILLABLE_UNITS, REQUEST_ID, RETRYABLE, TIMEOUT_TYPE, infrastructure},
    failure::ModelError,
};
use crate::{
    wire::{Answer, json, with},
    work::Outcome,
};

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Output(Outcome),
    Model(ModelError),
    /// Protocol 5.3.
    Infrastructure {
        status: u16,
        error_type: String,
        detail: String,
        /// Whether the caller's own deadline ran out.
        by_user: bool,
    },
}

impl Ending {
    /// HTTP status of the result.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Output(_) => 200,
            Self::Model(error) => error.status,
            Self::Infrastructure { status, .. } => *status,
        }
    }

    fn infrastructure(status: u16, error_type: &str, detail: &str, by_user: bool) -> Self {
        Self::Infrastructure { status, error_type: error_type.to_owned(), detail: detail.to_owned(), by_user }
    }

    pub(crate) fn cancelled() -> Self {
        Self::infrastructure(499, "client_cancelled", "Request was cancelled by the client", false)
    }

    pub(crate) fn queue_closed() -> Self {
        Self::infrastructure(500, "internal_error", "queue closed", false)
    }

    /// The caller's start deadline ran out (protocol 2.3).
    pub(crate) fn start_timeout() -> Self {
        Self::infrastructure(504, "request_timeout", "Request timed out before processing started", true)
    }

    /// The answer that an ended run gives, on the queue and on the synchronous route alike.
    pub(crate) fn answer(&self, request_id: &str) -> Answer {
        let answer = match self {
            Self::Output(outcome) => {
                with(json(200, &outcome.body), BILLABLE_UNITS, &outcome.billable_units.to_string())
            }
            Self::Model(error) => {
                // Nothing came out, so nothing is billed (protocol 5.4).
                let body = with(json(error.status, &error.body), BILLABLE_UNITS, "0");
                with(body, RETRYABLE, if error.retryable { "true" } else { "false" })
            }
            Self::Infrastructure { status, error_type, detail, by_user } => {
                let body = infrastructure(*status, error_type, detail);
                if *by_user { with(body, TIMEOUT_TYPE, "user") } else { body }
            }
        };
        with(answer, REQUEST_ID, request_id)
    }
}
