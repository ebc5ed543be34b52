//! The catalogue: collected page by page, ordered, without duplicates.

use crate::{Query, rank};
use mediagen_core::{Context, Error, ErrorKind, Event, ModelId, ModelQuery, ModelSpec, Provider, Result, nearest};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The most pages that are read from one provider.
pub const MAX_PAGES: usize = 500;

/// Models of one or more providers, ordered by provider and name. Plain data: it can be stored and read back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Catalogue {
    models: Vec<Arc<ModelSpec>>,
    complete: bool,
}

impl Catalogue {
    /// Reads `provider`'s listing to its end, from `query`'s cursor on.
    ///
    /// A listing that does not end (a cursor that comes again, or more than [`MAX_PAGES`] pages) is cut there with a
    /// warning event; see [`is_complete`](Self::is_complete). Of models with one id the first stays.
    ///
    /// # Errors
    /// Those of [`Provider::list`]; `Cancelled` when the context's token is triggered.
    pub async fn collect(cx: &Context, provider: &dyn Provider, query: &ModelQuery) -> Result<Self> {
        let mut query = query.clone();
        let mut models = Vec::new();
        let mut cursors: BTreeSet<String> = query.cursor.iter().cloned().collect();
        for _ in 0..MAX_PAGES {
            let page = cx.cancellation().run_until_cancelled(provider.list(cx, &query)).await;
            let page = page.ok_or_else(|| {
                Error::new(ErrorKind::Cancelled, "reading the catalogue was cancelled")
                    .with_provider(provider.info().id.clone())
            })??;
            models.extend(page.models);
            let Some(next) = page.next else { return Ok(Self::new(models, true)) };
            if !cursors.insert(next.clone()) {
                let text = format!("the catalogue of {} goes round in a circle; cut there", provider.info().title);
                cx.emit(Event::Warning(text));
                return Ok(Self::new(models, false));
            }
            query.cursor = Some(next);
        }
        let text = format!("the catalogue of {} has more than {MAX_PAGES} pages; cut there", provider.info().title);
        cx.emit(Event::Warning(text));
        Ok(Self::new(models, false))
    }

    fn new(models: impl IntoIterator<Item = Arc<ModelSpec>>, complete: bool) -> Self {
        let mut by_id: BTreeMap<ModelId, Arc<ModelSpec>> = BTreeMap::new();
        for model in models {
            by_id.entry(model.id.clone()).or_insert(model);
        }
        Self { models: by_id.into_values().collect(), complete }
    }

    /// Adds the models of `other`; where both have an id, the model of `self` stays.
    pub fn merged(self, other: Self) -> Self {
        let complete = self.complete && other.complete;
        Self::new(self.models.into_iter().chain(other.models), complete)
    }

    /// Whether every listing was read to its end.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Every model, by provider and name.
    pub fn models(&self) -> &[Arc<ModelSpec>] {
        &self.models
    }

    /// The model of that id.
    pub fn get(&self, id: &ModelId) -> Option<&Arc<ModelSpec>> {
        let index = self.models.binary_search_by(|model| model.id.cmp(id)).ok()?;
        self.models.get(index)
    }

    /// The models that `query` asks for: best first where it has a text, by provider and name otherwise.
    pub fn find(&self, query: &Query) -> Vec<&Arc<ModelSpec>> {
        let matching = self.models.iter().filter(|model| query.admits(model));
        let mut found: Vec<&Arc<ModelSpec>> = match &query.text {
            None => matching.collect(),
            Some(text) => rank::ranked(text, matching.collect()),
        };
        found.truncate(query.limit.unwrap_or(usize::MAX));
        found
    }

    /// Up to `limit` names that are close to a wrong one, closest first.
    pub fn nearest(&self, name: &str, limit: usize) -> Vec<String> {
        nearest::nearest(name, self.models.iter().map(|model| &*model.id.name), limit)
    }

    /// The categories in use, each with the number of its models; `None` stands for models without one.
    pub fn categories(&self) -> BTreeMap<Option<&str>, usize> {
        let mut counts = BTreeMap::new();
        for model in &self.models {
            *counts.entry(model.category.as_deref()).or_default() += 1;
        }
        counts
    }
}

impl FromIterator<Arc<ModelSpec>> for Catalogue {
    /// A complete catalogue of exactly these.
    fn from_iter<I: IntoIterator<Item = Arc<ModelSpec>>>(models: I) -> Self {
        Self::new(models, true)
    }
}
