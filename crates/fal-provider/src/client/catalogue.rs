//! The catalogue's addresses (protocol 7.1, 7.2, 7.5).

use super::{
    CATALOGUE_LIMIT, Call, FalClient, ModelItem, ModelsPage, PAGE_LIMIT, SMALL_LIMIT, ours, robots::Robots, unusable,
};
use mediagen_core::{Context, ErrorKind, ModelQuery, Phase, Result};
use mediagen_http::{Authorize, HttpRequest};
use mediagen_provider_kit::call::whole_body;
use mediagen_provider_kit::config::join;
use serde_json::Value;

/// An endpoint whose price is asked for to see whether the key is taken; any priced one would do.
const PROBE: &str = "fal-ai/flux/dev";

/// What to ask of the platform's list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListQuery<'a> {
    pub(crate) status: &'a str,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<&'a str>,
    pub(crate) text: Option<&'a str>,
    pub(crate) category: Option<&'a str>,
    pub(crate) schemas: bool,
}

impl<'a> ListQuery<'a> {
    /// Active models only: the default differs by source (protocol 14, row 17).
    pub(crate) fn active(query: &'a ModelQuery) -> Self {
        Self {
            status: "active",
            limit: query.limit,
            cursor: query.cursor.as_deref(),
            text: query.text.as_deref(),
            category: query.category.as_deref(),
            schemas: query.schemas,
        }
    }
}

impl FalClient {
    /// One model with its schema; `None` where fal knows none of that name.
    pub(crate) async fn model(&self, cx: &Context, id: &str) -> Result<Option<ModelItem>> {
        let mut url = join(&self.bases.api, &["models"]);
        url.query_pairs_mut().append_pair("endpoint_id", id).append_pair("expand", "openapi-3.0");
        match self.page(cx, url).await {
            Ok(page) => Ok(page.models.into_iter().find(|item| item.endpoint_id == id)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One page of models.
    pub(crate) async fn models(&self, cx: &Context, query: &ListQuery<'_>) -> Result<ModelsPage> {
        let mut url = join(&self.bases.api, &["models"]);
        {
            let mut pairs = url.query_pairs_mut();
            pairs.append_pair("status", query.status);
            let limit = query.limit.map(|n| n.max(1).to_string());
            let words = [
                ("limit", limit.as_deref()),
                ("q", query.text),
                ("category", query.category),
                ("cursor", query.cursor),
            ];
            for (name, value) in words {
                if let Some(value) = value {
                    pairs.append_pair(name, value);
                }
            }
            if query.schemas {
                pairs.append_pair("expand", "openapi-3.0");
            }
        }
        self.page(cx, url).await
    }

    /// One page of the website's list, in whatever shape it comes (protocol 7.3); pages count from 1.
    pub(crate) async fn website(&self, cx: &Context, query: &ModelQuery, page: u64, size: u32) -> Result<Value> {
        let mut url = join(&self.bases.web, &["api", "models"]);
        {
            let mut pairs = url.query_pairs_mut();
            pairs.append_pair("page", &page.to_string()).append_pair("size", &size.to_string());
            for (name, value) in [("keywords", &query.text), ("categories", &query.category)] {
                if let Some(value) = value {
                    pairs.append_pair(name, value);
                }
            }
        }
        let once = || async {
            let request = HttpRequest::get(url.clone(), Phase::Catalogue).authorize(Authorize::Never);
            let response = self.ask(cx, Call::Catalogue, request, None).await?;
            response.json(CATALOGUE_LIMIT).await.map_err(|e| ours(e, None))
        };
        whole_body(cx, Phase::Catalogue, once).await
    }

    /// The text of a page of the website, which never gets the key; `path` is below its address.
    pub(crate) async fn web_page(&self, cx: &Context, path: &str) -> Result<String> {
        let url = join(&self.bases.web, &[path]);
        let once = || async {
            let request = HttpRequest::get(url.clone(), Phase::Catalogue).authorize(Authorize::Never);
            let response = self.ask(cx, Call::Catalogue, request, None).await?;
            response.bytes(PAGE_LIMIT).await.map_err(|e| ours(e, None))
        };
        let bytes = whole_body(cx, Phase::Catalogue, once).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The keys that webhooks are signed with; public, so without a key of ours.
    pub(crate) async fn webhook_keys(&self, cx: &Context) -> Result<Value> {
        let url = join(&self.bases.rest, &[".well-known", "jwks.json"]);
        let request = HttpRequest::get(url, Phase::Catalogue).authorize(Authorize::Never);
        let response = self.ask(cx, Call::Catalogue, request, None).await?;
        response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))
    }

    /// What the website wishes of programs, read once; one that cannot be read forbids nothing.
    pub(crate) async fn robots(&self, cx: &Context) -> &Robots {
        static NONE: Robots = Robots::NONE;
        let read = || async { self.web_page(cx, "robots.txt").await.map(|text| Robots::read(&text)) };
        self.robots.get_or_try_init(read).await.unwrap_or(&NONE)
    }

    /// The website's document of an endpoint, which needs no key; `None` where there is none.
    pub(crate) async fn document(&self, cx: &Context, id: &str) -> Result<Option<Value>> {
        let mut url = join(&self.bases.web, &["api", "openapi", "queue", "openapi.json"]);
        url.query_pairs_mut().append_pair("endpoint_id", id);
        let request = HttpRequest::get(url, Phase::Catalogue).authorize(Authorize::Never);
        match self.ask(cx, Call::Catalogue, request, None).await {
            Ok(response) => {
                let value: Value = response.json(CATALOGUE_LIMIT).await.map_err(|e| ours(e, None))?;
                Ok(value.is_object().then_some(value))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the key is taken, by a call that costs nothing.
    pub(crate) async fn probe(&self, cx: &Context) -> Result<()> {
        let mut url = join(&self.bases.api, &["models", "pricing"]);
        url.query_pairs_mut().append_pair("endpoint_id", PROBE);
        self.ask(cx, Call::Price, HttpRequest::get(url, Phase::Price), None).await.map(drop)
    }

    async fn page(&self, cx: &Context, url: url::Url) -> Result<ModelsPage> {
        let once = || async {
            let request = HttpRequest::get(url.clone(), Phase::Catalogue);
            let response = self.ask(cx, Call::Catalogue, request, None).await?;
            let status = response.status();
            let value: Value = response.json(CATALOGUE_LIMIT).await.map_err(|e| ours(e, None))?;
            ModelsPage::read(value).ok_or_else(|| unusable("the page of the catalogue is no object", status, None))
        };
        whole_body(cx, Phase::Catalogue, once).await
    }
}
