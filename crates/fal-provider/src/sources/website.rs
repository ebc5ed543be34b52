//! The website's JSON: `GET /api/models` (protocol 7.3).

use super::{Wanted, empty, foreign};
use crate::{client::FalClient, listing};
use async_trait::async_trait;
use mediagen_core::{CatalogSource, Context, Event, ModelPage, ModelQuery, ModelSpec, Result};
use mediagen_provider_kit::output::whole;
use serde_json::Value;
use std::sync::Arc;

/// The most that it was seen to give a page.
const SIZE: u32 = 200;
/// Most pages of one walk, at a hundred times fal's size: a guard against a list without an end.
const MOST_PAGES: u64 = 1_000;

/// `GET /api/models`, which needs no key and never gets one.
#[derive(Debug)]
pub(super) struct Website {
    client: Arc<FalClient>,
}

impl Website {
    pub(super) fn new(client: Arc<FalClient>) -> Self {
        Self { client }
    }
}

#[async_trait]
impl CatalogSource for Website {
    fn name(&self) -> &'static str {
        "website"
    }

    /// Cursors are `PAGE:FIRST`, with the first id of the page before.
    async fn page(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let (page, before) = match &query.cursor {
            None => (1, ""),
            Some(cursor) => {
                let (page, before) = cursor.split_once(':').ok_or_else(|| foreign(self.name(), cursor))?;
                (page.parse().map_err(|_| foreign(self.name(), cursor))?, before)
            }
        };
        let size = query.limit.map_or(SIZE, |limit| limit.clamp(1, SIZE));
        let answer = self.client.website(cx, query, page, size).await?;
        let list = List::read(&answer);
        let models: Vec<ModelSpec> = list.items.iter().filter_map(listing::of_website).collect();
        if models.is_empty() && query.cursor.is_none() && !Wanted::of(query).is_particular() {
            return Err(empty(self.name()));
        }
        let first = models.first().map(|spec| spec.id.name.to_string()).unwrap_or_default();
        if query.cursor.is_some() && first == before {
            // A server that does not count pages gives the same one for ever.
            cx.emit(Event::Warning("the list of fal's website repeats itself; cut there".to_owned()));
            return Ok(ModelPage::default());
        }
        let more = !list.items.is_empty() && page < MOST_PAGES && list.pages.map_or(list.may_go_on(size), |n| page < n);
        let wanted = Wanted::by_capability(query);
        let models = models.into_iter().filter(|spec| wanted.admits(spec)).map(Arc::new).collect();
        Ok(ModelPage::new(models, more.then(|| format!("{}:{first}", page + 1))))
    }
}

/// One answer, of either shape.
struct List<'a> {
    items: &'a [Value],
    /// Pages in all, where it says so.
    pages: Option<u64>,
    is_bare: bool,
}

impl<'a> List<'a> {
    /// What is neither a list nor an object with one has no items.
    fn read(answer: &'a Value) -> Self {
        let items = answer.as_array().or_else(|| answer.get("items")?.as_array());
        let pages = ["pages", "totalPages"].into_iter().find_map(|key| whole(answer.get(key)?));
        Self { items: items.map(Vec::as_slice).unwrap_or_default(), pages, is_bare: answer.is_array() }
    }

    /// Without a count: a bare list was once everything at once, so only one of just the size asked for may go on;
    /// the other shape goes on to an empty page.
    fn may_go_on(&self, size: u32) -> bool {
        !self.is_bare || u32::try_from(self.items.len()) == Ok(size)
    }
}
