//! One job as it is written down.

use super::Why;
use crate::JobId;
use mediagen_core::{
    Estimate, Intent, JobTicket, ModelKind, ModelSpec, Money, Output, Plan, Price, ProviderId, Request, Uploaded,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of [`Row`] that this crate writes.
pub const ROW_VERSION: u8 = 1;

/// Where a job stands. Each step is a state that another process can go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// The request was found good.
    Planned,
    /// What it costs is known, as far as that matters.
    Priced,
    /// The money is held.
    Reserved,
    /// The inputs are at the provider.
    Ready,
    /// The intent to buy is written down; the paid call may have left.
    Submitting,
    /// A paid call left, and what became of it could not be found out.
    Unknown,
    /// The provider has accepted a job.
    Running,
    /// The result is written down.
    Finished,
    /// What it cost is accounted for.
    Settled,
    /// Every file is one's own.
    Kept,
    /// It ended without a result.
    Failed,
}

impl Step {
    /// The stable kebab-case text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Priced => "priced",
            Self::Reserved => "reserved",
            Self::Ready => "ready",
            Self::Submitting => "submitting",
            Self::Unknown => "unknown",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Settled => "settled",
            Self::Kept => "kept",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing is left to do.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Kept | Self::Failed)
    }

    /// Whether nothing can have been bought yet.
    pub const fn is_unpaid(self) -> bool {
        matches!(self, Self::Planned | Self::Priced | Self::Reserved | Self::Ready)
    }
}

/// Which provider a job belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bound {
    /// The name of its crate's entry in a registry.
    pub entry: ProviderId,
    /// The name that it was configured under.
    pub name: ProviderId,
}

impl Bound {
    /// The provider of `entry`, configured as `name`.
    pub fn new(entry: ProviderId, name: ProviderId) -> Self {
        Self { entry, name }
    }
}

/// What a job may cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Terms {
    /// At most this much, in US dollars; `None` for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<f64>,
    /// Whether a job whose cost is not known in advance may run in spite of a limit.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_unknown_cost: bool,
}

/// What was ordered: written once, when the row is created. No handle, no schema, no content, no key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Order {
    /// Format version, [`ROW_VERSION`].
    pub version: u8,
    /// The provider.
    pub provider: Bound,
    /// The name that the model was requested by, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<String>,
    /// The model, as a stub without its schema.
    pub spec: ModelSpec,
    /// The kind that it is run as.
    pub kind: ModelKind,
    /// The request, with content of this process in the spool.
    pub request: Request,
    /// The plan, pinned: what was validated, priced and agreed to is what leaves.
    pub plan: Arc<Plan>,
    /// What it may cost.
    #[serde(default)]
    pub terms: Terms,
}

impl Order {
    /// An order of the current version.
    pub fn new(provider: Bound, spec: ModelSpec, request: Request, plan: Arc<Plan>) -> Self {
        let kind = plan.kind;
        Self { version: ROW_VERSION, provider, requested: None, spec, kind, request, plan, terms: Terms::default() }
    }
}

/// How far a job got: written at each step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Progress {
    /// The prices that apply; empty where none are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// What it was expected to cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The inputs at the provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<Uploaded>,
    /// The attempts to buy it, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
    /// How to find the job at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<JobTicket>,
    /// What came out, with content in the spool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Arc<Output>>,
    /// What it cost, as far as the provider reports that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The files that it was kept as.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Why it failed, or why nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// One job: everything that another process needs to go on, and nothing that only this one has.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Row {
    /// Our own name for it.
    pub id: JobId,
    /// The number of the claim that may change it.
    pub fence: u64,
    /// Where it stands.
    pub step: Step,
    /// What was ordered.
    pub order: Arc<Order>,
    /// How far it got.
    pub progress: Progress,
}

impl Row {
    /// A new job.
    pub fn new(order: Order) -> Self {
        Self { id: JobId::new(), fence: 0, step: Step::Planned, order: Arc::new(order), progress: Progress::default() }
    }

    /// From what a journal holds.
    pub fn restore(id: JobId, fence: u64, step: Step, order: Order, progress: Progress) -> Self {
        Self { id, fence, step, order: Arc::new(order), progress }
    }

    /// The hashes of the content that it needs from the spool.
    pub fn spooled(&self) -> impl Iterator<Item = &str> {
        let inputs = self.order.request.inputs.iter().filter_map(|input| match &input.media {
            mediagen_core::MediaInput::Spool { hash, .. } => Some(hash.as_str()),
            _ => None,
        });
        let parts =
            self.progress.output.iter().flat_map(|output| &output.parts).filter_map(|part| match &part.source {
                mediagen_core::PartSource::Spool(hash) => Some(hash.as_str()),
                _ => None,
            });
        inputs.chain(parts)
    }
}

/// What became of an intent. A fact and no decision: it is written down whatever the fence.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// A job runs.
    Accepted(JobTicket),
    /// The answer was the result; its content is in the spool.
    Answered(Arc<Output>),
    /// The provider refused it, and nothing was started.
    Refused(Why),
    /// It surely did not leave.
    NotSent(Why),
    /// The call ended without an answer that could be understood. Anything else that is learnt counts for more.
    Lost(Why),
}
