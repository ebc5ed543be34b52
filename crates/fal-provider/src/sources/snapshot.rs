//! The models that were known when this crate was made: the last source, for work without a network.

use super::{Wanted, empty, sized};
use crate::listing;
use async_trait::async_trait;
use mediagen_core::{CatalogSource, Context, Error, ErrorKind, ModelPage, ModelQuery, ModelSpec, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const DATA: &str = include_str!("../../data/snapshot.json");

/// A snapshot of our own: ids, titles and categories of endpoints that our emulator brings.
#[derive(Debug)]
pub(super) struct Snapshot;

/// One model of the snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    title: String,
    category: Option<String>,
    /// fal's word for what it makes, where it is not media.
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    deprecated: bool,
}

impl Row {
    fn spec(self) -> ModelSpec {
        let mut spec = listing::model(&self.id, self.category.as_deref(), self.kind.as_deref()).with_title(self.title);
        spec.deprecated = self.deprecated;
        spec
    }
}

#[async_trait]
impl CatalogSource for Snapshot {
    fn name(&self) -> &'static str {
        "snapshot"
    }

    fn is_bundled(&self) -> bool {
        true
    }

    /// Cursors are positions.
    async fn page(&self, _cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let rows: Vec<Row> = serde_json::from_str(DATA)
            .map_err(|e| Error::new(ErrorKind::Unexpected, "the bundled snapshot cannot be read").with_source(e))?;
        let wanted = Wanted::of(query);
        let all: Vec<_> = rows.into_iter().map(Row::spec).filter(|spec| wanted.admits(spec)).map(Arc::new).collect();
        if all.is_empty() && !wanted.is_particular() {
            return Err(empty(self.name()));
        }
        sized(all, query)
    }
}
