//! One line of a catalogue.

use crate::Verdict;
use mediagen_core::{FieldType, ModelId, ModelSpec, Money, Place, Price, Schema};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A model as a catalogue knows it: what the provider told, what was made of it, and how old that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The model. In a catalogue that was read from a cache its schema is empty: [`schema_digest`](Self::schema_digest)
    /// names it, and [`Discovery::model`](crate::Discovery::model) brings it.
    pub spec: ModelSpec,
    /// How far its kind is known.
    pub verdict: Verdict,
    /// The source that told of it.
    pub source: String,
    /// When that was, in seconds since 1970 (UTC).
    pub fetched_at: u64,
    /// BLAKE3 of its schema, 64 hexadecimal digits; `None` when nobody asked for it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_digest: Option<String>,
    /// The canonical options and roles that it takes, such as `end_image`, and `4k` where that is a resolution of its
    /// own; empty while its schema is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<String>,
    /// What it costs, where the provider publishes that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
}

impl Entry {
    /// The price that applies where nothing special is requested: the first without a condition.
    pub fn price(&self) -> Option<&Price> {
        self.prices.iter().find(|price| price.when.is_empty())
    }

    /// Whether one unit costs at most `most`; not where the price is unknown or in another currency.
    pub(crate) fn costs_at_most(&self, most: &Money) -> bool {
        let price = self.price().map(|price| &price.per);
        price.is_some_and(|per| per.currency == most.currency && per.amount <= most.amount)
    }

    /// `spec` as `source` told of it at `fetched_at`, in seconds since 1970; the digest is that of its schema, if it
    /// has one.
    pub fn new(spec: ModelSpec, verdict: Verdict, source: impl Into<String>, fetched_at: u64) -> Self {
        let schema_digest = (!spec.schema.inputs.is_empty()).then(|| digest(&spec.schema)).flatten();
        Self { spec, verdict, source: source.into(), fetched_at, schema_digest, takes: Vec::new(), prices: Vec::new() }
    }

    /// Sets what it takes, by where its options go.
    pub fn with_takes(mut self, places: &[Place]) -> Self {
        let options = places.iter().flat_map(|place| &place.options).map(|option| (*option).to_owned());
        self.takes = options.chain(places.iter().any(offers_4k).then(|| "4k".to_owned())).collect();
        self.takes.sort_unstable();
        self.takes.dedup();
        self
    }

    /// Its id.
    pub fn id(&self) -> &ModelId {
        &self.spec.id
    }

    /// The entry without the bulk of its schema, as a listing keeps it.
    pub(crate) fn slim(&self) -> Self {
        let mut slim = self.clone();
        slim.spec.schema = Arc::new(Schema::default());
        slim
    }
}

/// Whether a resolution of 4K is among the values of a place for it.
fn offers_4k(place: &Place) -> bool {
    let is_4k = |value: &serde_json::Value| {
        value.as_str().is_some_and(|text| ["4k", "2160p", "uhd"].contains(&text.to_ascii_lowercase().as_str()))
    };
    let values = |ty: &FieldType| matches!(ty, FieldType::Enum(values) if values.iter().any(is_4k));
    let any = match &place.ty {
        FieldType::Union(types) => types.iter().any(values),
        ty => values(ty),
    };
    any && place.options.contains(&"resolution")
}

/// The hash of a schema's content; where it came from plays no part.
fn digest(schema: &Schema) -> Option<String> {
    let content = serde_json::to_vec(&(&schema.inputs, &schema.output)).ok()?;
    Some(blake3::hash(&content).to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen_core::{Field, ProviderId, SchemaSource};
    use serde_json::json;

    #[test]
    fn a_model_that_offers_4k_takes_it() {
        let takes = |name: &str, option: &'static str, values: Vec<serde_json::Value>| {
            let field = Field::new(name, FieldType::Enum(values));
            let mut places = Place::of(&Schema::new(SchemaSource::Live, vec![field]));
            places[0].options = vec![option];
            let spec = ModelSpec::new(ModelId::new(ProviderId::new("acme"), "acme/m"));
            Entry::new(spec, Verdict::Open, "test", 0).with_takes(&places).takes
        };
        assert_eq!(takes("resolution", "resolution", vec![json!("1080p"), json!("4K")]), ["4k", "resolution"]);
        assert_eq!(takes("resolution", "resolution", vec![json!("720p")]), ["resolution"]);
        assert_eq!(takes("style", "quality", vec![json!("4k")]), ["quality"]);
    }
}
