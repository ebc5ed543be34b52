//! `mediagen generate`.

use crate::{
    args::{GenerateArgs, Global},
    engine::engine,
    generate::{Files, Generation, Split, bind, generate, long_text, request, split},
    interrupt,
    progress::Progress,
    report::{DryRunReport, GenerationReport, Head, SchemaReport},
    ui,
};
use mediagen::{
    Mediagen,
    core::{Context, Endpoint, Error, ErrorKind, Request, Result},
    engine::Draft,
};
use std::{process::ExitCode, sync::Arc, time::Duration};

/// One generation, from the command line to the files.
pub(crate) async fn run(global: &Global, arguments: GenerateArgs) -> Result<ExitCode> {
    let request = request::canonical(&arguments)?;
    if !arguments.help_model {
        request::check_inputs(&request)?;
    }
    let files = Files { out: arguments.out.clone(), name: arguments.name.clone(), embed: !arguments.no_embed };
    files.check()?;
    let progress = Arc::new(Progress::new(global, &arguments.model));
    // The whole call begins here: schema, uploads, job and downloads share one deadline.
    let engine = engine(global, bounded(interrupt::context(global)?, &arguments).begin())?;
    let endpoint = bind(&engine, &arguments, &request, !arguments.dry_run && !arguments.help_model).await?;
    if arguments.help_model {
        progress.finish();
        ui::report(global, &SchemaReport::new(&*endpoint).into_help())?;
        return Ok(ExitCode::SUCCESS);
    }
    let engine = capped(&engine, &arguments);
    let (split, mut drafts) = prepare(&engine, &endpoint, request, &arguments).await?;
    engine.guard(&mut drafts).await.map_err(over_budget)?;
    if arguments.dry_run {
        let report = dry_run(&engine, &split, drafts).await;
        progress.finish();
        ui::report(global, &report)?;
        return Ok(ExitCode::SUCCESS);
    }
    files.prepare()?;
    let report = buy(&engine, split, drafts, &files, &progress).await?;
    progress.finish();
    ui::report(global, &report)?;
    Ok(ExitCode::SUCCESS)
}

/// The request, or the parts of its text, each prepared once: what is guarded and shown is what leaves.
async fn prepare(
    engine: &Mediagen,
    endpoint: &Arc<dyn Endpoint>,
    request: Request,
    arguments: &GenerateArgs,
) -> Result<(Split, Vec<Draft>)> {
    let characters = request.prompt.as_deref().map_or(0, |prompt| prompt.chars().count() as u64);
    let mut split = match arguments.split_text {
        Some(most) => Split::of(&**endpoint, request, most)?,
        None => Split::none(request),
    };
    let drafts = engine.prepare(endpoint, std::mem::take(&mut split.requests)).await;
    let drafts = drafts.map_err(|error| match arguments.split_text {
        Some(_) => error,
        None => split::hint(error, &**endpoint, characters),
    })?;
    Split::check(&drafts)?;
    // An alias is written down next to the model that it stood for.
    let (_, name) = engine.named(&arguments.model)?;
    let requested = |draft: Draft| if *name == *endpoint.spec().id.name { draft } else { draft.with_requested(name) };
    Ok((split, drafts.into_iter().map(requested).collect()))
}

async fn dry_run(engine: &Mediagen, split: &Split, mut drafts: Vec<Draft>) -> DryRunReport {
    let costs = engine.estimate(&mut drafts).await;
    match (&*drafts, &*costs) {
        ([one], [cost]) => {
            let head = Head::new("dry-run", one.prepared().endpoint());
            let mut report = DryRunReport::new(Some(head), one.plan(), cost.clone());
            report.notes.extend(split.notes.iter().cloned());
            report
        }
        _ => long_text::dry_run(split, &drafts, costs),
    }
}

async fn buy(
    engine: &Mediagen,
    split: Split,
    mut drafts: Vec<Draft>,
    files: &Files,
    progress: &Arc<Progress>,
) -> Result<GenerationReport> {
    if drafts.len() > 1 {
        return Ok(long_text::run(engine, &split, drafts, files, progress).await?.report);
    }
    let draft = drafts.pop().ok_or_else(|| Error::new(ErrorKind::Unexpected, "nothing was prepared"))?;
    let Generation { mut report, .. } = generate(engine, draft, files, progress).await?;
    report.notes.extend(split.notes);
    Ok(report)
}

/// The engine with the limit of the arguments.
pub(crate) fn capped(engine: &Mediagen, arguments: &GenerateArgs) -> Mediagen {
    let engine = engine.with_unknown_cost_allowed(arguments.allow_unknown_cost);
    match arguments.max_cost {
        Some(most) => engine.with_max_cost(most),
        None => engine,
    }
}

/// Names the flags that lift the limit.
pub(crate) fn over_budget(error: Error) -> Error {
    if error.kind() != ErrorKind::Budget {
        return error;
    }
    error.with_hint("request less, raise --max-cost, or run it at an unknown cost with --allow-unknown-cost")
}

/// Bounds the call as the arguments say.
fn bounded(cx: Context, arguments: &GenerateArgs) -> Context {
    let mut deadlines = cx.deadlines().clone();
    if let Some(start) = arguments.start_timeout {
        deadlines.start = seconds(start);
    }
    let Some(timeout) = arguments.timeout.map(seconds) else { return cx.with_deadlines(deadlines) };
    (deadlines.total, deadlines.run) = (timeout, timeout);
    if arguments.start_timeout.is_none() {
        deadlines.start = timeout;
    }
    cx.with_deadlines(deadlines).with_timeout(timeout)
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.min(1e9))
}
