//! One generation: submit, wait, download.

use super::report;
use crate::{progress::Progress, stats::Stats};
use mediagen::{
    assets::{DownloadPolicy, Downloader, SavedFile, Target},
    core::{
        BoxFuture, Context, Dispatch, Error, ErrorKind, Event, FieldProblem, Kind, KindOutput as _, KindRequest as _,
        KindVisitor, MediaModelExt as _, ModelKind, ModelSpec, Output, Provider, Registry, Request, Result,
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

/// Runs `request` on the model of `spec` as `kind`, and saves every output.
#[expect(clippy::too_many_arguments, reason = "the rooms that one request walks through")]
pub(crate) async fn generate(
    registry: &Registry,
    provider: &Arc<dyn Provider>,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
    request: Request,
    files: &Files,
    cx: Context,
    progress: &Arc<Progress>,
) -> Result<Generation, Stopped> {
    let job = JobId::new();
    let stats = Arc::new(Mutex::new(Stats::new()));
    let cx = observed(cx, &stats, progress);
    let stop = |error| Stopped { error, job: Some(job.to_string()) };
    let work = kind.visit(Run { registry, provider, spec: Arc::clone(&spec), request, cx: &cx }).map_err(stop)?;
    let output = work.await.map_err(stop)?;
    let assets = save(&cx, provider, &spec, &output, files, &job.to_string()).await.map_err(stop)?;
    let stats = stats.lock().unwrap_or_else(PoisonError::into_inner);
    let document = report::document(provider, &spec, kind, &job.to_string(), &output, &assets, &stats);
    Ok(Generation { document, assets })
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

/// Saves every part; the first failure is told after all were tried, so that nothing else is lost.
async fn save(
    cx: &Context,
    provider: &Arc<dyn Provider>,
    spec: &ModelSpec,
    output: &Output,
    files: &Files,
    job: &str,
) -> Result<Vec<SavedFile>> {
    let downloader = Downloader::new(DownloadPolicy::of(&**provider))?;
    let seed = output.seed.map_or_else(|| "none".to_owned(), |seed| seed.to_string());
    let (mut assets, mut failed, mut fates) = (Vec::new(), None, Vec::new());
    for (index, part) in output.parts.iter().enumerate() {
        let target = Target::new(&files.out)
            .with_name(&files.name)
            .with_field("model", &spec.id.name)
            .with_field("index", index.to_string())
            .with_field("job", job)
            .with_field("seed", &seed);
        match downloader.save(cx, part, &target).await {
            Ok(asset) => {
                let path = asset.path.display();
                tracing::info!(%path, "saved");
                fates.push(FieldProblem::new(format!("outputs[{index}]"), format!("saved as {path}")));
                assets.push(asset);
            }
            Err(error) => {
                let from = part.url().filter(|url| url.scheme() != "data").map(|url| format!(", get it at {url}"));
                let fate = format!("not saved{}", from.unwrap_or_default());
                fates.push(FieldProblem::new(format!("outputs[{index}]"), fate));
                failed = failed.or(Some(error));
            }
        }
    }
    let Some(error) = failed else { return Ok(assets) };
    let kind = if error.kind() == ErrorKind::Cancelled { ErrorKind::Cancelled } else { ErrorKind::Transfer };
    let mut error = error.with_kind(kind).with("saved", format!("{} of {}", assets.len(), output.parts.len()));
    if let Some(id) = &output.request_id {
        error = error.with_request_id(id.clone());
    }
    let error = error.with_fields(fates).with_dispatch(Dispatch::Answered);
    Err(error.with_hint("the generation is paid for and done: download its URL again instead of running it again"))
}
