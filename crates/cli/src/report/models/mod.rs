//! The report of `mediagen models`.

mod text;

use crate::ui::Report;
use mediagen::{
    core::{CapabilityEvidence, KindEvidence, MediaCapability, Method, ModelKind, Price},
    discovery::{Diff, Entry, Listed, Report as RefreshReport, Verdict},
};
use serde::Serialize;

/// Models that were found in the catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct ModelsReport {
    models: Vec<Model>,
    /// How many met the conditions.
    total: usize,
    source: String,
    fetched_at: String,
    stale: bool,
    /// With `--refresh` only.
    #[serde(flatten)]
    refreshed: Option<Refreshed>,
    /// Names that are near, where no model was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    did_you_mean: Vec<String>,
    /// Rows that a person sees.
    #[serde(skip)]
    shown: usize,
}

/// What a refresh did.
#[derive(Debug, Serialize)]
struct Refreshed {
    report: RefreshReport,
    /// What changed since the catalogue that was there before.
    diff: Option<Diff>,
}

#[derive(Debug, Serialize)]
struct Model {
    id: String,
    title: String,
    kind: Option<ModelKind>,
    kind_evidence: Vec<KindEvidence>,
    unsupported: Option<String>,
    category: Option<String>,
    capabilities: Vec<Capability>,
    status: Option<String>,
    price: Option<Price>,
    description: Option<String>,
    tags: Vec<String>,
    group: Option<String>,
    licence: Option<String>,
    takes: Vec<String>,
    schema: Option<String>,
}

#[derive(Debug, Serialize)]
struct Capability {
    name: MediaCapability,
    evidence: String,
    method: Method,
    confidence: f64,
}

/// What was found, and what it was found in.
pub(crate) struct Found {
    pub(crate) listed: Listed,
    /// Those that are reported.
    pub(crate) entries: Vec<Entry>,
    /// How many met the conditions.
    pub(crate) total: usize,
    /// What changed since the catalogue that was there before; with `--refresh` only.
    pub(crate) diff: Option<Diff>,
    /// Names that are near, where no model was found.
    pub(crate) near: Vec<String>,
}

impl ModelsReport {
    /// What was found, with what a refresh did where one was requested; a person sees `shown` rows.
    pub(crate) fn new(found: Found, refreshed: bool, shown: usize) -> Self {
        let Found { listed, entries, total, diff, near } = found;
        Self {
            models: entries.into_iter().map(Model::new).collect(),
            total,
            source: listed.source,
            fetched_at: date(listed.fetched_at),
            stale: listed.stale,
            refreshed: refreshed.then_some(Refreshed { report: listed.report, diff }),
            did_you_mean: near,
            shown,
        }
    }
}

impl Report for ModelsReport {
    fn text(&self) -> String {
        text::of(self)
    }
}

impl Model {
    fn new(entry: Entry) -> Self {
        let price = entry.price().cloned();
        let unsupported = match entry.verdict {
            Verdict::Unsupported(why) => Some(why),
            _ => None,
        };
        let spec = entry.spec;
        let capability = |claim: CapabilityEvidence| Capability {
            name: claim.capability,
            evidence: claim.evidence,
            method: claim.method,
            confidence: claim.confidence,
        };
        let listing = spec.listing;
        Self {
            id: spec.id.name.to_string(),
            title: spec.title,
            kind: spec.kinds.first().copied(),
            kind_evidence: spec.kind_evidence,
            unsupported,
            category: spec.category,
            capabilities: spec.capabilities.into_iter().map(capability).collect(),
            // The provider's word for its state; `deprecated` wherever it says so in another way.
            status: if spec.deprecated { Some("deprecated".to_owned()) } else { listing.status },
            price,
            description: listing.description,
            tags: listing.tags,
            group: listing.group,
            licence: listing.licence,
            takes: entry.takes,
            schema: entry.schema_digest,
        }
    }
}

/// The time of a catalogue as RFC 3339.
fn date(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.unwrap_or_default().to_string()
}
