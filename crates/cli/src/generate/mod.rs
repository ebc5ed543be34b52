//! `mediagen generate`.

pub(crate) mod cost;
mod long_text;
pub(crate) mod price;
pub(crate) mod report;
mod request;
mod run;

pub(crate) use run::{Files, Generation, Stopped, generate};

use crate::{
    args::{GenerateArgs, Global},
    interrupt,
    progress::Progress,
    schema, ui,
};
use cost::Prices;
use long_text::{LongText, Split};
use mediagen::core::{Context, Deadlines, Error, KindRequest as _, Plan, Settings};
use mediagen::core::{Kind, KindVisitor, ModelKind, ModelSpec, Provider, Registry, Request, Result};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc, time::Duration};

/// One generation, from the command line to the files.
pub(crate) async fn run(global: &Global, arguments: GenerateArgs) -> Result<ExitCode, Stopped> {
    let request = request::canonical(&arguments)?;
    if !arguments.help_model {
        request::check_inputs(&request)?;
    }
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect(&global.provider, &Settings::new())?;
    if !arguments.dry_run && !arguments.help_model {
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
    if arguments.help_model {
        progress.finish();
        schema::help(global, &provider, &spec, kind)?;
        return Ok(ExitCode::SUCCESS);
    }
    tracing::info!(model = &*spec.id.name, %kind, "asking");
    let prices = Prices::kept(&provider);
    let long = LongText {
        registry: &registry,
        provider: &provider,
        spec: &spec,
        asked: &arguments.model,
        kind,
        cx: &cx,
        prices: &prices,
    };
    let split = arguments.split_text.map(|most| long.split(&request, most)).transpose();
    if split.is_err() {
        progress.finish();
    }
    let split = split?;
    let characters = request.prompt.as_deref().map_or(0, |prompt| prompt.chars().count() as u64);
    let hint =
        |error| if split.is_none() { long_text::hint(error, &*provider, &spec, kind, characters) } else { error };
    if let Some(most) = arguments.max_cost {
        let checked = long.offer().guard(&request, split.as_ref(), most).await;
        if checked.is_err() {
            progress.finish();
        }
        checked.map_err(&hint)?;
    }
    if arguments.dry_run {
        let document = match split.as_ref().filter(|split| split.parts.len() > 1) {
            Some(split) => match long.plan(&split.parts).await {
                Ok(plans) => {
                    let costs = long.offer().costs(&split.parts, &plans).await;
                    Ok(long.dry_run(split, &plans, &costs))
                }
                Err(error) => Err(error),
            },
            None => dry_run(&long, &request).await,
        };
        progress.finish();
        let mut document = document.map_err(hint)?;
        add_notes(&mut document, split.as_ref());
        ui::result(global, &document, &report::dry_run_text(&document))?;
        return Ok(ExitCode::SUCCESS);
    }
    files.prepare()?;
    let generation = match split.as_ref().filter(|split| split.parts.len() > 1) {
        Some(split) => long.run(split, &files, &progress).await,
        None => {
            generate(
                &registry,
                &provider,
                Arc::clone(&spec),
                &arguments.model,
                kind,
                request,
                &files,
                cx.clone(),
                &progress,
                &prices,
            )
            .await
        }
    };
    progress.finish();
    let mut generation = generation.map_err(|stopped| Stopped { error: hint(stopped.error), ..stopped })?;
    add_notes(&mut generation.document, split.as_ref());
    ui::result(global, &generation.document, &report::text(&generation))?;
    Ok(ExitCode::SUCCESS)
}

/// The document of a dry run of one request.
async fn dry_run(long: &LongText<'_>, request: &Request) -> Result<Value> {
    let plan = planned(long.registry, long.provider, long.spec, long.kind, request.clone(), long.cx).await?;
    let costs = long.offer().costs(std::slice::from_ref(request), std::slice::from_ref(&plan)).await;
    Ok(report::dry_run(long.provider, long.spec, long.kind, &plan, costs.first()))
}

/// What is to be said about a text that was to be split and is one part; the document of several parts says it already.
fn add_notes(document: &mut Value, split: Option<&Split>) {
    let notes = split.filter(|split| split.parts.len() < 2).map(|split| &split.notes);
    if let (Some(notes), Some(all)) = (notes, document["notes"].as_array_mut()) {
        all.extend(notes.iter().map(|note| json!(note)));
    }
}

/// What `request` would send.
async fn planned(
    registry: &Registry,
    provider: &Arc<dyn Provider>,
    spec: &Arc<ModelSpec>,
    kind: ModelKind,
    request: Request,
    cx: &Context,
) -> Result<Plan> {
    kind.visit(Planned { registry, provider, spec, request, cx })?.await
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
    cx: &'a Context,
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
