//! What a runner does: validates the input against the endpoint's schema and makes the result.
//!
//! Nothing here knows an endpoint by name. What one does (enlarge, cut out, speak, …) is a word of its data row or a guess
//! from category and schema; what it answers is read off its output schema; where a wish is written (`duration`,
//! `num_frames`, `seconds_total`, …) is a table of spellings.
//!
//! Words in any text of the input that make a run go wrong on purpose:
//!
//! | word | outcome |
//! |---|---|
//! | `[refuse]` | 422 with `content_policy_violation` |
//! | `[nsfw]` | success; images are black and `has_nsfw_concepts` is true |
//! | `[fail]` | 500 with `internal_server_error`, which may be retried |
//!
//! Where the input does not say, an image has 512 by 512 pixels, a video 256 lines, 24 frames a second and 2 seconds,
//! audio 5 seconds. There is no MP3 encoder: audio asked for as MP3 comes as WAV and says so.

mod behaviour;
mod billing;
mod errors;
mod fill;
mod kind;
mod maker;
mod schema;
mod sources;
#[cfg(test)]
mod tests;
mod validate;
mod wishes;

use crate::{
    fal::catalogue::{Endpoint, traits},
    media::MediaError,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use behaviour::Behaviour;
use bytes::Bytes;
use errors::{Entry, broken, refusal};
use fill::Draft;
use kind::Kind;
use maker::{Made, Maker};
use schema::{Document, required, with_defaults};
use serde_json::{Value, json};
use sources::{Fetched, Sources};
use std::time::Duration;
use wishes::Wishes;

/// Where a runner reads its inputs and leaves its outputs; the server implements it over the CDN.
#[async_trait::async_trait]
pub(crate) trait Files: Send + Sync {
    /// Stores `content` under a new CDN address and returns its URL.
    async fn store(&self, content: Bytes, file_name: &str, media_type: &str) -> String;
    /// The bytes behind `url` (a CDN address of this emulator or a data URI) and their media type; `None` when it cannot be had.
    async fn fetch(&self, url: &str) -> Option<(Bytes, String)>;
}

/// A finished run.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// The model's own JSON (protocol 9.2).
    pub(crate) body: Value,
    /// For the `x-fal-billable-units` header.
    pub(crate) billable_units: f64,
    /// Lines that the runner wrote, in order.
    pub(crate) logs: Vec<String>,
}

/// A refusal or failure of the model itself (protocol 5.1, 5.2).
#[derive(Debug, Clone)]
pub(crate) struct ModelError {
    /// HTTP status of the result answer, mostly 422.
    pub(crate) status: u16,
    /// `{"detail": [...]}`.
    pub(crate) body: Value,
    /// For the `X-Fal-Retryable` header.
    pub(crate) retryable: bool,
    /// For the `x-fal-billable-units` header; 0 when nothing ran.
    pub(crate) billable_units: f64,
}

/// How long a run takes when the configuration does not say: words soonest, videos and trainings longest.
pub(crate) fn usual_duration(endpoint: &Endpoint) -> Duration {
    Duration::from_millis(match Kind::of_category(behaviour::category(endpoint)) {
        None => 30,
        Some(Kind::Image) => 50,
        Some(Kind::Audio) => 80,
        Some(Kind::Mesh) => 120,
        Some(Kind::Video | Kind::Archive) => 150,
    })
}

/// Runs `endpoint` on `input`.
///
/// Unknown input fields are ignored. The same input gives the same bytes; without a seed one is drawn from the input.
///
/// # Errors
/// [`ModelError`] when the input breaks the schema or an input file cannot be read (both 422), when a magic word asks
/// for it, or when the medium cannot be made.
pub(crate) async fn perform(endpoint: &Endpoint, input: &Value, files: &dyn Files) -> Result<Outcome, ModelError> {
    let Some(root) = &endpoint.openapi else {
        // Nothing is known of the model, so there is nothing to check: its input comes back.
        return Ok(Outcome { body: input.clone(), billable_units: 1.0, logs: vec!["Ran without a schema".to_owned()] });
    };
    let document = Document::new(root);
    let empty = json!({});
    let schema = document.input().unwrap_or(&empty);
    let complaints = validate::check(document, schema, input);
    if !complaints.is_empty() {
        return Err(refusal(complaints));
    }
    let wishes = Wishes::new(with_defaults(document, schema, input));
    magic(&wishes, input)?;
    let behaviour = Behaviour::of(endpoint, document);
    let addresses = sources::addresses(document, schema, input);
    // Where another field is required the model can do without a file (protocol 9.3).
    let free = document.object(schema).is_none_or(|object| required(object).next().is_none());
    if addresses.is_empty() && free && behaviour.needs_source() {
        return Err(refusal(vec![missing_source(document, schema, input)]));
    }
    let fetched = sources::fetch(addresses, files).await?;
    let job = Job { endpoint: endpoint.clone(), behaviour, wishes };
    let done = tokio::task::spawn_blocking(move || job.run(fetched)).await;
    let Done { draft, billable_units, logs, inline } = done.unwrap_or_else(|_| Err(broken("The runner stopped")))?;
    let body = place(draft, files, inline).await;
    Ok(Outcome { body, billable_units, logs })
}

