//! The website's pages, for when nothing better answers: its sitemap, and the pages that lead to models (protocol 7.4).

use super::{Wanted, empty, foreign, links, markup::Page};
use crate::client::FalClient;
use async_trait::async_trait;
use mediagen_core::{CatalogSource, Context, Error, ErrorKind, Event, ModelPage, ModelQuery, ModelSpec, Result};
use std::sync::Arc;
use url::Url;

/// Where to look, most complete first. Each is one page of this source.
const PLACES: [&str; 4] = ["sitemap.xml", "explore", "explore/models", "models"];
/// Most sitemaps that one index leads to.
const MOST_CHILDREN: usize = 50;

/// The pages of the website, read slowly and only where `robots.txt` lets us.
#[derive(Debug)]
pub(super) struct Pages {
    client: Arc<FalClient>,
}

impl Pages {
    pub(super) fn new(client: Arc<FalClient>) -> Self {
        Self { client }
    }

    /// The models of one place.
    async fn look(&self, cx: &Context, path: &str) -> Result<Vec<ModelSpec>> {
        let client = &self.client;
        let web = &client.bases.web;
        let page = self.read(cx, path).await?;
        if !page.is_index {
            return Ok(links::models(web, page));
        }
        let mut models = Vec::new();
        for child in page.places.iter().filter_map(|place| below(web, place)).take(MOST_CHILDREN) {
            match self.read(cx, &child).await {
                Ok(page) => models.extend(links::models(web, page)),
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => skipped(cx, &child, &error),
            }
        }
        Ok(models)
    }

    async fn read(&self, cx: &Context, path: &str) -> Result<Page> {
        let client = &self.client;
        client.robots(cx).await.check(path)?;
        Ok(Page::read(&client.web_page(cx, path).await?))
    }
}

#[async_trait]
impl CatalogSource for Pages {
    fn name(&self) -> &'static str {
        "pages"
    }

    /// Cursors are the numbers of places. A place that fails or gives nothing is passed over with a warning; where all
    /// do, that is the error.
    async fn page(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let start = match &query.cursor {
            Some(cursor) => cursor.parse().map_err(|_| foreign(self.name(), cursor))?,
            None => 0,
        };
        let mut failure = None;
        for (index, path) in PLACES.iter().enumerate().skip(start) {
            let models = match self.look(cx, path).await {
                Ok(models) => models,
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => {
                    skipped(cx, path, &error);
                    failure = Some(error);
                    continue;
                }
            };
            if models.is_empty() {
                cx.emit(Event::Warning(format!("fal's page `/{path}` leads to no model")));
                continue;
            }
            let wanted = Wanted::of(query);
            let models = models.into_iter().filter(|spec| wanted.admits(spec)).map(Arc::new).collect();
            let next = (index + 1 < PLACES.len()).then(|| (index + 1).to_string());
            return Ok(ModelPage::new(models, next));
        }
        match failure {
            _ if query.cursor.is_some() => Ok(ModelPage::default()),
            Some(failure) => Err(failure),
            None => Err(empty(self.name())),
        }
    }
}

fn skipped(cx: &Context, path: &str, error: &Error) {
    cx.emit(Event::Warning(format!("fal's page `/{path}` could not be used: {error}")));
}

/// The path of `place` below the website; `None` for another site.
fn below(web: &Url, place: &str) -> Option<String> {
    let url = Url::parse(place).ok().filter(|url| url.origin() == web.origin())?;
    let path = url.path().strip_prefix(web.path().trim_end_matches('/'))?.trim_start_matches('/');
    (!path.is_empty()).then(|| path.to_owned())
}
