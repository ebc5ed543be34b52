//! `mediagen models`: the whole catalogue, searched.

use crate::{
    args::{Global, ModelsArgs},
    interrupt,
    progress::Progress,
    report::{Found, ModelsReport},
    ui,
};
use mediagen::{
    core::{Context, Error, ErrorKind, Event, FieldProblem, MatchLevel, Money, Provider, Registry, Result, Settings},
    discovery::{Diff, Discovery, DiscoveryPolicy, Entry, Query, Refresh, config},
};
use std::{process::ExitCode, sync::Arc, time::Instant};
use url::Url;

/// Models shown to a person who names no limit.
const SHOWN: usize = 40;

/// Searches the catalogue, which is read when there is none, when it is old, and with `--refresh`.
pub(crate) async fn run(global: &Global, arguments: &ModelsArgs) -> Result<ExitCode> {
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect(&global.provider(), &Settings::new())?;
    let progress = Arc::new(Progress::new(global, &provider.info().id.to_string()));
    let seen = Arc::clone(&progress);
    let cx = interrupt::context(global)?.with_observer(move |event: &Event| seen.see(event));
    let found = find(&cx, registry, &provider, arguments).await?;
    progress.finish();
    let shown = arguments.limit.map_or(SHOWN, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    ui::report(global, &ModelsReport::new(found, arguments.refresh, shown))?;
    Ok(ExitCode::SUCCESS)
}

async fn find(cx: &Context, registry: Registry, provider: &Arc<dyn Provider>, arguments: &ModelsArgs) -> Result<Found> {
    let mut policy = DiscoveryPolicy::default();
    policy.schemas = arguments.schemas;
    let folder = config::folder_from_env(&**provider)?;
    let mut discovery = Discovery::new(Arc::clone(provider), folder, policy).with_registry(registry);
    if let Some(model) = config::language_model_from_env(language_base()?)?.filter(|_| !arguments.offline) {
        discovery = discovery.with_classifier(Arc::new(model));
    }
    let refresh = if arguments.offline {
        Refresh::Offline
    } else if arguments.refresh {
        Refresh::Force
    } else {
        Refresh::IfStale
    };
    let before = if arguments.refresh { discovery.catalogue(cx, Refresh::Offline).await.ok() } else { None };
    let listed = discovery.catalogue(cx, refresh).await?;
    let listed = discovery.with_kept_prices(cx, listed).await?;
    let begun = Instant::now();
    let found = listed.catalogue.find(&query(arguments));
    let (total, micros) = (found.len(), begun.elapsed().as_micros());
    tracing::info!(micros, total, "searched");
    let most = arguments.limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let mut entries: Vec<Entry> = found.into_iter().take(most).map(|entry| Entry::clone(entry)).collect();
    if arguments.prices {
        let names: Vec<String> = entries.iter().map(|entry| entry.id().name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut prices = discovery.prices(cx, &names).await?;
        for entry in &mut entries {
            entry.prices = prices.remove(&*entry.id().name).unwrap_or_default();
        }
    }
    let near = arguments.query.as_deref().filter(|_| entries.is_empty());
    let near = near.map_or_else(Vec::new, |query| listed.catalogue.nearest(query, 3));
    let diff = before.map(|before| Diff::between(&before.catalogue, &listed.catalogue));
    Ok(Found { listed, entries, total, diff, near })
}

/// Where the language model is when every service was moved under one address.
fn language_base() -> Result<Option<Url>> {
    let Some(base) = std::env::var("FAL_BASE_URL").ok().filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let base = format!("{}/openrouter", base.trim().trim_end_matches('/'));
    Url::parse(&base).map(Some).map_err(|e| {
        Error::new(ErrorKind::Config, format!("`{base}` is not a valid URL"))
            .with_field(FieldProblem::new("FAL_BASE_URL", e.to_string()))
    })
}

fn query(arguments: &ModelsArgs) -> Query {
    let mut query = Query::new();
    query.text.clone_from(&arguments.query);
    query.kind = arguments.kind;
    let level = if arguments.by_category { MatchLevel::Category } else { MatchLevel::Evidence };
    query.capability = arguments.capability.map(|capability| (capability, level));
    query.category.clone_from(&arguments.category);
    query.status.clone_from(&arguments.status);
    query.takes = arguments.takes.iter().map(|option| option.trim_start_matches('-').replace('-', "_")).collect();
    query.max_unit_price = arguments.max_price.map(Money::usd);
    // A state that is named is to be shown.
    query.deprecated = arguments.deprecated || arguments.status.is_some();
    query
}
