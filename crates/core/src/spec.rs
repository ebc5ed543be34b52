//! What is known about a model: its name, its kinds, its purposes, its schema.

use crate::{
    CapabilityEvidence, CapabilitySet, Error, ErrorKind, KindEvidence, Listing, MediaCapability, Method, ModelKind,
    ProviderId, Result, Schema, SchemaSource,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// Names a model: the provider, and the provider's own name for it. Text form `provider:name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelId {
    /// The configured name of the provider, which need not be that of its crate.
    pub provider: ProviderId,
    /// The provider's own name; opaque to us.
    pub name: Arc<str>,
}

impl ModelId {
    /// A model of a provider.
    pub fn new(provider: ProviderId, name: impl Into<Arc<str>>) -> Self {
        Self { provider, name: name.into() }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.name)
    }
}

/// How strictly a capability is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchLevel {
    /// The category's guarantee is enough.
    Category,
    /// Something about the model itself must show it.
    #[default]
    Evidence,
}

/// What is known about a model. Data, not behaviour; everything but the id may be unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelSpec {
    /// Identity: the resolved name, not the alias that was asked for.
    pub id: ModelId,
    /// For a person.
    pub title: String,
    /// The catalogue's category, as it was given.
    pub category: Option<String>,
    /// The kinds that it can be run as; empty when unknown.
    pub kinds: Vec<ModelKind>,
    /// Its purposes, each with a reason.
    pub capabilities: Vec<CapabilityEvidence>,
    /// What it takes and returns; empty in a [`stub`](Self::stub).
    pub schema: Arc<Schema>,
    /// The version that the provider has now, where it numbers or names versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What else the provider's crate needs to know, such as a route; its own business, and no secret.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub private: Value,
    /// Whether the provider is about to withdraw it.
    pub deprecated: bool,
    /// What else the catalogue has about it.
    #[serde(default)]
    pub listing: Listing,
    /// Why it has its kinds, where something other than the category says so; strongest first.
    #[serde(default)]
    pub kind_evidence: Vec<KindEvidence>,
}

impl ModelSpec {
    /// A model of which nothing else is known.
    pub fn new(id: ModelId) -> Self {
        Self {
            title: id.name.to_string(),
            id,
            category: None,
            kinds: Vec::new(),
            capabilities: Vec::new(),
            schema: Arc::new(Schema::default()),
            revision: None,
            private: Value::Null,
            deprecated: false,
            listing: Listing::default(),
            kind_evidence: Vec::new(),
        }
    }

    /// Takes kind and guaranteed capabilities from a category; an unknown one is kept as text alone.
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        let category = category.into();
        if let Some(row) = crate::category::lookup(&category) {
            if !self.kinds.contains(&row.kind) {
                self.kinds.push(row.kind);
            }
            let claim = |c: &MediaCapability| CapabilityEvidence::new(*c, Method::Category, category.clone());
            self.capabilities.extend(row.capabilities.iter().map(claim));
        }
        self.category = Some(category);
        self
    }

    /// Sets the kinds.
    pub fn with_kinds(mut self, kinds: impl IntoIterator<Item = ModelKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// Sets the title.
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the schema.
    pub fn with_schema(mut self, schema: Schema) -> Self {
        self.schema = Arc::new(schema);
        self
    }

    /// Sets the revision.
    pub fn with_revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// Sets what else the provider's crate needs.
    pub fn with_private(mut self, private: Value) -> Self {
        self.private = private;
        self
    }

    /// The same without its schema: what a journal keeps. Everything but preparing a request works with it.
    pub fn stub(&self) -> Self {
        let mut stub = Self::new(self.id.clone()).with_kinds(self.kinds.iter().copied()).with_title(&*self.title);
        stub.revision.clone_from(&self.revision);
        stub.private.clone_from(&self.private);
        if self.schema.source != SchemaSource::None {
            stub.schema = Arc::new(Schema { source: SchemaSource::LeftOut, ..Schema::default() });
        }
        stub
    }

    /// Whether it has `capability` at `level`.
    pub fn has(&self, capability: MediaCapability, level: MatchLevel) -> bool {
        let counts = |c: &CapabilityEvidence| level == MatchLevel::Category || c.method != Method::Category;
        self.capabilities.iter().any(|c| c.capability == capability && counts(c))
    }

    /// Its purposes as a set, at the weakest level.
    pub fn capability_set(&self) -> CapabilitySet {
        self.capabilities.iter().map(|c| c.capability).collect()
    }

    /// Checks that it can be run as `kind`. A model of unknown kinds, and the raw kind, always pass.
    ///
    /// # Errors
    /// `KindMismatch` naming both kinds.
    pub fn check_kind(&self, kind: ModelKind) -> Result<()> {
        if kind == ModelKind::Raw || self.kinds.is_empty() || self.kinds.contains(&kind) {
            return Ok(());
        }
        let kinds = crate::nearest::join(self.kinds.iter().map(|k| k.as_str()));
        Err(Error::new(ErrorKind::KindMismatch, format!("`{}` is a {kinds} model, not {kind}", self.id.name))
            .with_hint(format!("run it as {kinds}")))
    }
}
