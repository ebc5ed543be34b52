//! Trials: one for each kind and scenario.

use crate::{Capture, Harness, Scenario, Server, bench::Bench, checks};
use libtest_mimic::{Arguments, Trial};
use mediagen_core::{BoxFuture, Kind, KindVisitor, ModelKind};
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

/// The kinds that the provider says it has.
fn kinds(runtime: &tokio::runtime::Runtime, harness: &Arc<dyn Harness>) -> Result<Vec<ModelKind>, String> {
    runtime.block_on(async {
        let server = Server::start().await.map_err(|e| e.to_string())?;
        harness.mount(&server, ModelKind::TextToImage, Scenario::Succeeds).await;
        let provider = harness.connect(server.base()).map_err(|e| format!("connect: {e}"))?;
        let kinds = provider.caps().kinds;
        if kinds.is_empty() { Err("the provider says that it has no kinds".into()) } else { Ok(kinds) }
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
        let trial = kind.visit(Run { harness, scenario, tracing });
        tokio::time::timeout(PATIENCE, trial).await.unwrap_or_else(|_| Err("the trial hangs".into()))
    })
}

struct Run {
    harness: Arc<dyn Harness>,
    scenario: Scenario,
    tracing: Capture,
}

impl KindVisitor for Run {
    type Out = BoxFuture<'static, Result<(), String>>;

    fn visit<K: Kind>(self) -> Self::Out {
        Box::pin(async move {
            let server = Server::start().await.map_err(|e| e.to_string())?;
            if !self.harness.mount(&server, K::KIND, self.scenario).await {
                return Err(format!("{:?} cannot happen at this provider", self.scenario));
            }
            let bench = Bench::new(self.harness, server).map_err(|e| format!("connect: {e}"))?;
            checks::run::<K>(&bench, self.scenario).await?;
            checks::discretion(&bench, self.scenario, &self.tracing)
        })
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())
}
