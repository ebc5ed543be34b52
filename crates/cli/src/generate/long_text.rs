//! A text that is too long for the model: spoken in parts, each asked for once and in order, and joined to one file.

use super::{
    Files, Generation, Stopped,
    cost::{self, Cost, Prices},
    generate, head, planned, report,
};
use crate::{args::PartLength, progress::Progress};
use mediagen::{
    assets::{Record, SavedFile, Target, join},
    core::{
        Context, Dispatch, Error, ErrorKind, Estimate, FieldProblem, ModelKind, ModelSpec, Note, OutputFormat, Plan,
        Policy, ProblemCode, Provider, Registry, Request, Result,
    },
    jobs::JobId,
};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Instant};

/// What all parts have in common.
pub(super) struct LongText<'a> {
    pub(super) registry: &'a Registry,
    pub(super) provider: &'a Arc<dyn Provider>,
    pub(super) spec: &'a Arc<ModelSpec>,
    /// The name that was asked for.
    pub(super) asked: &'a str,
    pub(super) kind: ModelKind,
    pub(super) cx: &'a Context,
    pub(super) prices: &'a Prices,
}

/// The parts, and what is to be said about them.
pub(super) struct Split {
    pub(super) parts: Vec<Request>,
    pub(super) notes: Vec<Note>,
}

fn refused(option: &str, message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_field(FieldProblem::new(option.to_owned(), message))
}

/// Names `--split-text` on an error about a prompt of so many `characters` that is too long.
pub(super) fn hint(error: Error, provider: &dyn Provider, spec: &ModelSpec, kind: ModelKind, characters: u64) -> Error {
    let long = |path: &str| {
        let places = provider.places(spec, kind);
        places.iter().any(|place| place.options.contains(&"prompt") && path.starts_with(&place.field))
    };
    let too_long = error.fields().iter().any(|f| f.is(&ProblemCode::Length) && exceeds(f, characters) && long(&f.path));
    if kind != ModelKind::TextToAudio || !too_long {
        return error;
    }
    error.with_hint("--split-text speaks it in parts, cut between sentences, and joins them; each part is paid for")
}

fn exceeds(problem: &FieldProblem, characters: u64) -> bool {
    let Some(expected) = &problem.expected else { return false };
    expected.maximum.as_ref().and_then(serde_json::Number::as_u64).is_some_and(|most| most < characters)
}

