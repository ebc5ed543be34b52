//! The report of a finished generation.

use super::text::{notes, rounded};
use crate::ui::{self, Report};
use mediagen::{
    assets::{Asset, record::TimingsMs},
    core::{Count, Endpoint, Estimate, Event, ModelKind, Money, Note, Phase},
};
use serde::Serialize;
use serde_json::Value;
use std::{iter::Sum, ops::Add, path::Path, sync::Arc};
use url::Url;

/// What every report begins with.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Head {
    pub(crate) status: &'static str,
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) revision: Option<String>,
    pub(crate) kind: ModelKind,
}

impl Head {
    pub(crate) fn new(status: &'static str, endpoint: &Arc<dyn Endpoint>) -> Self {
        let spec = endpoint.spec();
        Self {
            status,
            provider: spec.id.provider.to_string(),
            model: spec.id.name.to_string(),
            revision: spec.revision.clone(),
            kind: endpoint.kind(),
        }
    }
}

/// `mediagen generate`: one generation, or the parts of a long text and what they were joined to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GenerationReport {
    /// Absent in a part of a whole, which says it already.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) head: Option<Head>,
    pub(crate) job: String,
    pub(crate) request_id: Option<String>,
    pub(crate) outputs: Vec<FileReport>,
    pub(crate) seed: Option<u64>,
    pub(crate) body: Value,
    pub(crate) notes: Vec<Note>,
    pub(crate) cost: CostReport,
    pub(crate) timings_ms: Timings,
    pub(crate) requests: RequestCounts,
    /// The model's own answer, for a model that is run as `raw`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) raw: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<GenerationReport>,
}

/// A file that was saved.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FileReport {
    pub(crate) path: String,
    pub(crate) url: Option<Url>,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) duration_s: Option<f64>,
    pub(crate) fps: Option<f64>,
}

impl From<&Asset> for FileReport {
    fn from(asset: &Asset) -> Self {
        let facts = asset.facts();
        Self {
            path: asset.to_string(),
            url: asset.url().cloned(),
            media_type: asset.media_type().to_owned(),
            bytes: facts.bytes.unwrap_or_default(),
            blake3: asset.known_blake3().unwrap_or_default().to_owned(),
            width: facts.width,
            height: facts.height,
            duration_s: facts.duration_s,
            fps: facts.fps,
        }
    }
}

impl FileReport {
    /// A row of a table: path, type, size in pixels or seconds, bytes.
    pub(crate) fn row(&self) -> Vec<String> {
        let mut shape = Vec::new();
        if let (Some(width), Some(height)) = (self.width, self.height) {
            shape.push(format!("{width}x{height}"));
        }
        if let Some(seconds) = self.duration_s {
            shape.push(format!("{seconds:.2} s"));
        }
        if let Some(fps) = self.fps {
            shape.push(format!("{fps:.4} fps").replace(".0000", ""));
        }
        vec![ui::plain(&self.path), self.media_type.clone(), shape.join(", "), ui::size(self.bytes)]
    }
}

/// What was expected and what was billed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CostReport {
    pub(crate) estimate: Estimate,
    pub(crate) billed_units: Option<f64>,
    pub(crate) amount: Option<f64>,
    /// Of `amount`.
    #[serde(skip)]
    pub(crate) currency: Option<String>,
}

impl CostReport {
    pub(crate) fn new(estimate: Estimate, billed: Option<Count>, money: Option<Money>) -> Self {
        Self {
            estimate,
            billed_units: billed.map(|count| count.number),
            amount: money.as_ref().map(|money| money.amount),
            currency: money.map(|money| money.currency),
        }
    }

    /// The costs of all parts; a number is known only where every part has it.
    pub(crate) fn total(parts: &[&Self]) -> Self {
        let currency = parts.first().and_then(|part| part.currency.clone());
        let alike = parts.iter().all(|part| part.currency == currency);
        let amount = parts.iter().map(|part| part.amount).sum::<Option<f64>>().filter(|_| alike);
        Self {
            estimate: Estimate::total(parts.iter().map(|part| part.estimate.clone())),
            billed_units: parts.iter().map(|part| part.billed_units).sum(),
            currency: currency.filter(|_| amount.is_some()),
            amount,
        }
    }
}

/// Milliseconds of each part of a generation; 0 for a part that did not happen.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Timings {
    pub(crate) upload: u64,
    pub(crate) queued: u64,
    pub(crate) running: u64,
    pub(crate) fetch: u64,
    pub(crate) download: u64,
    pub(crate) total: u64,
}

impl From<TimingsMs> for Timings {
    fn from(took: TimingsMs) -> Self {
        Self {
            upload: took.upload.unwrap_or(0),
            queued: took.queued.unwrap_or(0),
            running: took.running.unwrap_or(0),
            fetch: took.fetch.unwrap_or(0),
            download: took.download.unwrap_or(0),
            total: took.total.unwrap_or(0),
        }
    }
}

impl Add for Timings {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            upload: self.upload + other.upload,
            queued: self.queued + other.queued,
            running: self.running + other.running,
            fetch: self.fetch + other.fetch,
            download: self.download + other.download,
            total: self.total + other.total,
        }
    }
}

impl Sum for Timings {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

/// How many requests a generation made.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct RequestCounts {
    pub(crate) upload: u64,
    pub(crate) submit: u64,
    pub(crate) status: u64,
    pub(crate) result: u64,
    pub(crate) download: u64,
}

impl RequestCounts {
    /// Counts an event.
    pub(crate) fn see(&mut self, event: &Event) {
        let Event::Requested(phase) = event else { return };
        match phase {
            Phase::Upload => self.upload += 1,
            Phase::Submit => self.submit += 1,
            Phase::Status => self.status += 1,
            Phase::Result => self.result += 1,
            Phase::Download => self.download += 1,
            _ => {}
        }
    }
}

impl Sum for RequestCounts {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            upload: sum.upload + part.upload,
            submit: sum.submit + part.submit,
            status: sum.status + part.status,
            result: sum.result + part.result,
            download: sum.download + part.download,
        })
    }
}

impl GenerationReport {
    fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        if let Some(seed) = self.seed {
            facts.push(format!("seed {seed}"));
        }
        if let Some(units) = self.cost.billed_units {
            facts.push(format!("billed units {}", rounded(units)));
        }
        if let (Some(amount), Some(currency)) = (self.cost.amount, &self.cost.currency) {
            facts.push(format!("cost {} {}", rounded(amount), ui::plain(currency)));
        }
        facts.push(format!("{} ms", self.timings_ms.total));
        if let Some(id) = &self.request_id {
            facts.push(format!("request {}", ui::plain(id)));
        }
        facts
    }
}

impl Report for GenerationReport {
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> = self.outputs.iter().map(FileReport::row).collect();
        let mut lines = vec![ui::table(&rows).trim_end().to_owned()];
        if rows.is_empty() {
            lines = vec![serde_json::to_string_pretty(&self.raw).unwrap_or_default()];
        }
        lines.extend(notes(&self.notes));
        if let Some(first) = self.parts.first().and_then(|part| part.outputs.first()) {
            let folder = Path::new(&first.path).parent().map(|folder| folder.display().to_string());
            lines.push(format!("{} parts are kept in {}", self.parts.len(), ui::plain(&folder.unwrap_or_default())));
        }
        lines.push(self.facts().join(", "));
        lines.join("\n")
    }
}
