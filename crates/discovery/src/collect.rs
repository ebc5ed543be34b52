//! Reading a provider's listing to its end, from the best source that answers.

use mediagen_core::{
    CatalogSource, Context, Discovering, Error, ErrorKind, Event, ModelPage, ModelQuery, ModelSpec, Provider, Result,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The most pages that are read from one source.
pub const MAX_PAGES: usize = 500;

/// What was read.
#[derive(Debug, Clone)]
pub(crate) struct Collected {
    /// By name; of models with one name the first stays.
    pub(crate) specs: Vec<(ModelSpec, &'static str)>,
    /// The source that was read to its end, or the last one that gave anything.
    pub(crate) source: &'static str,
    /// Whether a source was read to its end.
    pub(crate) complete: bool,
    /// Sources that failed, each with the reason.
    pub(crate) failed: Vec<(String, String)>,
}

/// What a provider without sources of its own is asked for.
const LISTING: &str = "listing";

/// Reads the sources of `provider` in order until one was read to its end; what a failed one gave stays.
///
/// When the context is cancelled, what was read until then is given back as not complete.
///
/// # Errors
/// That of the first source when none gave a single model.
pub(crate) async fn collect(cx: &Context, provider: &dyn Provider, query: &ModelQuery) -> Result<Collected> {
    let mut reading = Reading { provider, found: BTreeMap::new() };
    let mut collected = Collected { specs: Vec::new(), source: LISTING, complete: false, failed: Vec::new() };
    let mut failure: Option<Error> = None;
    let sources = provider.catalog_sources();
    let named: Vec<(&'static str, Option<&Arc<dyn CatalogSource>>)> = if sources.is_empty() {
        vec![(LISTING, None)]
    } else {
        sources.iter().map(|source| (source.name(), Some(source))).collect()
    };
    for (name, source) in named {
        let before = reading.found.len();
        let end = cx.until_cancelled(reading.read(cx, name, source, query)).await;
        if reading.found.len() > before {
            collected.source = name;
        }
        match end {
            Ok(Ok(whole)) => {
                (collected.complete, collected.source) = (whole, name);
                break;
            }
            Ok(Err(error)) if error.kind() == ErrorKind::Cancelled => {
                collected.failed.push((name.to_owned(), error.to_string()));
                failure.get_or_insert(error);
                break;
            }
            Ok(Err(error)) => {
                tracing::debug!(source = name, %error, "the source failed");
                collected.failed.push((name.to_owned(), error.to_string()));
                failure.get_or_insert(error);
            }
            Err(cancelled) => {
                collected.failed.push((name.to_owned(), cancelled.to_string()));
                failure.get_or_insert(cancelled);
                break;
            }
        }
    }
    if reading.found.is_empty() {
        let nothing = || Error::new(ErrorKind::DiscoveryEmpty, format!("{} lists no models", provider.info().title));
        return Err(failure.unwrap_or_else(nothing).with_provider(provider.info().id.clone()));
    }
    collected.specs = reading.found.into_values().collect();
    Ok(collected)
}

struct Reading<'a> {
    provider: &'a dyn Provider,
    found: BTreeMap<Arc<str>, (ModelSpec, &'static str)>,
}

impl Reading<'_> {
    /// Reads one source; `true` when it came to its end.
    async fn read(
        &mut self,
        cx: &Context,
        name: &'static str,
        source: Option<&Arc<dyn CatalogSource>>,
        query: &ModelQuery,
    ) -> Result<bool> {
        let mut query = query.clone();
        let mut cursors: BTreeSet<String> = query.cursor.iter().cloned().collect();
        let cut = |why: &str| {
            cx.emit(Event::Warning(format!("the catalogue of {} {why}; cut there", self.provider.info().title)));
        };
        for _ in 0..MAX_PAGES {
            if cx.cancellation().is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "reading the catalogue was cancelled"));
            }
            let ModelPage { models, next, .. } = match source {
                Some(source) => source.page(cx, &query).await?,
                None => self.provider.list(cx, &query).await?,
            };
            for model in models {
                let spec = Arc::unwrap_or_clone(model);
                self.found.entry(Arc::clone(&spec.id.name)).or_insert((spec, name));
            }
            cx.emit(Event::Discovered { step: Discovering::Listing, done: self.found.len(), total: None });
            let Some(next) = next else { return Ok(true) };
            if !cursors.insert(next.clone()) {
                cut("goes round in a circle");
                return Ok(false);
            }
            query.cursor = Some(next);
        }
        cut(&format!("has more than {MAX_PAGES} pages"));
        Ok(false)
    }
}
