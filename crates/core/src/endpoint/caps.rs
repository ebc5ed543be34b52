//! What an endpoint can do, as data.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What an endpoint can do. Everything is off until it is switched on.
///
/// ```
/// use mediagen_core::{Cancel, Caps, Flow};
///
/// let caps = Caps::new(Flow::Job).with(|caps| {
///     caps.cancel = Cancel::Queued;
///     caps.resume = true;
/// });
/// assert!(caps.upload.is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caps {
    /// What a submit leads to.
    pub flow: Flow,
    /// When a job can be cancelled.
    pub cancel: Cancel,
    /// Whether a job can be found again by its ticket.
    pub resume: bool,
    /// What can be done about a paid call whose answer was lost.
    pub lost: Lost,
    /// Whether the result can be posted to an address.
    pub webhook: bool,
    /// The largest input in bytes that may go into the body; `None` where none may.
    pub inline_max: Option<u64>,
    /// How files are moved to the provider; `None` where it takes addresses only.
    pub upload: Option<UploadCaps>,
}

impl Caps {
    /// An endpoint of this flow that can do nothing else.
    pub const fn new(flow: Flow) -> Self {
        Self {
            flow,
            cancel: Cancel::No,
            resume: false,
            lost: Lost::Gone,
            webhook: false,
            inline_max: None,
            upload: None,
        }
    }

    /// Sets the rest by `change`, for readable construction of a struct that may grow.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// What a submit leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Flow {
    /// A job that can be waited for.
    Job,
    /// The result itself, in the answer.
    Done,
    /// Either of them.
    Either,
}

/// When a job can be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cancel {
    /// Never.
    No,
    /// While it waits in the queue.
    Queued,
    /// At any time.
    Any,
}

/// What can be done about a paid call whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Lost {
    /// Nothing: a person decides.
    Gone,
    /// The provider's list of requests is read ([`Endpoint::reconcile`](crate::Endpoint::reconcile)).
    Reconcile,
    /// The same intent key may be sent again within this time: the provider recognises it and bills once.
    SafeKey(Duration),
}

/// How files are moved to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UploadCaps {
    /// The largest file in bytes; `None` where no limit is known.
    pub max_bytes: Option<u64>,
    /// How long an upload can be relied on; `None` for as long as it is not deleted.
    pub lifetime: Option<Duration>,
    /// Whether anybody who has the address can read it.
    pub public: bool,
}

impl UploadCaps {
    /// Uploads without a known limit, that only the provider can read.
    pub const fn new() -> Self {
        Self { max_bytes: None, lifetime: None, public: false }
    }

    /// Sets the rest by `change`.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}
