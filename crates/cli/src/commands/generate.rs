//! `mediagen generate`.

use crate::{
    args::{GenerateArgs, Global},
    generate::{Files, Prices, Split, Stopped, Work, generate, long_text, request},
    interrupt,
    progress::Progress,
    report::{DryRunReport, Head, SchemaReport},
    ui,
};
use mediagen::core::{Deadlines, Error, ErrorKind, Estimate, Result, Settings};
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
    let spec = cx.bounded(provider.describe(&cx, &arguments.model)).await??;
    let kind = request::choose_kind(&spec, arguments.kind, &request);
    let endpoint = registry.bind(&provider, spec, kind)?;
    if arguments.help_model {
        progress.finish();
        ui::report(global, &SchemaReport::new(&*endpoint).into_help())?;
        return Ok(ExitCode::SUCCESS);
    }
    tracing::info!(model = &*endpoint.spec().id.name, %kind, "preparing");
    let prices = Prices::kept(&provider);
    let work = Work { provider: &provider, endpoint: &endpoint, name: &arguments.model, cx: &cx, prices: &prices };
    let is_split = arguments.split_text.is_some();
    let characters = request.prompt.as_deref().map_or(0, |prompt| prompt.chars().count() as u64);
    let split = match arguments.split_text {
        Some(most) => Split::of(&*endpoint, request, most)?,
        None => Split::none(request),
    };
    let hint = |error| if is_split { error } else { long_text::hint(error, &*endpoint, characters) };
    // Everything is prepared once, here: what is guarded and shown is what leaves.
    let prepared = work.prepare(&split.requests).await.map_err(hint)?;
    split.check(&prepared)?;
    if let Some(most) = arguments.max_cost {
        work.guard(&prepared, most).await?;
    }
    if arguments.dry_run {
        let costs: Vec<Estimate> = work.costs(&prepared).await.into_iter().map(|cost| cost.estimate).collect();
        progress.finish();
        let report = match (&*prepared, &*costs) {
            ([one], [cost]) => {
                let head = Head::new("dry-run", &endpoint);
                let mut report = DryRunReport::new(Some(head), one.plan(), cost.clone());
                report.notes.extend(split.notes);
                report
            }
            _ => long_text::dry_run(&work, &split, &prepared, costs),
        };
        ui::report(global, &report)?;
        return Ok(ExitCode::SUCCESS);
    }
    files.prepare()?;
    let generation = if split.is_split() {
        long_text::run(&work, &split, prepared, &files, &progress).await?
    } else {
        let mut made = None;
        for (one, request) in prepared.into_iter().zip(&split.requests) {
            made = Some(generate(&work, one, request, &files, &progress).await?);
        }
        let mut made = made.ok_or_else(|| Error::new(ErrorKind::Unexpected, "nothing was prepared"))?;
        made.report.notes.extend(split.notes);
        made
    };
    progress.finish();
    ui::report(global, &generation.report)?;
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
