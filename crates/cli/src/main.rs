//! The binary `mediagen`: a thin layer over the library of the same name.

mod args;
mod commands;
mod engine;
mod exit;
mod generate;
mod interrupt;
mod progress;
mod report;
mod ui;
mod usage;

use args::{Cli, Command, Global};
use clap::Parser as _;
use mediagen::core::{Error, ErrorKind, Result};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::exit(&error),
    };
    let Cli { global, command } = cli;
    trace(&global);
    match run(&global, command) {
        Ok(code) => code,
        Err(error) => {
            exit::failure(&global, &error);
            exit::exit(&error)
        }
    }
}

fn run(global: &Global, command: Command) -> Result<ExitCode> {
    if let Command::Completions { shell } = command {
        return commands::completions::print(shell).map(|()| ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Error::new(ErrorKind::Io, "cannot start the runtime").with_source(e))?;
    let code = runtime.block_on(async {
        match command {
            #[cfg(feature = "emulate")]
            Command::Demo(arguments) => commands::demo::run(global, &arguments).await,
            Command::Generate(arguments) => Box::pin(commands::generate::run(global, *arguments)).await,
            Command::Schema(arguments) => commands::schema::run(global, &arguments).await,
            Command::Price(arguments) => Box::pin(commands::price::run(global, *arguments)).await,
            Command::Models(arguments) => commands::models::run(global, &arguments).await,
            Command::Upload(arguments) => commands::upload::run(global, &arguments).await,
            Command::Assets { command } => commands::assets::run(global, &command).await,
            #[cfg(feature = "emulate")]
            Command::Emulate(arguments) => commands::emulate::run(global, &arguments).await,
            Command::Doctor => commands::doctor::run(global).await,
            Command::Completions { .. } => Ok(ExitCode::SUCCESS),
        }
    });
    // A job of the runtime that is stuck in a system call must not keep the process.
    runtime.shutdown_background();
    code
}

/// Sends the library's traces to stderr: with `-v` what is done, with `-vv` every request, with `-vvv` all there is.
fn trace(global: &Global) {
    let level = match global.verbose {
        0 => return,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(true);
    log.with_ansi(console::colors_enabled_stderr()).init();
}