impl LongText<'_> {
    /// Cuts the text of `request` into parts of at most `most` characters, or as many as the model takes, whichever is
    /// less. A text that fits is one part.
    ///
    /// # Errors
    /// `InvalidInput` where parts could not be joined.
    pub(super) fn split(&self, request: &Request, most: PartLength) -> Result<Split> {
        if self.kind != ModelKind::TextToAudio {
            let message = format!("--split-text joins sounds that are made from text; this is {}", self.kind);
            return Err(Error::new(ErrorKind::InvalidInput, message)
                .with_field(FieldProblem::new("split_text", "only for text-to-audio")));
        }
        let Some(text) = &request.prompt else { return Err(refused("split_text", "there is no PROMPT to split")) };
        if request.options.count.is_some_and(|count| count > 1) {
            return Err(refused("count", "parts can be joined to one result only, not to several"));
        }
        let limit = self.provider.prompt_limit(self.spec, self.kind);
        let most = match most {
            PartLength::Model => limit,
            PartLength::Chars(most) => Some(limit.map_or(most, |limit| limit.min(most))),
        };
        let Some(most) = most else {
            let why = "the model does not say how long a text may be; --split-text=CHARS does";
            if request.policy == Policy::Strict {
                return Err(refused("split_text", why));
            }
            let notes = vec![Note::new("split_text", true, Value::Null, why)];
            return Ok(Split { parts: vec![request.clone()], notes });
        };
        let parts = request.split_prompt(most);
        if parts.len() < 2 {
            return Ok(Split { parts: vec![request.clone()], notes: Vec::new() });
        }
        let why = format!("at most {most} characters go at once: each part is a generation of its own");
        let mut notes = vec![Note::new("split_text", text.chars().count(), parts.len(), why)];
        if let Some(format) = request.options.format.filter(|format| *format != OutputFormat::Wav) {
            if request.policy == Policy::Strict {
                return Err(refused("format", "parts are joined to a WAV file"));
            }
            notes.push(Note::new("format", format.as_str(), "wav", "the parts are joined without loss"));
        }
        Ok(Split { parts, notes })
    }

    /// What every part would send: a part that does not fit is found before the first one is paid for.
    pub(super) async fn plan(&self, parts: &[Request]) -> Result<Vec<Plan>> {
        let mut plans = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let plan = planned(self.registry, self.provider, self.spec, self.kind, part.clone(), self.cx).await;
            let plan = plan.map_err(|e| e.with("part", format!("{} of {}", index + 1, parts.len())))?;
            if plan.notes.iter().any(|note| note.option == "prompt") {
                let message = "the text itself would not be sent as it is, so it cannot be split";
                let notes = plan.notes.iter().filter(|note| note.option == "prompt");
                let fields = notes.map(|note| FieldProblem::new("prompt", note.why.clone()));
                return Err(Error::new(ErrorKind::InvalidInput, message).with_fields(fields));
            }
            plans.push(plan);
        }
        Ok(plans)
    }

    /// The document of a dry run of all parts, each with its cost.
    pub(super) fn dry_run(&self, split: &Split, plans: &[Plan], costs: &[Cost]) -> Value {
        let parts = plans.iter().zip(costs).map(|(plan, cost)| {
            let mut part = report::dry_run(self.provider, self.spec, self.kind, plan, Some(cost));
            strip(&mut part);
            part
        });
        let nothing = Plan::new(Value::Null, Vec::new(), Vec::new());
        let mut document = report::dry_run(self.provider, self.spec, self.kind, &nothing, None);
        document["cost"]["estimate"] = cost::document(&Estimate::total(costs.iter().map(|cost| cost.estimate.clone())));
        document["parts"] = parts.collect();
        document["notes"] = all_notes(&split.notes, &document["parts"]);
        document
    }

    /// Makes every part and joins them. What was made stays in a folder of its own beside the file, whatever happens.
    pub(super) async fn run(
        &self,
        split: &Split,
        files: &Files,
        progress: &Arc<Progress>,
    ) -> Result<Generation, Stopped> {
        match self.plan(&split.parts).await {
            Err(error) if error.kind() != ErrorKind::Unsupported => return Err(error.into()),
            _ => {}
        }
        let (begun, job) = (Instant::now(), JobId::new().to_string());
        let folder = files.out.join(format!("parts-{job}"));
        let count = split.parts.len();
        let mut made: Vec<Generation> = Vec::new();
        let mut sounds = Vec::new();
        for (index, request) in split.parts.iter().enumerate() {
            progress.part(&self.spec.id.name, index + 1, count);
            let number = format!("{:0width$}", index + 1, width = count.to_string().len());
            let files =
                Files { out: folder.clone(), name: format!("part-{number}-{{index}}.{{ext}}"), embed: files.embed };
            let generation = match files.prepare() {
                Ok(()) => {
                    let (spec, cx) = (Arc::clone(self.spec), self.cx.clone());
                    let request = request.clone();
                    let one = generate(
                        self.registry,
                        self.provider,
                        spec,
                        self.asked,
                        self.kind,
                        request,
                        &files,
                        cx,
                        progress,
                        self.prices,
                    );
                    one.await.and_then(|generation| Ok((sound(&generation)?, generation)))
                }
                Err(error) => Err(error.into()),
            };
            match generation {
                Ok((path, generation)) => {
                    sounds.push(path);
                    made.push(generation);
                }
                Err(Stopped { error, job }) => return Err(Stopped { error: told(error, &made, split), job }),
            }
        }
        progress.joining(count);
        let joined = self.join(&sounds, files, &job, &made).await;
        let joined = joined.map_err(|error| {
            let kind = if error.kind() == ErrorKind::Cancelled { ErrorKind::Cancelled } else { ErrorKind::Transfer };
            let error = error.with_kind(kind).with_dispatch(Dispatch::Answered);
            Stopped { error: told(error, &made, split), job: Some(job.clone()) }
        })?;
        let estimate = Estimate::total(made.iter().map(|generation| generation.estimate.clone()));
        let mut document = self.document(split, &job, &made, &joined, begun);
        document["cost"]["estimate"] = cost::document(&estimate);
        let kept = self.keep(&joined, &sounds, &job, &estimate).await;
        if let (Err(error), Some(notes)) = (kept, document["notes"].as_array_mut()) {
            let why = format!("the joined file has no record: {error}");
            notes.push(json!(Note::new("store", Value::Null, Value::Null, why)));
        }
        Ok(Generation { document, assets: vec![joined], estimate })
    }

    async fn join(&self, sounds: &[PathBuf], files: &Files, job: &str, made: &[Generation]) -> Result<SavedFile> {
        let seed = seed(made).as_u64().map_or_else(|| "none".to_owned(), |seed| seed.to_string());
        let target = Target::new(&files.out).with_name(&files.name).with_field("model", &self.spec.id.name);
        let target = target.with_field("index", 0).with_field("job", job).with_field("seed", seed);
        join(self.cx, sounds, &target).await
    }

    /// Puts the record of the joined file beside it, and both into the store.
    async fn keep(&self, joined: &SavedFile, sounds: &[PathBuf], job: &str, estimate: &Estimate) -> Result<()> {
        let parts = sounds.iter().map(|path| {
            let missing = || Error::new(ErrorKind::Io, format!("`{}` has no record", path.display()));
            Record::beside(path)?.ok_or_else(missing)
        });
        let mut record = Record::joined(joined, parts.collect::<Result<_>>()?, job);
        if let Some(made) = &mut record.made {
            made.cost.estimate = cost::recorded(estimate);
        }
        record.write_beside(&joined.path)?;
        let store = crate::assets::open()?;
        store.put_file(&joined.path, &joined.blake3).await?;
        store.put_record(&record).await
    }

    fn document(&self, split: &Split, job: &str, made: &[Generation], joined: &SavedFile, begun: Instant) -> Value {
        let parts = made.iter().map(|generation| {
            let mut part = generation.document.clone();
            strip(&mut part);
            part
        });
        let parts: Value = parts.collect();
        let mut document = head("completed", self.provider, self.spec, self.kind);
        document["job"] = json!(job);
        document["request_id"] = Value::Null;
        document["outputs"] = json!([report::asset(joined)]);
        document["seed"] = seed(made);
        document["body"] = Value::Null;
        document["notes"] = all_notes(&split.notes, &parts);
        document["cost"] = json!({
            "billed_units": sum(&parts, "/cost/billed_units"),
            "amount": sum(&parts, "/cost/amount"),
        });
        for group in ["timings_ms", "requests"] {
            let names = parts[0][group].as_object().into_iter().flatten().map(|(name, _)| name);
            document[group] =
                names.map(|name| (name.clone(), sum(&parts, &format!("/{group}/{name}")))).collect::<Value>();
        }
        document["timings_ms"]["total"] = json!(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
        document["parts"] = parts;
        document
    }
}

