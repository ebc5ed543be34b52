//! What became of a refresh.

use crate::{Entry, LanguageReport, Verdict};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Counts and failures of one refresh. Nothing that failed is missing here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Report {
    /// Models in all.
    pub models: usize,
    /// Models for each kind; those without one count as `unsupported` or `open`.
    pub kinds: BTreeMap<String, usize>,
    /// Models for each way in which their kind is known.
    pub methods: BTreeMap<String, usize>,
    /// Models about which nothing is known beyond their category, after every rung.
    pub coarse: usize,
    /// Schemas that were read.
    pub schemas: usize,
    /// Calls to a language model.
    pub language_calls: usize,
    /// Sources that failed, each with the reason.
    pub sources: Vec<(String, String)>,
    /// Models for which a step failed, each with the reason.
    pub failures: Vec<(String, String)>,
    /// Why the language model was not asked on, if so.
    pub stopped: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Report {
    pub(crate) fn count(&mut self, entries: &[Arc<Entry>]) {
        self.models = entries.len();
        for entry in entries {
            let kind = entry.spec.kinds.first().map_or(none(&entry.verdict), |kind| kind.as_str());
            *self.kinds.entry(kind.to_owned()).or_default() += 1;
            let method = entry.spec.kind_evidence.first().map_or("none", |claim| claim.method.as_str());
            *self.methods.entry(method.to_owned()).or_default() += 1;
            self.coarse += usize::from(crate::is_coarse(&entry.spec, &entry.verdict));
        }
    }

    pub(crate) fn add_language(&mut self, language: LanguageReport) {
        self.language_calls = language.calls;
        self.stopped = language.stopped;
        self.failures.extend(language.failures);
    }
}

fn none(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Unsupported(_) => "unsupported",
        _ => "open",
    }
}
