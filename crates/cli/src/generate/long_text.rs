//! A text that is too long for the model: spoken in parts, each prepared before any is paid for, and joined to one file.

use super::{
    run::{self, Files, Generation, Stopped, generate},
    work::Work,
};
use crate::{
    args::PartLength,
    progress::Progress,
    report::{CostReport, DryRunReport, FileReport, GenerationReport, Head},
};
use mediagen::{
    assets::{Asset, Record, Target},
    cast::join,
    core::{
        Context, Dispatch, Endpoint, Error, ErrorKind, Estimate, FieldProblem, ModelKind, Note, OutputFormat, Policy,
        Prepared, ProblemCode, Request, Result,
    },
    engine::JobId,
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// The requests that one request became: itself, or the parts of its text; and what is to be noted about that.
pub(crate) struct Split {
    pub(crate) requests: Vec<Request>,
    pub(crate) notes: Vec<Note>,
}

impl Split {
    /// The request as it is.
    pub(crate) fn none(request: Request) -> Self {
        Self { requests: vec![request], notes: Vec::new() }
    }

    /// Cuts the text of `request` into parts of at most `most` characters, or as many as the model takes, whichever is
    /// less. A text that fits is one part.
    ///
    /// # Errors
    /// `InvalidInput` where parts could not be joined.
    pub(crate) fn of(endpoint: &dyn Endpoint, request: Request, most: PartLength) -> Result<Self> {
        let kind = endpoint.kind();
        if kind != ModelKind::TextToAudio {
            let message = format!("--split-text joins audio that is made from text; this is {kind}");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_field(
                FieldProblem::new("split_text", "only for text-to-audio")
                    .with_code(ProblemCode::Unsupported)
                    .with_drop("split_text"),
            ));
        }
        let Some(text) = &request.prompt else { return Err(refused("split_text", "there is no PROMPT to split")) };
        if request.options.count.is_some_and(|count| count > 1) {
            return Err(refused("count", "parts can be joined to one result only, not to several"));
        }
        let limit = endpoint.prompt_limit();
        let most = match most {
            PartLength::Model => limit,
            PartLength::Chars(most) => Some(limit.map_or(most, |limit| limit.min(most))),
        };
        let Some(most) = most else {
            let why = "the model does not say how long a text may be; give --split-text=CHARS";
            if request.policy == Policy::Strict {
                return Err(refused("split_text", why));
            }
            let notes = vec![Note::new("split_text", true, Value::Null, why)];
            return Ok(Self { requests: vec![request], notes });
        };
        let requests = request.split_prompt(most);
        if requests.len() < 2 {
            return Ok(Self::none(request));
        }
        let why = format!("at most {most} characters fit into one request: each part is a generation of its own");
        let mut notes = vec![Note::new("split_text", text.chars().count(), requests.len(), why)];
        if let Some(format) = request.options.format.filter(|format| *format != OutputFormat::Wav) {
            if request.policy == Policy::Strict {
                return Err(refused("format", "parts are joined to a WAV file"));
            }
            notes.push(Note::new("format", format.as_str(), "wav", "the parts are joined without loss"));
        }
        Ok(Self { requests, notes })
    }

    /// Whether the text is in several parts.
    pub(crate) fn is_split(&self) -> bool {
        self.requests.len() > 1
    }

    /// Refuses parts whose text would not be sent as it is.
    pub(crate) fn check(&self, prepared: &[Prepared]) -> Result<()> {
        if !self.is_split() {
            return Ok(());
        }
        let notes = prepared.iter().flat_map(|part| &part.plan().notes);
        let fields: Vec<FieldProblem> = notes
            .filter(|note| note.option == "prompt")
            .map(|note| FieldProblem::new("prompt", note.why.clone()))
            .collect();
        if fields.is_empty() {
            return Ok(());
        }
        let message = "the text itself would not be sent as it is, so it cannot be split";
        Err(Error::new(ErrorKind::InvalidInput, message).with_fields(fields))
    }

    /// The notes of the split and of all parts, each once.
    pub(crate) fn all_notes<'a>(&self, parts: impl IntoIterator<Item = &'a Note>) -> Vec<Note> {
        let mut all = self.notes.clone();
        for note in parts {
            if !all.contains(note) {
                all.push(note.clone());
            }
        }
        all
    }
}

