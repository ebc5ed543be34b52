//! The places where fal's models are listed, best first: the platform's API, the website's JSON, its pages, a snapshot.

mod links;
mod markup;
mod model_page;
mod pages;
mod payload;
mod platform;
mod snapshot;
mod website;

pub(crate) use model_page::ModelPage;

use crate::{client::FalClient, id::EndpointId, info::INFO};
use mediagen_core::{
    CatalogSource, Context, Error, ErrorKind, MediaCapability, ModelPage as Page, ModelQuery, ModelSpec, Price, Result,
};
use std::{collections::BTreeMap, sync::Arc};

/// Every source that `client` can read.
pub(crate) fn all(client: &Arc<FalClient>) -> Vec<Arc<dyn CatalogSource>> {
    vec![
        Arc::new(platform::PlatformApi::new(Arc::clone(client))),
        Arc::new(website::Website::new(Arc::clone(client))),
        Arc::new(pages::Pages::new(Arc::clone(client))),
        Arc::new(snapshot::Snapshot),
    ]
}

/// Reads what fal's website has about one model on its page.
///
/// # Errors
/// `NotFound` where the page has nothing about it, `PermissionDenied` where the website asks programs to stay away.
pub(crate) async fn model_page(client: &FalClient, cx: &Context, id: &EndpointId) -> Result<ModelPage> {
    let path = format!("models/{id}");
    client.robots(cx).await.check(&path)?;
    let html = client.web_page(cx, &path).await?;
    ModelPage::read(id, &html).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("no model data on the page for `{id}`")).with_provider(INFO.id.clone())
    })
}

/// The prices on the pages of `ids`; `None` where one of them could not be read.
pub(crate) async fn prices_of_pages(
    client: &FalClient,
    cx: &Context,
    ids: &[&str],
) -> Option<BTreeMap<String, Vec<Price>>> {
    let mut prices = BTreeMap::new();
    for id in ids {
        let page = model_page(client, cx, &EndpointId::parse(id).ok()?).await.ok()?;
        prices.extend(page.price.map(|price| ((*id).to_owned(), vec![price])));
    }
    Some(prices)
}

/// What a query asks of single models, for sources that cannot choose by themselves.
#[derive(Debug)]
struct Wanted {
    words: Vec<String>,
    category: Option<String>,
    capability: Option<MediaCapability>,
}

impl Wanted {
    fn of(query: &ModelQuery) -> Self {
        let words = query.text.as_deref().unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
        Self { words, category: query.category.clone(), capability: query.capability }
    }

    /// Only the condition that no source of fal's can be asked for.
    fn by_capability(query: &ModelQuery) -> Self {
        Self { words: Vec::new(), category: None, capability: query.capability }
    }

    /// Whether nothing may be a good answer.
    fn is_particular(&self) -> bool {
        !self.words.is_empty() || self.category.is_some() || self.capability.is_some()
    }

    fn admits(&self, spec: &ModelSpec) -> bool {
        let listing = &spec.listing;
        let text = || {
            let description = listing.description.as_deref().unwrap_or_default();
            format!("{} {} {description} {}", spec.id.name, spec.title, listing.tags.join(" ")).to_lowercase()
        };
        (self.words.is_empty() || self.words.iter().all(|word| text().contains(word)))
            && self.category.as_ref().is_none_or(|category| spec.category.as_ref() == Some(category))
            && self.capability.is_none_or(|capability| spec.capability_set().contains(capability))
    }
}

/// a good answer without a model where there must be some.
fn empty(source: &str) -> Error {
    Error::new(ErrorKind::DiscoveryEmpty, format!("fal's {source} answered and listed no model"))
        .with_provider(INFO.id.clone())
        .with_hint("the place may have changed its form; another source may still list them")
}

/// A cursor that is none of `source`.
fn foreign(source: &str, cursor: &str) -> Error {
    let shown: String = cursor.chars().take(80).collect();
    Error::new(ErrorKind::InvalidInput, format!("`{shown}` is no cursor of fal's {source}"))
        .with_provider(INFO.id.clone())
}

/// The part of `all` that `query` asks for; cursors are positions.
fn sized(all: Vec<Arc<ModelSpec>>, query: &ModelQuery) -> Result<Page> {
    let start = match &query.cursor {
        Some(cursor) => cursor.parse::<usize>().map_err(|_| foreign("list", cursor))?,
        None => 0,
    };
    let most = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit.max(1)).unwrap_or(usize::MAX));
    let end = start.saturating_add(most).min(all.len());
    let next = (end < all.len()).then(|| end.to_string());
    Ok(Page::new(all.into_iter().skip(start).take(most).collect(), next))
}
