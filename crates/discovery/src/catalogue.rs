//! The catalogue: ordered, without duplicates, asked in memory.

use crate::{Entry, Query, Verdict, rank};
use mediagen_core::{ModelId, ModelSpec, Price, nearest};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Models of one or more providers, ordered by provider and name. Plain data: it can be stored and read back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Catalogue {
    entries: Vec<Arc<Entry>>,
    complete: bool,
}

impl Catalogue {
    /// Of these entries; of those with one id the first stays. `complete` tells whether every listing was read to its
    /// end.
    pub fn new(entries: impl IntoIterator<Item = Arc<Entry>>, complete: bool) -> Self {
        let mut by_id: BTreeMap<ModelId, Arc<Entry>> = BTreeMap::new();
        for entry in entries {
            by_id.entry(entry.id().clone()).or_insert(entry);
        }
        Self { entries: by_id.into_values().collect(), complete }
    }

    /// Adds the models of `other`; where both have an id, the model of `self` stays.
    pub fn merged(self, other: Self) -> Self {
        let complete = self.complete && other.complete;
        Self::new(self.entries.into_iter().chain(other.entries), complete)
    }

    /// Whether every listing was read to its end.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Every model, by provider and name.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The model of that id.
    pub fn get(&self, id: &ModelId) -> Option<&Arc<Entry>> {
        let index = self.entries.binary_search_by(|entry| entry.id().cmp(id)).ok()?;
        self.entries.get(index)
    }

    /// The models that `query` asks for: best first where it has a text, by provider and name otherwise.
    pub fn find(&self, query: &Query) -> Vec<&Arc<Entry>> {
        let matching = self.entries.iter().filter(|entry| query.admits(entry));
        let mut found: Vec<&Arc<Entry>> = match &query.text {
            None => matching.collect(),
            Some(text) => rank::ranked(text, matching.collect()),
        };
        found.truncate(query.limit.unwrap_or(usize::MAX));
        found
    }

    /// Up to `limit` names that are close to a wrong one, closest first.
    pub fn nearest(&self, name: &str, limit: usize) -> Vec<String> {
        nearest::nearest(name, self.entries.iter().map(|entry| &*entry.id().name), limit)
    }

    /// Sets the prices of every model, by name.
    pub(crate) fn set_prices(&mut self, prices_of: &mut dyn FnMut(&str) -> Option<Vec<Price>>) {
        for entry in &mut self.entries {
            if let Some(prices) = prices_of(&entry.spec.id.name) {
                Arc::make_mut(entry).prices = prices;
            }
        }
    }

    /// The categories in use, each with the number of its models; `None` stands for models without one.
    pub fn categories(&self) -> BTreeMap<Option<&str>, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.spec.category.as_deref()).or_default() += 1;
        }
        counts
    }
}

impl FromIterator<Arc<Entry>> for Catalogue {
    /// A complete catalogue of exactly these.
    fn from_iter<I: IntoIterator<Item = Arc<Entry>>>(entries: I) -> Self {
        Self::new(entries, true)
    }
}

impl FromIterator<Arc<ModelSpec>> for Catalogue {
    /// A complete catalogue of exactly these, as they are: nothing is classified.
    fn from_iter<I: IntoIterator<Item = Arc<ModelSpec>>>(specs: I) -> Self {
        let entry = |spec: Arc<ModelSpec>| {
            let verdict = if spec.kinds.is_empty() { Verdict::Open } else { Verdict::Known };
            Arc::new(Entry::new(Arc::unwrap_or_clone(spec), verdict, "program", 0))
        };
        specs.into_iter().map(entry).collect()
    }
}
