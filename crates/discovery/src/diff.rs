//! What is different between two catalogues.

use crate::{Catalogue, Entry};
use mediagen_core::ModelId;
use serde::Serialize;

/// The differences, each list by provider and name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// Only in the newer one.
    pub added: Vec<ModelId>,
    /// Only in the older one.
    pub removed: Vec<ModelId>,
    /// In both with another category, state or title; each with what changed.
    pub changed: Vec<(ModelId, Vec<String>)>,
    /// In both with another schema, where both know it.
    pub schemas: Vec<ModelId>,
}

impl Diff {
    /// What changed from `older` to `newer`.
    pub fn between(older: &Catalogue, newer: &Catalogue) -> Self {
        let mut diff = Self::default();
        for entry in newer.entries() {
            match older.get(entry.id()) {
                None => diff.added.push(entry.id().clone()),
                Some(before) => diff.compare(before, entry),
            }
        }
        let gone = older.entries().iter().filter(|entry| newer.get(entry.id()).is_none());
        diff.removed = gone.map(|entry| entry.id().clone()).collect();
        diff
    }

    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.schemas.is_empty()
    }

    fn compare(&mut self, before: &Entry, after: &Entry) {
        let (old, new) = (&before.spec, &after.spec);
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let mut changes = Vec::new();
        if old.category != new.category {
            changes.push(format!("category {} -> {}", word(&old.category), word(&new.category)));
        }
        if old.title != new.title {
            changes.push(format!("title {} -> {}", old.title, new.title));
        }
        if old.deprecated != new.deprecated {
            changes.push(if new.deprecated { "deprecated" } else { "no longer deprecated" }.to_owned());
        }
        if !changes.is_empty() {
            self.changed.push((after.id().clone(), changes));
        }
        let digests = before.schema_digest.as_ref().zip(after.schema_digest.as_ref());
        if digests.is_some_and(|(before, after)| before != after) {
            self.schemas.push(after.id().clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use mediagen_core::{Field, FieldType, ModelSpec, ProviderId, Schema, SchemaSource};
    use std::sync::Arc;

    fn entry(name: &str, category: &str, field: &str) -> Arc<Entry> {
        let id = ModelId::new(ProviderId::new("acme"), name);
        let schema = Schema::new(SchemaSource::Live, vec![Field::new(field, FieldType::text())]);
        let spec = ModelSpec::new(id).with_category(category).with_schema(schema);
        Arc::new(Entry::new(spec, Verdict::Known, "test", 0))
    }

    #[test]
    fn added_removed_changed_and_new_schemas_are_told_apart() {
        let older: Catalogue =
            ["a", "b", "c", "d"].map(|name| entry(name, "text-to-image", "prompt")).into_iter().collect();
        let newer: Catalogue = [
            entry("a", "text-to-image", "prompt"),
            entry("b", "text-to-video", "prompt"),
            entry("c", "text-to-image", "text"),
            entry("e", "text-to-image", "prompt"),
        ]
        .into_iter()
        .collect();
        let diff = Diff::between(&older, &newer);
        let id = |name: &str| ModelId::new(ProviderId::new("acme"), name);
        assert_eq!((&diff.added, &diff.removed, &diff.schemas), (&vec![id("e")], &vec![id("d")], &vec![id("c")]));
        assert_eq!(diff.changed, [(id("b"), vec!["category text-to-image -> text-to-video".to_owned()])]);
        assert!(Diff::between(&older, &older).is_empty());
    }
}
