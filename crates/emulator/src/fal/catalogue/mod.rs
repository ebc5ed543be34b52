//! The endpoints that the emulator offers: identity, metadata, `OpenAPI` document, price.

mod data;
mod file;
mod openapi;
mod search;
mod shorthand;
mod task;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use std::{collections::BTreeMap, path::Path, sync::LazyLock};

/// What the data say of a built-in endpoint beyond what fal publishes.
#[derive(Debug, Clone)]
struct Trait {
    /// What it does, a word of `work::Behaviour`.
    behaviour: String,
    /// Whether its files come without name and size (protocol 9.1).
    nameless: bool,
}

static TRAITS: LazyLock<BTreeMap<String, Trait>> = LazyLock::new(|| {
    let of = |row: data::Row| (row.id, Trait { behaviour: row.behaviour, nameless: row.nameless });
    data::rows().into_iter().map(of).collect()
});
static SHARED_TYPES: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("../../../data/fal/types.json")));
static GLOSSARY: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("../../../data/fal/glossary.json")));

/// What the data say of the endpoint; `None` for one that came from a file.
fn traits(id: &str) -> Option<&'static Trait> {
    TRAITS.get(id)
}

/// Types that many endpoints share, as shorthand rows.
fn shared_types() -> &'static Map<String, Value> {
    &SHARED_TYPES
}

/// Field name to description.
fn glossary() -> &'static Map<String, Value> {
    &GLOSSARY
}

/// Embedded data that must be an object; the tests of the data would fail on an empty one.
fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// One endpoint as fal's catalogue would show it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Full id, two to seven segments, such as `fal-ai/flux/dev`.
    pub id: String,
    /// The `metadata` object of `GET /v1/models` (protocol 7.1); null for an unlisted endpoint, empty
    /// for a listed one of which nothing is known.
    pub metadata: Value,
    /// The queue `OpenAPI` document (protocol 7.5); `None` where fal has none and answers 404 `null`.
    pub openapi: Option<Value>,
    /// Unit price, where the endpoint has one.
    pub price: Option<Price>,
}

/// What one unit of an endpoint costs.
#[derive(Debug, Clone)]
pub struct Price {
    /// In `currency` per `unit`.
    pub unit_price: f64,
    /// Open text such as `images`, `megapixels`, `seconds` (protocol 7.2).
    pub unit: String,
    /// ISO code, `USD` everywhere so far.
    pub currency: String,
}

/// All endpoints, ordered by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    endpoints: BTreeMap<String, Endpoint>,
}

/// Why a catalogue file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The file could not be opened or decompressed.
    #[error("cannot read catalogue {path}")]
    Read {
        /// The file.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A line is not an endpoint.
    #[error("catalogue {path}, line {line}: {why}")]
    Line {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

impl Catalogue {
    /// The endpoints that ship with the emulator.
    pub fn builtin() -> Self {
        let mut catalogue = Self::default();
        for row in data::rows() {
            catalogue.insert(row.endpoint());
        }
        catalogue
    }

    /// Adds the endpoints of a JSON-lines file (plain or gzip, recognised by its first bytes); a known id is replaced.
    ///
    /// Members of a line: `endpoint_id`, `metadata` (which may be null; the endpoint is listed all the same), `openapi` (an error object there means that fal has no document)
    /// and, optionally, `price` with `unit_price`, `unit` and `currency`. Returns how many were read.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the file and, where it applies, the line.
    pub fn extend_from_file(&mut self, path: &Path) -> Result<usize, CatalogueError> {
        let endpoints = file::read(path)?;
        let count = endpoints.len();
        for endpoint in endpoints {
            self.insert(endpoint);
        }
        Ok(count)
    }

    /// The endpoint with this very id.
    pub fn get(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.get(id)
    }

    /// Every endpoint, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.values()
    }

    /// Adds or replaces one endpoint.
    pub fn insert(&mut self, endpoint: Endpoint) {
        self.endpoints.insert(endpoint.id.clone(), endpoint);
    }
}
