//! One generation: submit, wait, download.

use super::{
    cost::{self, Cost, Offer, Prices},
    report,
};
use crate::{progress::Progress, stats::Stats};
use mediagen::{
    assets::{
        DownloadPolicy, Downloader, Keep, SavedFile, Target,
        keep::{Provenance, Stopwatch},
    },
    core::{
        BoxFuture, Context, Error, ErrorKind, Estimate, Event, FieldProblem, Kind, KindOutput as _, KindRequest as _,
        KindVisitor, MediaModelExt as _, ModelKind, ModelSpec, Note, Output, Provider, Quantity, Registry, Request,
        Result,
    },
    jobs::JobId,
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
    /// Whether their record goes into them, too.
    pub(crate) embed: bool,
}

impl Files {
    /// Refuses a template that names no file.
    pub(crate) fn check(&self) -> Result<()> {
        let named = Target::new(&self.out).with_name(&self.name).stem("bin");
        named.map(drop).map_err(|e| e.with_field(FieldProblem::new("name", "not a template")))
    }

    /// Makes the folder and a file in it, before anything is paid for.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.check()?;
        let refused = |e: std::io::Error| {
            Error::new(ErrorKind::InvalidInput, format!("no file can be made in the folder `{}`", self.out.display()))
                .with_field(FieldProblem::new("out", e.to_string()))
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
    /// The contract's document.
    pub(crate) document: Value,
    /// The files.
    pub(crate) assets: Vec<SavedFile>,
    /// What it was expected to cost.
    pub(crate) estimate: Estimate,
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

/// Runs `request` on the model of `spec`, which was asked for as `asked`, as `kind`, and keeps every output.
#[expect(clippy::too_many_arguments, reason = "the rooms that one request walks through")]
pub(crate) async fn generate(
    registry: &Registry,
    provider: &Arc<dyn Provider>,
    spec: Arc<ModelSpec>,
    asked: &str,
    kind: ModelKind,
    request: Request,
    files: &Files,
    cx: Context,
    progress: &Arc<Progress>,
    prices: &Prices,
) -> Result<Generation, Stopped> {
    let job = JobId::new();
    let stats = Arc::new(Mutex::new(Stats::default()));
    let watch = Stopwatch::new();
    // Nobody watches what is asked about the price: it is no part of the generation.
    let aside = cx.clone();
    let cx = watch.watch(&observed(cx, &stats, progress));
    let stop = |error| Stopped { error, job: Some(job.to_string()) };
    let target = Target::new(&files.out).with_name(&files.name);
    let mut keeper = Keep::new(Downloader::new(DownloadPolicy::of(&**provider)).map_err(stop)?, target);
    if !files.embed {
        keeper = keeper.without_embedding();
    }
    let inputs = cx.until_cancelled(keeper.look_at(&request)).await.map_err(stop)?.map_err(stop)?;
    let made = Provenance::new(&spec.id, kind, &request, inputs).with_asked(asked).with_job(job.to_string());
    let offer = Offer { registry, provider, spec: &spec, kind, prices, cx: &aside };
    let cost = offer.cost(request.clone());
    let work = kind.visit(Run { registry, provider, spec: Arc::clone(&spec), request, cx: &cx }).map_err(stop)?;
    let (output, cost) = cost::beside(&cx, work, cost).await;
    let mut output = output.map_err(stop)?;
    pay(&mut output, &cost);
    let made = made.with_output(&output).with_estimate(cost::recorded(&cost.estimate));
    let (assets, notes) = keep(keeper, &cx, &output, &made, &watch).await.map_err(stop)?;
    let stats = stats.lock().unwrap_or_else(PoisonError::into_inner);
    let mut document = report::document(provider, &spec, kind, &job.to_string(), &output, &cost, &assets, &notes);
    document["timings_ms"] = report::timings(&watch.timings());
    document["requests"] = stats.requests();
    Ok(Generation { document, assets, estimate: cost.estimate })
}

/// The money for the units that were billed, where the provider tells the units alone.
fn pay(output: &mut Output, cost: &Cost) {
    let usage = &mut output.usage;
    let (Some(price), Some(units), None) = (&cost.price, usage.units, usage.amount) else { return };
    let billed = price.times(&Quantity::exact(units, "billed"));
    usage.amount = billed.low();
    usage.unit.get_or_insert_with(|| price.unit.to_string());
    usage.currency.get_or_insert_with(|| price.currency.clone());
}

/// Tells counters and display of every event.
fn observed(cx: Context, stats: &Arc<Mutex<Stats>>, progress: &Arc<Progress>) -> Context {
    let (stats, progress) = (Arc::clone(stats), Arc::clone(progress));
    cx.with_observer(move |event: &Event| {
        stats.lock().unwrap_or_else(PoisonError::into_inner).see(event);
        progress.see(event);
    })
}

struct Run<'a> {
    registry: &'a Registry,
    provider: &'a Arc<dyn Provider>,
    spec: Arc<ModelSpec>,
    request: Request,
    cx: &'a Context,
}

impl<'a> KindVisitor for Run<'a> {
    type Out = Result<BoxFuture<'a, Result<Output>>>;

    fn visit<K: Kind>(self) -> Self::Out {
        let model = self.registry.bind::<K>(self.provider, self.spec)?;
        let request = K::Request::from_request(self.request)?;
        Ok(Box::pin(async move { Ok(model.run(self.cx, request).await?.output().clone()) }))
    }
}

/// Keeps every file; then the notes on what went wrong with records and store, which cost no file.
async fn keep(
    keep: Keep,
    cx: &Context,
    output: &Output,
    made: &Provenance,
    watch: &Stopwatch,
) -> Result<(Vec<SavedFile>, Vec<Note>)> {
    let stored = |why: String| Note::new("store", Value::Null, Value::Null, why);
    // It is opened only now: nothing waits for it before there is a result.
    let (keep, mut notes) = match crate::assets::open() {
        Ok(store) => (keep.with_store(store), Vec::new()),
        Err(error) => (keep, vec![stored(format!("the files are not in the store: {error}"))]),
    };
    let saved = keep.save(cx, output, made, watch).await?;
    for file in &saved {
        notes.extend(file.problems.iter().map(|problem| stored(format!("{}: {problem}", file.asset.name()))));
    }
    Ok((saved.into_iter().map(|saved| saved.file).collect(), notes))
}