fn refused(option: &str, message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message).with_field(FieldProblem::new(option.to_owned(), message))
}

/// Names `--split-text` on an error about a prompt of so many `characters` that is too long.
pub(crate) fn hint(error: Error, endpoint: &dyn Endpoint, characters: u64) -> Error {
    if endpoint.kind() != ModelKind::TextToAudio {
        return error;
    }
    let places = endpoint.fields();
    let is_prompt =
        |path: &str| places.iter().any(|place| place.options.contains(&"prompt") && path.starts_with(&place.field));
    let too_long = |problem: &FieldProblem| {
        problem.is(&ProblemCode::Length) && exceeds(problem, characters) && is_prompt(&problem.path)
    };
    if !error.fields().iter().any(too_long) {
        return error;
    }
    error.with_hint("--split-text speaks it in parts, cut between sentences, and joins them; each part is paid for")
}

fn exceeds(problem: &FieldProblem, characters: u64) -> bool {
    let Some(expected) = &problem.expected else { return false };
    expected.maximum.as_ref().and_then(serde_json::Number::as_u64).is_some_and(|most| most < characters)
}

/// The report of a dry run of all parts.
pub(crate) fn dry_run(work: &Work<'_>, split: &Split, prepared: &[Prepared], costs: Vec<Estimate>) -> DryRunReport {
    let total = Estimate::total(costs.iter().cloned());
    let parts: Vec<DryRunReport> =
        prepared.iter().zip(costs).map(|(part, cost)| DryRunReport::new(None, part.plan(), cost)).collect();
    DryRunReport {
        head: Some(Head::new("dry-run", work.endpoint)),
        body: Value::Null,
        notes: split.all_notes(parts.iter().flat_map(|part| &part.notes)),
        uploads: Vec::new(),
        cost: total,
        parts,
    }
}

/// Makes every part and joins them. What was made stays in a folder of its own next to the file, whatever happens.
pub(crate) async fn run(
    work: &Work<'_>,
    split: &Split,
    prepared: Vec<Prepared>,
    files: &Files,
    progress: &Arc<Progress>,
) -> Result<Generation, Stopped> {
    let (begun, job) = (Instant::now(), JobId::new().to_string());
    let folder = files.out.join(format!("parts-{job}"));
    let count = prepared.len();
    let mut parts = Parts { split, made: Vec::new(), audio: Vec::new() };
    for (index, (prepared, request)) in prepared.into_iter().zip(&split.requests).enumerate() {
        progress.part(&work.spec().id.name, index + 1, count);
        let number = format!("{:0width$}", index + 1, width = count.to_string().len());
        let name = format!("part-{number}-{{index}}.{{ext}}");
        let files = Files { out: folder.clone(), name, embed: files.embed };
        let made = match files.prepare() {
            Ok(()) => generate(work, prepared, request, &files, progress).await,
            Err(error) => Err(error.into()),
        };
        let added = made.and_then(|generation| Ok(parts.add(generation)?));
        added.map_err(|Stopped { error, job }| Stopped { error: parts.with_outcomes(error), job })?;
    }
    progress.joining(count);
    let joined = parts.join(work, files, &job).await.map_err(|error| {
        let kind = if error.kind() == ErrorKind::Cancelled { ErrorKind::Cancelled } else { ErrorKind::Transfer };
        let error = error.with_kind(kind).with_dispatch(Dispatch::Answered);
        Stopped { error: parts.with_outcomes(error), job: Some(job.clone()) }
    })?;
    let mut report = parts.report(work, &job, &joined, begun);
    if let Err(error) = parts.keep(&joined, &job, &report.cost.estimate).await {
        let why = format!("the joined file has no record: {error}");
        report.notes.push(Note::new("store", Value::Null, Value::Null, why));
    }
    Ok(Generation { report, assets: vec![joined] })
}

/// The parts that were made so far.
struct Parts<'a> {
    split: &'a Split,
    made: Vec<Generation>,
    /// The audio file of each.
    audio: Vec<PathBuf>,
}

