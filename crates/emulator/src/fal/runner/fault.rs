//! Scripted failures of runs.

use crate::wire::lock;
use serde_json::Value;
use std::{collections::VecDeque, sync::Mutex};

/// How a job (or a synchronous run) fails instead of being worked on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum JobFault {
    /// A request error of the platform (protocol 5.3), which the queue status repeats.
    Infrastructure {
        /// HTTP status of the result.
        status: u16,
        /// Such as `runner_disconnected`.
        error_type: String,
        /// The text in `detail`.
        detail: String,
    },
    /// An error of the model (protocol 5.1, 5.2); the queue status does not show it.
    Model {
        /// HTTP status of the result.
        status: u16,
        /// The whole body, mostly `{"detail": [...]}`.
        body: Value,
        /// For `X-Fal-Retryable`.
        retryable: bool,
    },
}

/// The failures that are still to come, in order.
#[derive(Debug, Default)]
pub(crate) struct JobFaults(Mutex<VecDeque<JobFault>>);

impl JobFaults {
    pub(crate) fn add(&self, fault: &JobFault, times: usize) {
        lock(&self.0).extend(std::iter::repeat_n(fault.clone(), times));
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The failure of the next run, which uses it up.
    pub(super) fn take(&self) -> Option<JobFault> {
        lock(&self.0).pop_front()
    }
}