/// The one sound of a part.
fn sound(generation: &Generation) -> Result<PathBuf> {
    let sound = generation.assets.iter().find(|asset| asset.media_type.starts_with("audio/"));
    sound.map(|asset| asset.path.clone()).ok_or_else(|| {
        let error =
            Error::new(ErrorKind::InvalidResponse, "this part came without a sound").with_dispatch(Dispatch::Answered);
        match generation.document["request_id"].as_str() {
            Some(id) => error.with_request_id(id),
            None => error,
        }
    })
}

/// Leaves out what the whole document says already.
fn strip(part: &mut Value) {
    if let Value::Object(part) = part {
        for key in ["status", "provider", "model", "kind"] {
            part.remove(key);
        }
    }
}

/// The notes of the split, and those of the parts, each once.
fn all_notes(split: &[Note], parts: &Value) -> Value {
    let mut all: Vec<Value> = split.iter().map(|note| json!(note)).collect();
    let of_parts = parts.as_array().into_iter().flatten().filter_map(|part| part["notes"].as_array()).flatten();
    for note in of_parts {
        if !all.contains(note) {
            all.push(note.clone());
        }
    }
    Value::Array(all)
}

/// The seed that all parts had; null where they differ.
fn seed(made: &[Generation]) -> Value {
    let mut seeds = made.iter().map(|generation| &generation.document["seed"]);
    let first = seeds.next().cloned().unwrap_or_default();
    if seeds.all(|seed| *seed == first) { first } else { Value::Null }
}

/// The sum of a number over all parts; null where one does not have it.
fn sum(parts: &Value, pointer: &str) -> Value {
    let numbers = || parts.as_array().into_iter().flatten().map(|part| part.pointer(pointer).unwrap_or(&Value::Null));
    if let Some(whole) = numbers().map(Value::as_u64).sum::<Option<u64>>() {
        return json!(whole);
    }
    numbers().map(Value::as_f64).sum::<Option<f64>>().map_or(Value::Null, |sum| json!(sum))
}

/// The error with the fate of every part, so that nothing that is paid for is lost or made again.
fn told(error: Error, made: &[Generation], split: &Split) -> Error {
    if made.is_empty() {
        return error;
    }
    let fate = |(index, generation): (usize, &Generation)| {
        let paths: Vec<String> = generation.assets.iter().map(|asset| asset.path.display().to_string()).collect();
        let id = generation.document["request_id"].as_str().map(|id| format!(", request {id}")).unwrap_or_default();
        FieldProblem::new(format!("parts[{index}]"), format!("saved as {}{id}", paths.join(", ")))
    };
    let (done, all) = (made.len(), split.parts.len());
    let mut fates: Vec<FieldProblem> = made.iter().enumerate().map(fate).collect();
    let unsent = (done + 1..all).map(|index| FieldProblem::new(format!("parts[{index}]"), "not sent"));
    fates.extend(unsent);
    let spoken: usize =
        split.parts[..done].iter().filter_map(|part| part.prompt.as_deref()).map(|t| t.chars().count()).sum();
    let kept = if done == all {
        format!("all {all} parts are paid for and saved")
    } else {
        format!(
            "the first {done} of {all} parts are paid for and saved: go on with the text after its first {spoken} characters"
        )
    };
    let hint = error.hint().map_or_else(|| kept.clone(), |own| format!("{own}; {kept}"));
    error.with_fields(fates).with_hint(hint)
}
