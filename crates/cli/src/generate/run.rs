//! One generation: submit, wait, download.

use super::{cost, work::Work};
use crate::{
    progress::Progress,
    report::{CostReport, FileReport, GenerationReport, Head, RequestCounts},
};
use mediagen::{
    assets::{
        Asset, DownloadPolicy, Downloader, Keep, Store, StoreConfig, Target,
        keep::{Provenance, Stopwatch},
    },
    core::{
        Context, Error, ErrorKind, Event, FieldProblem, ModelKind, Note, Output, Prepared, ProblemCode, Request,
        Result, Submitted,
    },
    engine::JobId,
};
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Where the files go.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The folder.
    pub(crate) out: PathBuf,
    /// The template of the names.
    pub(crate) name: String,
    /// Whether their record goes into the files as well.
    pub(crate) embed: bool,
}

impl Files {
    /// Refuses a template that is not a file name.
    pub(crate) fn check(&self) -> Result<()> {
        let named = Target::new(&self.out).with_name(&self.name).stem("bin");
        named
            .map(drop)
            .map_err(|e| e.with_field(FieldProblem::new("name", "not a template").with_code(ProblemCode::Type)))
    }

    /// Makes the folder and a file in it, before anything is paid for.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.check()?;
        let refused = |e: std::io::Error| {
            Error::new(ErrorKind::InvalidInput, format!("cannot write into the folder `{}`", self.out.display()))
                .with_field(FieldProblem::new("out", e.to_string()).with_code(ProblemCode::Media))
                .with_hint("choose another folder with --out; nothing was sent")
        };
        std::fs::create_dir_all(&self.out).map_err(refused)?;
        let probe = self.out.join(format!(".mediagen-{}", JobId::new()));
        std::fs::File::create_new(&probe).and_then(|_| std::fs::remove_file(&probe)).map_err(refused)
    }
}

/// A finished generation.
#[derive(Debug)]
pub(crate) struct Generation {
    /// What is reported.
    pub(crate) report: GenerationReport,
    /// The files.
    pub(crate) assets: Vec<Asset>,
}

/// A generation that stopped: why, and our job id.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// Why.
    pub(crate) error: Error,
    /// Our job id, once there is one.
    pub(crate) job: Option<String>,
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self { error, job: None }
    }
}

/// Runs a prepared request, which came from `request`, and keeps every output.
pub(crate) async fn generate(
    work: &Work<'_>,
    prepared: Prepared,
    request: &Request,
    files: &Files,
    progress: &Arc<Progress>,
) -> Result<Generation, Stopped> {
    let job = JobId::new().to_string();
    let stop = |error| Stopped { error, job: Some(job.clone()) };
    let counts = Arc::new(Mutex::new(RequestCounts::default()));
    let watch = Stopwatch::new();
    let cx = watch.watch(&observed(work.cx.clone(), &counts, progress));
    let target = Target::new(&files.out).with_name(&files.name);
    let mut keeper = Keep::new(Downloader::new(DownloadPolicy::of(&**work.provider)).map_err(stop)?, target);
    if !files.embed {
        keeper = keeper.without_embedding();
    }
    let inputs = cx.until_cancelled(keeper.look_at(request)).await.map_err(stop)?.map_err(stop)?;
    let id = &work.spec().id;
    let made = Provenance::new(id, work.kind(), request, inputs).with_asked(work.name).with_job(job.clone());
    // The price is read without an observer of this generation: it is not a part of it.
    let (output, cost) = cost::beside(&cx, Box::pin(run(&prepared, &cx)), work.cost(&prepared)).await;
    let mut output = output.map_err(stop)?;
    let billed = output.usage.billed(&cost.prices, &prepared.plan().body);
    output.usage.money = output.usage.cost(&cost.prices, &prepared.plan().body);
    output.usage.counts = billed.clone().into_iter().collect();
    let made = made.with_output(&output).with_estimate(cost.estimate.clone());
    let (assets, notes) = keep(keeper, &cx, &output, &made, &watch).await.map_err(stop)?;
    let late = assets.iter().flat_map(|asset| asset.notes().iter().cloned());
    let report = GenerationReport {
        head: Some(Head::new("completed", work.endpoint)),
        request_id: output.request_id.clone(),
        outputs: assets.iter().map(FileReport::from).collect(),
        seed: output.seed,
        notes: output.notes.iter().cloned().chain(late).chain(notes).collect(),
        cost: CostReport::new(cost.estimate, billed, output.usage.money.clone()),
        timings_ms: watch.timings().into(),
        requests: *counts.lock().unwrap_or_else(PoisonError::into_inner),
        raw: (work.kind() == ModelKind::Raw).then(|| output.raw.clone()),
        parts: Vec::new(),
        body: output.body,
        job,
    };
    Ok(Generation { report, assets })
}

async fn run(prepared: &Prepared, cx: &Context) -> Result<Output> {
    let submitted: Submitted = prepared.submit(cx).await?;
    submitted.finish(cx).await
}

/// Shows counters and display every event.
fn observed(cx: Context, counts: &Arc<Mutex<RequestCounts>>, progress: &Arc<Progress>) -> Context {
    let (counts, progress) = (Arc::clone(counts), Arc::clone(progress));
    cx.with_observer(move |event: &Event| {
        counts.lock().unwrap_or_else(PoisonError::into_inner).see(event);
        progress.see(event);
    })
}

/// Keeps every file; then the notes on what went wrong with records and store, which cost no file.
async fn keep(
    keep: Keep,
    cx: &Context,
    output: &Output,
    made: &Provenance,
    watch: &Stopwatch,
) -> Result<(Vec<Asset>, Vec<Note>)> {
    let stored = |why: String| Note::new("store", Value::Null, Value::Null, why);
    // It is opened only now: nothing waits for it before there is a result.
    let (keep, mut notes) = match open_store() {
        Ok(store) => (keep.with_store(store), Vec::new()),
        Err(error) => (keep, vec![stored(format!("the files are not in the store: {error}"))]),
    };
    let kept = keep.save(cx, output, made, watch).await?;
    notes.extend(kept.problems.iter().map(|problem| stored(problem.to_string())));
    Ok((kept.assets, notes))
}

/// The store that the environment names.
pub(crate) fn open_store() -> Result<Store> {
    Store::open(&StoreConfig::from_env()?)
}
