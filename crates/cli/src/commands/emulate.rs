//! `mediagen emulate`.

use crate::{
    args::{EmulateArgs, Global},
    report::ListeningReport,
    ui,
};
use mediagen::core::{Error, ErrorKind, Result};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, catalogue::Catalogue};
use std::process::ExitCode;

/// Serves until interrupted.
pub(crate) async fn run(global: &Global, arguments: &EmulateArgs) -> Result<ExitCode> {
    let mut catalogue = Catalogue::builtin();
    if let Some(path) = &arguments.catalog {
        catalogue.extend_from_file(path).map_err(|e| {
            Error::new(ErrorKind::InvalidInput, e.to_string())
                .with_source(e)
                .with_hint("--catalog takes one JSON object per line, with `endpoint_id`, `metadata` and `openapi`")
        })?;
    }
    let mut config = EmulatorConfig::default();
    config.port = arguments.port;
    config.catalogue = catalogue;
    let endpoints = config.catalogue.iter().count();
    let emulator = start(config).await?;
    ui::report(global, &ListeningReport::new(emulator.base_url().clone(), endpoints))?;
    let interrupted = tokio::signal::ctrl_c().await;
    drop(emulator);
    interrupted
        .map(|()| ExitCode::SUCCESS)
        .map_err(|e| Error::new(ErrorKind::Io, "cannot wait for Ctrl-C").with_source(e))
}

/// Starts an emulator.
pub(crate) async fn start(config: EmulatorConfig) -> Result<Emulator> {
    let port = config.port;
    Emulator::start(config).await.map_err(|e| {
        Error::new(ErrorKind::Config, format!("the emulator cannot listen on 127.0.0.1:{port}"))
            .with_source(e)
            .with_hint("choose another port with --port, or 0 for a free one")
    })
}
