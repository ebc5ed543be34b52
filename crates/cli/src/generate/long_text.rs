//! A text in parts: each is prepared before any is paid for, spoken on its own, and joined to one file.

use super::{
    run::{Files, Generation, generate, open_store},
    split::Split,
};
use crate::{
    progress::Progress,
    report::{CostReport, DryRunReport, FileReport, GenerationReport, Head},
};
use mediagen::{
    Mediagen,
    assets::{Asset, Record, Target},
    cast::join,
    core::{Context, Dispatch, Endpoint, Error, ErrorKind, Estimate, FieldProblem, Note, Request, Result},
    engine::{Draft, JobId},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// The report of a dry run of all parts.
pub(crate) fn dry_run(split: &Split, drafts: &[Draft], costs: Vec<Estimate>) -> DryRunReport {
    let total = Estimate::total(costs.iter().cloned());
    let parts: Vec<DryRunReport> =
        drafts.iter().zip(costs).map(|(part, cost)| DryRunReport::new(None, part.plan(), cost)).collect();
    DryRunReport {
        head: drafts.first().map(|draft| Head::new("dry-run", draft.prepared().endpoint())),
        body: Value::Null,
        notes: split.all_notes(parts.iter().flat_map(|part| &part.notes)),
        uploads: Vec::new(),
        cost: total,
        parts,
    }
}

/// Makes every part and joins them. What was made stays in a folder of its own next to the file, whatever happens.
pub(crate) async fn run(
    engine: &Mediagen,
    split: &Split,
    drafts: Vec<Draft>,
    files: &Files,
    progress: &Arc<Progress>,
) -> Result<Generation> {
    let (begun, job) = (Instant::now(), JobId::new().to_string());
    let folder = files.out.join(format!("parts-{job}"));
    let count = drafts.len();
    let texts = drafts.iter().map(|draft| characters(draft.request())).collect();
    let mut parts = Parts { split, texts, made: Vec::new(), audio: Vec::new() };
    let mut endpoint = None;
    for (index, draft) in drafts.into_iter().enumerate() {
        let endpoint = endpoint.insert(Arc::clone(draft.prepared().endpoint()));
        progress.part(&endpoint.spec().id.name, index + 1, count);
        let number = format!("{:0width$}", index + 1, width = count.to_string().len());
        let name = format!("part-{number}-{{index}}.{{ext}}");
        let files = Files { out: folder.clone(), name, embed: files.embed };
        let made = match files.prepare() {
            Ok(()) => generate(engine, draft, &files, progress).await,
            Err(error) => Err(error),
        };
        made.and_then(|generation| parts.add(generation)).map_err(|error| parts.with_outcomes(error))?;
    }
    let endpoint = endpoint.ok_or_else(|| Error::new(ErrorKind::Unexpected, "there are no parts"))?;
    progress.joining(count);
    let joined = parts.join(engine.context(), &endpoint, files, &job).await.map_err(|error| {
        let kind = if error.kind() == ErrorKind::Cancelled { ErrorKind::Cancelled } else { ErrorKind::Transfer };
        parts.with_outcomes(error.with_kind(kind).with_dispatch(Dispatch::Answered).with("job", &job))
    })?;
    let mut report = parts.report(&endpoint, &job, &joined, begun);
    if let Err(error) = parts.keep(&joined, &job, &report.cost.estimate).await {
        let why = format!("the joined file has no record: {error}");
        report.notes.push(Note::new("store", Value::Null, Value::Null, why));
    }
    Ok(Generation { report, assets: vec![joined] })
}

fn characters(request: &Request) -> usize {
    request.prompt.as_deref().map_or(0, |text| text.chars().count())
}

/// The parts that were made so far.
struct Parts<'a> {
    split: &'a Split,
    /// Characters of the text of each, of those that are still to be made as well.
    texts: Vec<usize>,
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

    async fn join(&self, cx: &Context, endpoint: &Arc<dyn Endpoint>, files: &Files, job: &str) -> Result<Asset> {
        let seed = self.seed().map_or_else(|| "none".to_owned(), |seed| seed.to_string());
        let target = Target::new(&files.out).with_name(&files.name).with_field("model", &endpoint.spec().id.name);
        let target = target.with_field("index", 0).with_field("job", job).with_field("seed", seed);
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
        let store = open_store()?;
        store.put_file(path, &joined.blake3().await?).await?;
        store.put_record(&record).await
    }

    fn report(&self, endpoint: &Arc<dyn Endpoint>, job: &str, joined: &Asset, begun: Instant) -> GenerationReport {
        let part = |generation: &Generation| GenerationReport { head: None, ..generation.report.clone() };
        let parts: Vec<GenerationReport> = self.made.iter().map(part).collect();
        let mut timings_ms: crate::report::Timings = parts.iter().map(|part| part.timings_ms).sum();
        timings_ms.total = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        GenerationReport {
            head: Some(Head::new("completed", endpoint)),
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
        let (done, all) = (self.made.len(), self.texts.len());
        let mut outcomes: Vec<FieldProblem> = self.made.iter().enumerate().map(outcome).collect();
        let unsent = (done + 1..all).map(|index| FieldProblem::new(format!("parts[{index}]"), "not sent"));
        outcomes.extend(unsent);
        let spoken: usize = self.texts[..done].iter().sum();
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
