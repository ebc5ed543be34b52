//! What fal says about its endpoints, read once per id and kept in memory.

use crate::{
    alias::Aliases,
    client::{FalClient, ListQuery, ModelItem},
    id::EndpointId,
    info::INFO,
    listing::{model, of_platform as spec_of, with_schema},
    sources,
};
use mediagen_core::nearest::{join, nearest};
use mediagen_core::{Context, Error, ErrorKind, ModelPage, ModelQuery, ModelSpec, Result, Schema, SchemaSource};
use mediagen_params::schema_from_openapi;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// Models a page of the listing that only serves "did you mean": the most that fal was seen to give (protocol 7.1).
const PAGE: u32 = 500;
/// Most pages of that listing; a guard against a listing without an end, at ten times fal's size.
const MOST_PAGES: usize = 30;

/// The answer for one id.
#[derive(Debug, Clone)]
enum Found {
    Spec(Arc<ModelSpec>),
    Missing,
}

type Cell = Arc<OnceCell<Found>>;

/// The memory of the catalogue. Nothing leaves it but by the end of its provider: schemas live for hours, processes
/// that need fresher ones build a new provider.
#[derive(Debug)]
pub(crate) struct Catalog {
    aliases: Aliases,
    cells: Mutex<HashMap<String, Cell>>,
    listing: OnceCell<Vec<String>>,
}

impl Catalog {
    pub(crate) fn new(own: BTreeMap<String, String>) -> Result<Self> {
        Ok(Self { aliases: Aliases::new(own)?, cells: Mutex::default(), listing: OnceCell::new() })
    }

    /// The endpoint behind a name: the user's alias, fal's own endpoint, or the table's alias, in this order.
    pub(crate) async fn describe(&self, client: &FalClient, cx: &Context, name: &str) -> Result<Arc<ModelSpec>> {
        let name = name.trim().trim_matches('/');
        let wanted = self.aliases.own(name).unwrap_or(name);
        let alias = self.aliases.known(wanted);
        let id = match (EndpointId::parse(wanted), alias) {
            (Ok(id), _) => id,
            (Err(_), Some(target)) => return self.aliased(client, cx, name, target).await,
            // A word without an owner may be a name that somebody half remembers.
            (Err(_), None) if is_word(wanted) => return Err(self.not_found(client, cx, wanted).await),
            (Err(error), None) => return Err(error),
        };
        match (self.spec(client, cx, &id).await?, alias) {
            (Found::Spec(spec), _) => Ok(spec),
            (Found::Missing, Some(target)) => self.aliased(client, cx, name, target).await,
            (Found::Missing, None) => {
                // The next call asks anew: fal publishes endpoints every day.
                self.cells().remove(id.as_str());
                Err(self.not_found(client, cx, id.as_str()).await)
            }
        }
    }

