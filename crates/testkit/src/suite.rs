//! Trials: one for each kind and scenario.

use crate::{Capture, Harness, Scenario, Server, bench::Bench, checks};
use libtest_mimic::{Arguments, Trial};
use mediagen_core::ModelKind;
use std::{process::ExitCode, sync::Arc, time::Duration};

/// A trial that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs the suite with the arguments of a test binary: the whole `main` of a `tests/conformance.rs` with
/// `harness = false`.
pub fn main(harness: impl Harness) -> ExitCode {
    let arguments = Arguments::from_args();
    let harness: Arc<dyn Harness> = Arc::new(harness);
    let trials =
        trials(&harness).unwrap_or_else(|problem| vec![Trial::test("conformance::setup", move || Err(problem.into()))]);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The trials, named like `conformance::text-to-image::RateLimitedThenOk`; ignored where a scenario cannot happen.
///
/// # Errors
/// Text, when the provider cannot be connected or the loopback interface is closed.
pub fn trials(harness: &Arc<dyn Harness>) -> Result<Vec<Trial>, String> {
    let runtime = runtime()?;
    let mut trials = Vec::new();
    for kind in kinds(&runtime, harness)? {
        for &scenario in Scenario::ALL {
            let applies = runtime.block_on(async {
                let server = Server::start().await.map_err(|e| e.to_string())?;
                Ok::<_, String>(harness.mount(&server, kind, scenario).await)
            })?;
            let harness = Arc::clone(harness);
            let trial =
                Trial::test(format!("conformance::{kind}::{scenario:?}"), move || Ok(check(&harness, kind, scenario)?));
            trials.push(trial.with_ignored_flag(!applies));
        }
    }
    Ok(trials)
}

/// The kinds that the provider names, each of which has to be registered.
fn kinds(runtime: &tokio::runtime::Runtime, harness: &Arc<dyn Harness>) -> Result<Vec<ModelKind>, String> {
    runtime.block_on(async {
        let server = Server::start().await.map_err(|e| e.to_string())?;
        harness.mount(&server, ModelKind::TextToImage, Scenario::Succeeds).await;
        let provider = harness.connect(server.base()).map_err(|e| format!("connect: {e}"))?;
        let info = provider.info();
        let mut kinds = info.kinds.to_vec();
        kinds.sort_unstable();
        let registered = harness.registry().kinds(info.id.as_str());
        if kinds != registered {
            return Err(format!("the provider names the kinds {kinds:?}, and {registered:?} are registered"));
        }
        if kinds.is_empty() { Err("the provider has no kinds".into()) } else { Ok(kinds) }
    })
}

/// Runs one trial.
///
/// # Errors
/// What is wrong, as text. An error too when the harness cannot mount the scenario.
pub fn check(harness: &Arc<dyn Harness>, kind: ModelKind, scenario: Scenario) -> Result<(), String> {
    let capture = Capture::default();
    let _guard = capture.start();
    let harness = Arc::clone(harness);
    let tracing = capture.clone();
    runtime()?.block_on(async move {
        let trial = run(harness, kind, scenario, &tracing);
        tokio::time::timeout(PATIENCE, trial).await.unwrap_or_else(|_| Err("the trial hangs".into()))
    })
}

async fn run(harness: Arc<dyn Harness>, kind: ModelKind, scenario: Scenario, tracing: &Capture) -> Result<(), String> {
    let server = Server::start().await.map_err(|e| e.to_string())?;
    if !harness.mount(&server, kind, scenario).await {
        return Err(format!("{scenario:?} cannot happen at this provider"));
    }
    let bench = Bench::new(harness, kind, server).map_err(|e| format!("connect: {e}"))?;
    checks::run(&bench, scenario).await?;
    checks::discretion(&bench, scenario, tracing)
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())
}
