//! What happens while a request is on its way, told to an observer.

use crate::{Error, JobTicket, LogLine, Note};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc, time::Duration};

/// The part of a generation that a call to the provider belongs to; each is a retry domain of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// Reading the catalogue or a schema.
    Catalogue,
    /// Asking for a price.
    Price,
    /// Moving an input to the provider.
    Upload,
    /// The paid call.
    Submit,
    /// Asking how far the job is.
    Status,
    /// Fetching the finished job's answer.
    Result,
    /// Asking to stop.
    Cancel,
    /// Moving an output to us.
    Download,
}

impl Phase {
    /// The stable kebab-case text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Price => "price",
            Self::Upload => "upload",
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Result => "result",
            Self::Cancel => "cancel",
            Self::Download => "download",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a catalogue's reader is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Discovering {
    /// Reading the listing, page by page.
    Listing,
    /// Reading what each model takes.
    Schemas,
    /// Asking about models that stayed coarse.
    Classifying,
    /// Reading prices.
    Prices,
}

impl Discovering {
    /// The stable kebab-case text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Schemas => "schemas",
            Self::Classifying => "classifying",
            Self::Prices => "prices",
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A request is about to leave; counts every attempt.
    Requested(Phase),
    /// Bytes of an input moved.
    Uploading {
        /// Bytes so far.
        sent: u64,
        /// Bytes in all, when known.
        total: Option<u64>,
    },
    /// The job was accepted; keep the ticket to resume.
    Submitted(JobTicket),
    /// Waiting; the number of jobs ahead when known.
    Queued {
        /// Jobs ahead; 0 is next.
        position: Option<u32>,
    },
    /// Running; a fraction in `0.0..=1.0` only when the provider gives one.
    Running {
        /// Done so far.
        progress: Option<f32>,
    },
    /// A line that the job wrote.
    Log(LogLine),
    /// An attempt failed and will be repeated.
    Retrying {
        /// Which part.
        phase: Phase,
        /// Number of the failed attempt, from 1.
        attempt: u32,
        /// Pause before the next.
        delay: Duration,
        /// Why.
        reason: Arc<Error>,
    },
    /// An option was adjusted.
    Adjusted(Note),
    /// Models of a catalogue were read.
    Discovered {
        /// Which step.
        step: Discovering,
        /// Models so far.
        done: usize,
        /// Models in all, when known.
        total: Option<usize>,
    },
    /// Something odd that did not stop the work.
    Warning(String),
    /// The job is done and its answer is here.
    Completed,
    /// Bytes of an output moved.
    Downloading {
        /// Bytes so far.
        received: u64,
        /// Bytes in all, when known.
        total: Option<u64>,
    },
}

/// Receives events in order, on the task that does the work: it must not block. Closures implement it.
pub trait Observer: Send + Sync + 'static {
    /// Called once per event.
    fn on_event(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync + 'static> Observer for F {
    fn on_event(&self, event: &Event) {
        self(event);
    }
}
