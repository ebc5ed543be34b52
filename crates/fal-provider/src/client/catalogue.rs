//! The catalogue's addresses (protocol 7.1, 7.2, 7.5).

use super::{CATALOGUE_LIMIT, Call, FalClient, ModelItem, ModelsPage, ours, unusable, whole_body};
use crate::config::join;
use mediagen_core::{Context, ErrorKind, ModelQuery, Phase, Result};
use mediagen_http::{Authorize, HttpRequest};
use serde_json::Value;

/// An endpoint whose price is asked for to see whether the key is taken; any priced one would do.
const PROBE: &str = "fal-ai/flux/dev";

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

    /// One page of models without their schemas. Only active ones: the default differs by source (protocol 14, row 17).
    pub(crate) async fn models(&self, cx: &Context, query: &ModelQuery) -> Result<ModelsPage> {
        let mut url = join(&self.bases.api, &["models"]);
        {
            let mut pairs = url.query_pairs_mut();
            pairs.append_pair("status", "active");
            let limit = query.limit.map(|n| n.max(1).to_string());
            let words =
                [("limit", &limit), ("q", &query.text), ("category", &query.category), ("cursor", &query.cursor)];
            for (name, value) in words {
                if let Some(value) = value {
                    pairs.append_pair(name, value);
                }
            }
        }
        self.page(cx, url).await
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
