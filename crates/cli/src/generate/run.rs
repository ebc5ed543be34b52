//! One generation: bought once, kept, reported.

use crate::{
    interrupt,
    progress::Progress,
    report::{CostReport, FileReport, GenerationReport, Head, RequestCounts},
};
use mediagen::{
    Mediagen,
    assets::{Asset, Keep, Store, StoreConfig, Target},
    core::{Context, Dispatch, Error, ErrorKind, Event, FieldProblem, ModelKind, Note, ProblemCode, Result},
    engine::{self, Draft, JobId},
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

/// Buys a prepared request and keeps every output.
pub(crate) async fn generate(
    engine: &Mediagen,
    draft: Draft,
    files: &Files,
    progress: &Arc<Progress>,
) -> Result<Generation> {
    let counts = Arc::new(Mutex::new(RequestCounts::default()));
    let engine = engine.with_context(observed(engine.context().clone(), &counts, progress));
    let endpoint = Arc::clone(draft.prepared().endpoint());
    // What could fail without the model is tried before it is paid for.
    let keep = Keep::new(
        engine.downloader(endpoint.spec().id.provider.as_str())?,
        Target::new(&files.out).with_name(&files.name),
    );
    let made = match Box::pin(engine.run_prepared(draft)).await {
        Ok(made) => made,
        Err(error) => return Err(answered(&engine, error).await),
    };
    let kept = keep_files(&made, if files.embed { keep } else { keep.without_embedding() }).await;
    let (assets, notes) = kept.map_err(|error| error.with("job", made.id()))?;
    let output = made.output();
    let late = assets.iter().flat_map(|asset| asset.notes().iter().cloned());
    let report = GenerationReport {
        head: Some(Head::new("completed", &endpoint)),
        job: made.id().to_string(),
        request_id: output.request_id.clone(),
        outputs: assets.iter().map(FileReport::from).collect(),
        seed: output.seed,
        body: output.body.clone(),
        notes: made.notes().iter().cloned().chain(late).chain(notes).collect(),
        cost: CostReport::new(made.estimate(), made.billed(), made.cost().cloned()),
        timings_ms: made.timings().into(),
        requests: *counts.lock().unwrap_or_else(PoisonError::into_inner),
        raw: (endpoint.kind() == ModelKind::Raw).then(|| output.raw.clone()),
        parts: Vec::new(),
    };
    Ok(Generation { report, assets })
}

/// The error of a run that was stopped in the middle of its paid call, with what the provider answered: a job that was
/// accepted is named, and cancelled where the run was.
async fn answered(engine: &Mediagen, error: Error) -> Error {
    let stopped = matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::Timeout(_));
    let job = error.context().iter().find(|(name, _)| *name == "job").and_then(|(_, job)| job.parse().ok());
    let (true, Dispatch::Unknown, Some(job)) = (stopped, error.dispatch(), job) else { return error };
    interrupt::sections_end().await;
    // What stopped the run must not stop this.
    let engine = engine.with_context(mediagen::context());
    let Ok(row) = engine.journal().read(job).await else { return error };
    let Some(ticket) = row.progress.ticket else { return error };
    let error = error.with_ticket(ticket).with_dispatch(Dispatch::Answered);
    if error.kind() == ErrorKind::Cancelled {
        let outcome = engine.cancel(job).await;
        tracing::info!(%job, ?outcome, "cancelled at the provider");
    }
    error
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
async fn keep_files(made: &engine::Generation, keep: Keep) -> Result<(Vec<Asset>, Vec<Note>)> {
    // It is opened only now: nothing waits for it before there is a result.
    let (keep, unopened) = match open_store() {
        Ok(store) => (keep.with_store(store), None),
        Err(error) => (keep, Some(stored(format!("the files are not in the store: {error}")))),
    };
    let kept = Box::pin(made.keep(&keep)).await?;
    let problems = kept.problems.iter().map(|problem| stored(problem.to_string()));
    Ok((kept.assets, unopened.into_iter().chain(problems).collect()))
}

fn stored(why: String) -> Note {
    Note::new("store", Value::Null, Value::Null, why)
}

/// The store that the environment names.
pub(crate) fn open_store() -> Result<Store> {
    Store::open(&StoreConfig::from_env()?)
}