/// The words that make a run go wrong on purpose.
fn magic(wishes: &Wishes, input: &Value) -> Result<(), ModelError> {
    if wishes.mentions("[refuse]") {
        let field = Wishes::names("prompt").iter().find(|name| input.get(name.as_str()).is_some());
        let loc: Vec<Value> = field.map(|name| json!(name)).into_iter().collect();
        let msg = "The content could not be processed because it was flagged by a content checker.";
        let value = loc.first().and_then(Value::as_str).and_then(|name| input.get(name)).unwrap_or(&Value::Null);
        return Err(refusal(vec![Entry::new(&loc, "content_policy_violation", msg, value)]));
    }
    if wishes.mentions("[fail]") { Err(broken("The model failed")) } else { Ok(()) }
}

/// The complaint about an input file that no field requires alone but without which there is nothing to do.
fn missing_source<'a>(document: Document<'a>, schema: &'a Value, input: &Value) -> Entry {
    let properties = document.properties(schema);
    let field = properties.iter().find(|(name, inner)| Kind::of_input(name, inner).is_some());
    let loc: Vec<Value> = field.map(|(name, _)| json!(name)).into_iter().collect();
    Entry::new(&loc, "missing", "Field required", input)
}

/// The part of a run that computes.
struct Job {
    endpoint: Endpoint,
    behaviour: Behaviour,
    wishes: Wishes,
}

/// What a [`Job`] leaves.
struct Done {
    draft: Draft,
    billable_units: f64,
    logs: Vec<String>,
    inline: bool,
}

impl Job {
    fn run(self, fetched: Vec<Fetched>) -> Result<Done, ModelError> {
        let sources = Sources::read(fetched)?;
        let Self { endpoint, behaviour, wishes } = self;
        let root = endpoint.openapi.clone().unwrap_or_default();
        let nameless = traits(&endpoint.id).is_some_and(|known| known.nameless);
        let flagged = wishes.mentions("[nsfw]");
        let category = behaviour::category(&endpoint).to_owned();
        let maker = Maker { behaviour, wishes, sources, flagged };
        let draft = fill::fill(Document::new(&root), &maker, &category, nameless).map_err(|error| unmade(&error))?;
        let unit = endpoint.price.as_ref().map_or("requests", |price| price.unit.as_str());
        let billable_units = billing::units(unit, &draft.files, &maker);
        let logs = logs(&maker, &draft.files);
        Ok(Done { billable_units, logs, inline: maker.wishes.inline(), draft })
    }
}

/// A wish beyond the limits is the caller's fault, everything else the runner's.
fn unmade(error: &MediaError) -> ModelError {
    match error {
        MediaError::OutOfRange { .. } => {
            refusal(vec![Entry::new(&[], "feature_not_supported", error.to_string(), &Value::Null)])
        }
        other => broken(&other.to_string()),
    }
}

/// What the runner wrote, as lines.
fn logs(maker: &Maker, files: &[Made]) -> Vec<String> {
    let mut lines = Vec::new();
    if maker.sources.len() > 0 {
        lines.push(format!("Loaded {} input file(s)", maker.sources.len()));
    }
    lines.push(format!("Running with seed {}", maker.wishes.seed));
    let bytes: usize = files.iter().map(|made| made.bytes.len()).sum();
    lines.push(format!("Made {} file(s), {bytes} bytes", files.len()));
    lines.push(format!("Inference took {:.3} s", fill::inference(&maker.wishes)));
    lines
}

/// Stores the files (or puts them into the answer as data URIs) and writes their addresses into the body.
async fn place(draft: Draft, files: &dyn Files, inline: bool) -> Value {
    let Draft { mut body, files: made } = draft;
    let mut addresses = Vec::new();
    for (number, file) in made.into_iter().enumerate() {
        addresses.push(if inline {
            format!("data:{};base64,{}", file.media_type, BASE64_STANDARD.encode(&file.bytes))
        } else {
            let name = fill::file_name(number, &file);
            files.store(file.bytes, &name, &file.media_type).await
        });
    }
    write_addresses(&mut body, &addresses);
    body
}

fn write_addresses(value: &mut Value, addresses: &[String]) {
    match value {
        Value::String(text) => {
            if let Some(address) = fill::placed(text).and_then(|number| addresses.get(number)) {
                address.clone_into(text);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| write_addresses(inner, addresses)),
        Value::Object(map) => map.values_mut().for_each(|inner| write_addresses(inner, addresses)),
        _ => {}
    }
}