impl Parts<'_> {
    /// Adds a part, which must have brought audio.
    fn add(&mut self, generation: Generation) -> Result<()> {
        let audio = generation.assets.iter().find(|asset| asset.media_type().starts_with("audio/"));
        let Some(audio) = audio else {
            let error = Error::new(ErrorKind::InvalidResponse, "this part came without audio")
                .with_dispatch(Dispatch::Answered);
            return Err(match generation.report.request_id {
                Some(id) => error.with_request_id(id),
                None => error,
            });
        };
        self.audio.extend(audio.path().map(Path::to_owned));
        self.made.push(generation);
        Ok(())
    }

    /// The seed that all parts had; `None` where they differ.
    fn seed(&self) -> Option<u64> {
        let first = self.made.first()?.report.seed;
        first.filter(|_| self.made.iter().all(|generation| generation.report.seed == first))
    }

    async fn join(&self, work: &Work<'_>, files: &Files, job: &str) -> Result<Asset> {
        let seed = self.seed().map_or_else(|| "none".to_owned(), |seed| seed.to_string());
        let target = Target::new(&files.out).with_name(&files.name).with_field("model", &work.spec().id.name);
        let target = target.with_field("index", 0).with_field("job", job).with_field("seed", seed);
        let cx: &Context = work.cx;
        join(cx, &self.audio, &target).await
    }

    /// Puts the record of the joined file next to it, and both into the store.
    async fn keep(&self, joined: &Asset, job: &str, estimate: &Estimate) -> Result<()> {
        let records = self.audio.iter().map(|path| {
            let missing = || Error::new(ErrorKind::Io, format!("`{}` has no record", path.display()));
            Record::beside(path)?.ok_or_else(missing)
        });
        let mut record = Record::joined(joined, records.collect::<Result<_>>()?, job);
        if let Some(made) = &mut record.made {
            made.cost.estimate = estimate.clone();
        }
        let path = joined.path().unwrap_or(Path::new(""));
        record.write_beside(path)?;
        let store = run::open_store()?;
        store.put_file(path, &joined.blake3().await?).await?;
        store.put_record(&record).await
    }

    fn report(&self, work: &Work<'_>, job: &str, joined: &Asset, begun: Instant) -> GenerationReport {
        let part = |generation: &Generation| GenerationReport { head: None, ..generation.report.clone() };
        let parts: Vec<GenerationReport> = self.made.iter().map(part).collect();
        let mut timings_ms: crate::report::Timings = parts.iter().map(|part| part.timings_ms).sum();
        timings_ms.total = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        GenerationReport {
            head: Some(Head::new("completed", work.endpoint)),
            job: job.to_owned(),
            request_id: None,
            outputs: vec![FileReport::from(joined)],
            seed: self.seed(),
            body: Value::Null,
            notes: self.split.all_notes(parts.iter().flat_map(|part| &part.notes)),
            cost: CostReport::total(&parts.iter().map(|part| &part.cost).collect::<Vec<_>>()),
            timings_ms,
            requests: parts.iter().map(|part| part.requests).sum(),
            raw: None,
            parts,
        }
    }

    /// The error with the outcome of every part, so that nothing that is paid for is lost or made again.
    fn with_outcomes(&self, error: Error) -> Error {
        if self.made.is_empty() {
            return error;
        }
        let outcome = |(index, generation): (usize, &Generation)| {
            let paths: Vec<String> = generation.assets.iter().map(ToString::to_string).collect();
            let id = generation.report.request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default();
            FieldProblem::new(format!("parts[{index}]"), format!("saved as {}{id}", paths.join(", ")))
        };
        let (done, all) = (self.made.len(), self.split.requests.len());
        let mut outcomes: Vec<FieldProblem> = self.made.iter().enumerate().map(outcome).collect();
        let unsent = (done + 1..all).map(|index| FieldProblem::new(format!("parts[{index}]"), "not sent"));
        outcomes.extend(unsent);
        let spoken = self.split.requests[..done].iter().filter_map(|part| part.prompt.as_deref());
        let spoken: usize = spoken.map(|text| text.chars().count()).sum();
        let kept = if done == all {
            format!("all {all} parts are paid for and saved")
        } else {
            format!(
                "the first {done} of {all} parts are paid for and saved: continue with the text after its first {spoken} characters"
            )
        };
        let hint = error.hint().map_or_else(|| kept.clone(), |own| format!("{own}; {kept}"));
        error.with_fields(outcomes).with_hint(hint)
    }
}
