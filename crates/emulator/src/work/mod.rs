//! What a runner does: validates the input against the endpoint's schema and makes the result.
//!
//! Nothing here knows an endpoint by name or a service by its wire. What one does (enlarge, cut out, speak, …) is a word of its data row or a guess
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
//! audio 5 seconds. There is no MP3 encoder: audio wanted as MP3 comes as WAV, with the media type of WAV.

mod behaviour;
mod billing;
mod failure;
mod files;
mod fill;
mod kind;
mod maker;
mod schema;
mod sources;
mod task;
#[cfg(test)]
mod tests;
mod validate;
mod wishes;

pub(crate) use failure::{Failure, Problem};
pub(crate) use files::Files;
pub(crate) use task::{Schemas, Task};

use crate::media::MediaError;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use behaviour::Behaviour;
use fill::Draft;
use kind::Kind;
use maker::{Made, Maker};
use schema::{Document, required, with_defaults};
use serde_json::{Value, json};
use sources::{Fetched, Sources};
use std::time::Duration;
use wishes::Wishes;

/// A finished run.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// The model's own JSON (protocol 9.2).
    pub(crate) body: Value,
    /// How many units of the price it used.
    pub(crate) billable_units: f64,
    /// Lines that the runner wrote, in order.
    pub(crate) logs: Vec<String>,
}

/// How long a run takes when the configuration does not say: words soonest, videos and trainings longest.
pub(crate) fn usual_duration(task: &Task) -> Duration {
    Duration::from_millis(match Kind::of_category(&task.category) {
        None => 30,
        Some(Kind::Image) => 50,
        Some(Kind::Audio) => 80,
        Some(Kind::Mesh) => 120,
        Some(Kind::Video | Kind::Archive) => 150,
    })
}

/// Runs `task` on `input`.
///
/// Making media keeps a processor busy: call it off the async threads. Unknown input fields are ignored. The same input gives the same bytes; without a seed one is drawn from the input.
///
/// # Errors
/// [`Failure::Refused`] when the input breaks the schema or an input file cannot be read, when a magic word says so, or
/// when the input wants more than the limits allow; [`Failure::Broken`] when the medium cannot be made.
pub(crate) async fn perform(task: Task, input: &Value, files: &dyn Files) -> Result<Outcome, Failure> {
    let Some(schemas) = &task.schemas else {
        // Nothing is known of the model, so there is nothing to check: its input comes back.
        return Ok(Outcome { body: input.clone(), billable_units: 1.0, logs: vec!["Ran without a schema".to_owned()] });
    };
    let (document, schema) = (schemas.document(), &schemas.input);
    let problems = validate::check(document, schema, input);
    if !problems.is_empty() {
        return Err(Failure::Refused(problems));
    }
    let wishes = Wishes::new(with_defaults(document, schema, input));
    magic(&wishes, input)?;
    let behaviour = Behaviour::of(task.behaviour.as_deref(), &task.category, document);
    let addresses = sources::addresses(document, schema, input);
    // Where another field is required the model can do without a file (protocol 9.3).
    let free = document.object(schema).is_none_or(|object| required(object).next().is_none());
    if addresses.is_empty() && free && behaviour.needs_source() {
        return Err(Failure::Refused(vec![missing_source(document, schema, input)]));
    }
    let fetched = sources::fetch(addresses, files).await?;
    let Done { draft, billable_units, logs, inline } = Job { task: &task, behaviour, wishes }.run(fetched)?;
    let body = place(draft, files, inline).await;
    Ok(Outcome { body, billable_units, logs })
}

/// The words that make a run go wrong on purpose.
fn magic(wishes: &Wishes, input: &Value) -> Result<(), Failure> {
    if wishes.mentions("[refuse]") {
        let field = Wishes::names("prompt").iter().find(|name| input.get(name.as_str()).is_some());
        let loc: Vec<Value> = field.map(|name| json!(name)).into_iter().collect();
        let msg = "The content could not be processed because it was flagged by a content checker.";
        let value = loc.first().and_then(Value::as_str).and_then(|name| input.get(name)).unwrap_or(&Value::Null);
        return Err(Failure::Refused(vec![Problem::new(&loc, "content_policy_violation", msg, value)]));
    }
    if wishes.mentions("[fail]") { Err(Failure::broken("The model failed")) } else { Ok(()) }
}

/// The problem with an input file that no field requires alone but without which there is nothing to do.
fn missing_source<'a>(document: Document<'a>, schema: &'a Value, input: &Value) -> Problem {
    let properties = document.properties(schema);
    let field = properties.iter().find(|(name, inner)| Kind::of_input(name, inner).is_some());
    let loc: Vec<Value> = field.map(|(name, _)| json!(name)).into_iter().collect();
    Problem::new(&loc, "missing", "Field required", input)
}

/// The part of a run that computes.
struct Job<'t> {
    task: &'t Task,
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

impl Job<'_> {
    fn run(self, fetched: Vec<Fetched>) -> Result<Done, Failure> {
        let sources = Sources::read(fetched)?;
        let Self { task, behaviour, wishes } = self;
        // A task without schemas ends before it becomes a job.
        let Some(schemas) = &task.schemas else { return Err(Failure::broken("There is nothing to make")) };
        let flagged = wishes.mentions("[nsfw]");
        let maker = Maker { behaviour, wishes, sources, flagged };
        let draft = fill::fill(schemas.document(), &maker, &task.category, task.nameless);
        let draft = draft.map_err(|error| unmade(&error))?;
        let billable_units = billing::units(&task.unit, &draft.files, &maker);
        let logs = logs(&maker, &draft.files);
        Ok(Done { billable_units, logs, inline: maker.wishes.inline(), draft })
    }
}

/// A wish beyond the limits is the caller's fault, everything else the runner's.
fn unmade(error: &MediaError) -> Failure {
    match error {
        MediaError::OutOfRange { .. } => {
            Failure::Refused(vec![Problem::new(&[], "feature_not_supported", error.to_string(), &Value::Null)])
        }
        other => Failure::broken(other.to_string()),
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
