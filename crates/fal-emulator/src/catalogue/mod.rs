//! The endpoints that the emulator offers: identity, metadata, OpenAPI document, price.

use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// One endpoint as fal's catalogue would show it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Full id, two to seven segments, such as `fal-ai/flux/dev`.
    pub id: String,
    /// The `metadata` object of `GET /v1/models` (protocol 7.1); null for an unlisted endpoint.
    pub metadata: Value,
    /// The queue OpenAPI document (protocol 7.5); `None` where fal has none and answers 404 `null`.
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
        Self::default()
    }

    /// Adds the endpoints of a JSON-lines file (plain or gzip, recognised by its first bytes); a known id is replaced.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the file and, where it applies, the line.
    pub fn extend_from_file(&mut self, path: &Path) -> Result<usize, CatalogueError> {
        let _ = path;
        Ok(0)
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