    /// The endpoint's `OpenAPI` document as fal gives it: the platform's, or the website's where that has none.
    pub(crate) async fn document(&self, client: &FalClient, cx: &Context, name: &str) -> Result<Value> {
        let spec = self.describe(client, cx, name).await?;
        let id = &*spec.id.name;
        let item = match client.model(cx, id).await {
            Ok(item) => item,
            Err(error) if error.kind() == ErrorKind::Unavailable => None,
            Err(error) => return Err(error),
        };
        // An error object in the place of the document means that there is none (protocol 7.1).
        let told = item.map(|item| item.openapi).filter(|document| document.get("paths").is_some());
        let document = match told {
            Some(document) => Some(document),
            None => client.document(cx, id).await?,
        };
        document.ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("fal has no document about what `{id}` takes"))
                .with_provider(INFO.id.clone())
        })
    }

    async fn aliased(&self, client: &FalClient, cx: &Context, name: &str, target: &str) -> Result<Arc<ModelSpec>> {
        let id = EndpointId::parse(target)?;
        match self.spec(client, cx, &id).await? {
            Found::Spec(spec) => Ok(spec),
            Found::Missing => {
                self.cells().remove(id.as_str());
                Err(self.not_found(client, cx, target).await.with("asked for", name))
            }
        }
    }

    /// One request per id, however many ask at the same time.
    async fn spec(&self, client: &FalClient, cx: &Context, id: &EndpointId) -> Result<Found> {
        let cell = Arc::clone(self.cells().entry(id.as_str().to_owned()).or_default());
        let found = cell.get_or_try_init(|| self.load(client, cx, id)).await;
        if found.is_err() {
            self.cells().remove(id.as_str());
        }
        found.cloned()
    }

    fn cells(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cell>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The platform's catalogue; its website where that has no schema, or no answer.
    async fn load(&self, client: &FalClient, cx: &Context, id: &EndpointId) -> Result<Found> {
        let name = id.as_str();
        let (item, failure) = match client.model(cx, name).await {
            Ok(item) => (item, None),
            Err(error) if error.kind() == ErrorKind::Unavailable => (None, Some(error)),
            Err(error) => return Err(error),
        };
        if let Some(item) = &item
            && let Ok(schema) = schema_from_openapi(&item.openapi, SchemaSource::Live)
        {
            return Ok(Found::Spec(Arc::new(spec_of(item).with_schema(schema))));
        }
        if item.is_none() && failure.is_none() && self.aliases.known(name).is_some() {
            return Ok(Found::Missing);
        }
        let (document, failure) = match client.document(cx, name).await {
            Ok(document) => (document, failure),
            Err(error) => (None, Some(failure.unwrap_or(error))),
        };
        let Some(document) = document else {
            let Some(failure) = failure else { return Ok(without_schema(item)) };
            // Something did not answer: the model's page may still tell.
            return match sources::model_page(client, cx, id).await {
                Ok(page) => Ok(Found::Spec(Arc::new(match &item {
                    Some(item) => spec_of(item).with_schema(Schema::clone(&page.spec.schema)),
                    None => page.spec,
                }))),
                Err(_) if item.is_some() => Ok(without_schema(item)),
                Err(_) => Err(failure),
            };
        };
        let spec = item.as_ref().map_or_else(|| spec_of_document(name, &document), spec_of);
        let schema = schema_from_openapi(&document, SchemaSource::Live).unwrap_or_else(|error| {
            tracing::debug!(model = name, %error, "the endpoint's document gives no schema");
            Schema::default()
        });
        Ok(Found::Spec(Arc::new(spec.with_schema(schema))))
    }

    /// `NotFound` with up to three names that are near.
    async fn not_found(&self, client: &FalClient, cx: &Context, wanted: &str) -> Error {
        let error =
            Error::new(ErrorKind::NotFound, format!("fal has no endpoint `{wanted}`")).with_provider(INFO.id.clone());
        let listing = self.listing.get_or_try_init(|| listing(client, cx)).await;
        let listed = listing.map(Vec::as_slice).unwrap_or_default().iter().map(String::as_str);
        let found = nearest(wanted, listed.clone().chain(self.aliases.names()), 3);
        // A name that only stands for an endpoint is told as that endpoint.
        let mut near: Vec<&str> = Vec::new();
        for name in &found {
            let real = listed.clone().any(|id| id == name);
            let target = || self.aliases.own(name).or_else(|| self.aliases.known(name));
            let id = if real { name } else { target().unwrap_or(name) };
            if !near.contains(&id) && id != wanted {
                near.push(id);
            }
        }
        if near.is_empty() {
            return error.with_hint("look for one at https://fal.ai/models");
        }
        error.with_hint(format!("did you mean {}?", join(near)))
    }

    /// One page, without schemas.
    pub(crate) async fn list(&self, client: &FalClient, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let page = client.models(cx, &ListQuery::active(query)).await?;
        let next = page.next_cursor.filter(|cursor| {
            page.has_more != Some(false) && !cursor.is_empty() && query.cursor.as_ref() != Some(cursor)
        });
        let specs = page.models.iter().map(|item| Arc::new(with_schema(item)));
        let wanted = |spec: &Arc<ModelSpec>| query.capability.is_none_or(|c| spec.capability_set().contains(c));
        Ok(ModelPage::new(specs.filter(wanted).collect(), next))
    }
}

/// Every id of the catalogue.
async fn listing(client: &FalClient, cx: &Context) -> Result<Vec<String>> {
    let mut query = ModelQuery::default();
    query.limit = Some(PAGE);
    let mut ids = Vec::new();
    for _ in 0..MOST_PAGES {
        let page = client.models(cx, &ListQuery::active(&query)).await?;
        ids.extend(page.models.into_iter().map(|item| item.endpoint_id));
        match page.next_cursor {
            Some(cursor) if page.has_more != Some(false) && query.cursor.as_ref() != Some(&cursor) => {
                query.cursor = Some(cursor);
            }
            _ => break,
        }
    }
    Ok(ids)
}

fn without_schema(item: Option<ModelItem>) -> Found {
    item.map_or(Found::Missing, |item| Found::Spec(Arc::new(spec_of(&item))))
}

/// A model of which only the website's document is known.
fn spec_of_document(id: &str, document: &Value) -> ModelSpec {
    let text = |key: &str| document.pointer(&format!("/info/x-fal-metadata/{key}")).and_then(Value::as_str);
    model(id, text("category").filter(|c| !c.is_empty()), text("kind"))
}

/// A single segment, which alone is no endpoint.
fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.contains('/') && name.len() <= 80 && !name.chars().any(|c| c.is_control() || c == ' ')
}
