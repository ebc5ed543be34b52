//! `mediagen generate`.

pub(crate) mod report;
mod request;
mod run;

pub(crate) use run::{Files, Generation, Stopped, generate};

use crate::{
    args::{GenerateArgs, Global},
    interrupt,
    progress::Progress,
    ui,
};
use mediagen::core::{Deadlines, Error, KindRequest as _, Plan, Settings};
use mediagen::core::{Kind, KindVisitor, ModelKind, ModelSpec, Provider, Registry, Request, Result};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc, time::Duration};

/// One generation, from the command line to the files.
pub(crate) async fn run(global: &Global, arguments: GenerateArgs) -> Result<ExitCode, Stopped> {
    let request = request::canonical(&arguments)?;
    request::check_inputs(&request)?;
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect(&global.provider, &Settings::new())?;
    if !arguments.dry_run {
        provider.check_credentials()?;
    }
    let files = Files { out: arguments.out.clone(), name: arguments.name.clone(), embed: !arguments.no_embed };
    files.check()?;
    let progress = Arc::new(Progress::new(global, &arguments.model));
    let cx = interrupt::context(global)?.with_deadlines(deadlines(&arguments));
    let described = cx.until_cancelled(provider.describe(&cx, &arguments.model)).await;
    if described.as_ref().map_or(true, Result::is_err) {
        progress.finish();
    }
    let spec = described??;
    let kind = request::choose_kind(&spec, arguments.kind, &request);
    tracing::info!(model = &*spec.id.name, %kind, "asking");
    if arguments.dry_run {
        let plan =
            kind.visit(Planned { registry: &registry, provider: &provider, spec: &spec, request, cx: &cx })?.await?;
        let document = report::dry_run(&provider, &spec, kind, &plan);
        progress.finish();
        ui::result(global, &document, &report::dry_run_text(&document))?;
        return Ok(ExitCode::SUCCESS);
    }
    files.prepare()?;
    let asked = &arguments.model;
    let generation = generate(&registry, &provider, spec, asked, kind, request, &files, cx, &progress).await;
    progress.finish();
    let generation = generation?;
    ui::result(global, &generation.document, &report::text(&generation))?;
    Ok(ExitCode::SUCCESS)
}

fn deadlines(arguments: &GenerateArgs) -> Deadlines {
    let mut deadlines = Deadlines::default();
    if let Some(seconds) = arguments.timeout {
        let total = Duration::from_secs_f64(seconds.min(1e9));
        deadlines.total = total;
        deadlines.run = total;
        deadlines.start = total;
    }
    if let Some(seconds) = arguments.start_timeout {
        deadlines.start = Duration::from_secs_f64(seconds.min(1e9));
    }
    deadlines
}

struct Planned<'a> {
    registry: &'a Registry,
    provider: &'a Arc<dyn Provider>,
    spec: &'a Arc<ModelSpec>,
    request: Request,
    cx: &'a mediagen::core::Context,
}

impl<'a> KindVisitor for Planned<'a> {
    type Out = Result<mediagen::core::BoxFuture<'a, Result<Plan>>>;

    fn visit<K: Kind>(self) -> Self::Out {
        let model = self.registry.bind::<K>(self.provider, Arc::clone(self.spec))?;
        let request = K::Request::from_request(self.request)?;
        Ok(Box::pin(async move { model.plan(self.cx, request).await }))
    }
}

/// The parts of a report that every form of it begins with.
fn head(status: &str, provider: &Arc<dyn Provider>, spec: &ModelSpec, kind: ModelKind) -> Value {
    json!({"status": status, "provider": provider.info().id.as_str(), "model": &*spec.id.name, "kind": kind.as_str()})
}
