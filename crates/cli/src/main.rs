//! The binary `mediagen`: a thin layer over the library of the same name.

mod args;
mod completions;
mod demo;
mod doctor;
mod emulate;
mod exit;
mod generate;
mod progress;
mod stats;
mod ui;

use args::{Cli, Command, Global};
use clap::Parser as _;
use mediagen::core::{Error, ErrorKind};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    trace(&cli.global);
    match run(cli) {
        Ok(code) => code,
        Err(Failure { global, error, job }) => {
            ui::failure(&global, &error, job.as_deref());
            exit::exit(&error)
        }
    }
}

/// A failure on its way to the person or script.
struct Failure {
    global: Global,
    error: Error,
    job: Option<String>,
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let Cli { global, command } = cli;
    if let Command::Completions { shell } = command {
        completions::print(shell);
        return Ok(ExitCode::SUCCESS);
    }
    let fail = |error| Failure { global: global.clone(), error, job: None };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| fail(Error::new(ErrorKind::Io, "cannot start the runtime").with_source(e)))?;
    let code = runtime.block_on(async {
        match command {
            Command::Demo(arguments) => demo::run(&global, &arguments).await.map_err(&fail),
            Command::Generate(arguments) => generate::run(&global, *arguments).await.map_err(|stopped| Failure {
                global: global.clone(),
                error: stopped.error,
                job: stopped.job,
            }),
            Command::Emulate(arguments) => emulate::run(&global, &arguments).await.map_err(&fail),
            Command::Doctor => doctor::run(&global).await.map_err(&fail),
            Command::Completions { .. } => Ok(ExitCode::SUCCESS),
        }
    });
    // A job of the runtime that is stuck in a system call must not keep the process.
    runtime.shutdown_background();
    code
}

/// A wrong command line: clap's own words for people, the error document for `--json`.
fn usage(error: &clap::Error) -> ExitCode {
    let asked_for_help = !error.use_stderr();
    if !asked_for_help && std::env::args().any(|argument| argument == "--json") {
        let message = error.to_string();
        let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let error = Error::new(ErrorKind::InvalidInput, first).with_hint("mediagen --help lists what is allowed");
        let global = Global { json: true, provider: String::new(), quiet: false, verbose: 0, no_progress: true };
        ui::failure(&global, &error, None);
    } else {
        // Nothing is left to tell when the terminal is gone.
        drop(error.print());
    }
    ExitCode::from(if asked_for_help { 0 } else { 2 })
}

/// Sends the library's traces to stderr: with `-v` what is done, with `-vv` every request.
fn trace(global: &Global) {
    let level = match global.verbose {
        0 => return,
        1 => tracing::Level::INFO,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(true).init();
}
