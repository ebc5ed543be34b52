//! Reads the embedded endpoint rows and turns them into endpoints.

use super::{Endpoint, Price, openapi};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The embedded rows, one file per category.
const FILES: [&str; 9] = [
    include_str!("../../../data/fal/endpoints/text-to-image.json"),
    include_str!("../../../data/fal/endpoints/image-to-image.json"),
    include_str!("../../../data/fal/endpoints/text-to-video.json"),
    include_str!("../../../data/fal/endpoints/image-to-video.json"),
    include_str!("../../../data/fal/endpoints/video-to-video.json"),
    include_str!("../../../data/fal/endpoints/text-to-speech.json"),
    include_str!("../../../data/fal/endpoints/text-to-audio.json"),
    include_str!("../../../data/fal/endpoints/audio-to-audio.json"),
    include_str!("../../../data/fal/endpoints/other.json"),
];

/// One endpoint as the data have it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own in the data")]
pub(super) struct Row {
    /// Full id.
    pub(super) id: String,
    title: String,
    about: String,
    /// Category word of protocol 7.6.
    pub(super) category: String,
    price: Option<(f64, String)>,
    /// What the endpoint does, a word of `work::Behaviour`.
    pub(super) behaviour: String,
    #[serde(default)]
    tags: Vec<String>,
    kind: Option<String>,
    status: Option<String>,
    /// True for an endpoint that the list does not show: its metadata are missing (protocol 7.1).
    #[serde(default)]
    unlisted: bool,
    /// True where the files of the result have neither name nor size (protocol 9.1).
    #[serde(default)]
    pub(super) nameless: bool,
    /// Says that one reference of the input is left undefined on purpose (protocol 7.5).
    #[serde(default)]
    #[expect(dead_code, reason = "read by the tests of the data, and it explains the row to a reader")]
    broken: bool,
    /// Says on purpose that the endpoint has no queue document (protocol 7.5, realtime only).
    #[serde(default)]
    #[expect(dead_code, reason = "a missing input says the same; the word explains the row to a reader")]
    no_openapi: bool,
    pub(super) input: Option<Vec<Value>>,
    pub(super) output: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) types: std::collections::BTreeMap<String, Vec<Value>>,
}

/// Every embedded row.
///
/// The data are part of the crate, so a mistake in them is a defect of the build, not of the caller.
#[expect(clippy::panic, reason = "embedded data that do not parse cannot be met outside development")]
pub(super) fn rows() -> Vec<Row> {
    let read = |text: &str| match serde_json::from_str::<Vec<Row>>(text) {
        Ok(rows) => rows,
        Err(error) => panic!("embedded endpoint data: {error}"),
    };
    FILES.iter().copied().flat_map(read).collect()
}

impl Row {
    /// The endpoint that this row describes.
    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint {
            id: self.id.clone(),
            metadata: if self.unlisted { Value::Null } else { self.metadata() },
            openapi: openapi::document(self),
            price: self.price.as_ref().map(|(unit_price, unit)| Price {
                unit_price: *unit_price,
                unit: unit.clone(),
                currency: "USD".to_owned(),
            }),
        }
    }

    /// The address of an image for lists; a third of the endpoints has none, as in the live catalogue.
    pub(super) fn thumbnail(&self) -> Option<String> {
        (!self.id.len().is_multiple_of(3)).then(|| format!("https://v3.fal.media/files/thumbnail/{}.webp", self.slug()))
    }

    fn slug(&self) -> String {
        self.id.replace('/', "-")
    }

    /// The metadata object; optional members are left out for some endpoints (protocol 7.1).
    fn metadata(&self) -> Value {
        let size = self.id.len();
        let mut metadata = Map::new();
        let mut set = |name: &str, value: Value| metadata.insert(name.to_owned(), value);
        set("display_name", json!(self.title));
        set("category", json!(self.category));
        set("description", json!(self.about));
        set("status", json!(self.status.as_deref().unwrap_or("active")));
        set("tags", json!(self.tags));
        set("updated_at", json!(format!("2026-09-{:02}T12:00:00Z", size % 28 + 1)));
        set("model_url", json!(format!("https://fal.run/{}", self.id)));
        set("date", json!(format!("2026-{:02}-{:02}T00:00:00Z", size % 8 + 1, size % 27 + 1)));
        set("highlighted", json!(size.is_multiple_of(7)));
        set("pinned", json!(false));
        if size.is_multiple_of(2) {
            set("is_favorited", Value::Null);
            set("license_type", json!("commercial"));
        }
        if let Some(url) = self.thumbnail() {
            set("thumbnail_url", json!(url));
        }
        if let Some(kind) = self.kind.as_deref().or((!size.is_multiple_of(5)).then_some("inference")) {
            set("kind", json!(kind));
        }
        Value::Object(metadata)
    }
}
