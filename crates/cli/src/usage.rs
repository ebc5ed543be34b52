//! A wrong command line, reported like every other error.

use crate::args::{Cli, Global};
use clap::{
    CommandFactory as _,
    error::{ContextKind, ContextValue},
};
use mediagen::core::{Error, ErrorKind, FieldProblem, ProblemCode};
use std::process::ExitCode;

/// Clap's own words for people, the error document for `--json`; help and version are not errors.
pub(crate) fn exit(error: &clap::Error) -> ExitCode {
    let asked_for_help = !error.use_stderr();
    // Arguments may be any bytes; what is not text is not `--json`.
    let arguments: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    if !asked_for_help && arguments.iter().take_while(|a| *a != "--").any(|a| a == "--json") {
        let global = Global { json: true, provider: None, quiet: false, verbose: 0, no_progress: true };
        crate::exit::failure(&global, &described(error, &help_of(&arguments)));
    } else {
        // Nothing is left to report when the terminal is gone.
        drop(error.print());
    }
    ExitCode::from(if asked_for_help { 0 } else { 2 })
}

/// The error with its arguments as fields, what is allowed in its message, and clap's tip as its hint.
fn described(error: &clap::Error, help: &str) -> Error {
    let text = error.render().to_string();
    let mut message = Vec::new();
    let mut hint = None;
    for line in text.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more")) {
        let line = line.trim().trim_start_matches("error: ");
        match line.strip_prefix("tip: ") {
            Some(tip) => hint = Some(tip.to_owned()),
            None if line.is_empty() => {}
            None => message.push(line.to_owned()),
        }
    }
    let hint = hint.unwrap_or_else(|| format!("`{help}` lists what is allowed"));
    let (what, code) = problem(error);
    let fields = arguments(error).into_iter().map(|name| FieldProblem::new(name, what).with_code(code.clone()));
    Error::new(ErrorKind::InvalidInput, message.join(" ")).with_hint(hint).with_fields(fields)
}

/// Names of the arguments that the error is about, as a batch line spells them: `size` for `--size <WxH>`.
fn arguments(error: &clap::Error) -> Vec<String> {
    let name = |text: &str| {
        let word = text.split([' ', '=', '[']).next().unwrap_or_default();
        word.trim_start_matches('-').trim_matches(['<', '>']).replace('-', "_")
    };
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => vec![name(argument)],
        Some(ContextValue::Strings(arguments)) => arguments.iter().map(|argument| name(argument)).collect(),
        _ => Vec::new(),
    }
}

fn problem(error: &clap::Error) -> (&'static str, ProblemCode) {
    use clap::error::ErrorKind as Clap;
    match error.kind() {
        Clap::MissingRequiredArgument => ("required", ProblemCode::Missing),
        Clap::UnknownArgument => ("not known", ProblemCode::Unknown),
        Clap::ArgumentConflict => ("given twice", ProblemCode::Conflict),
        Clap::InvalidValue => ("not valid", ProblemCode::Choice),
        _ => ("not valid", ProblemCode::Type),
    }
}

/// How to ask for help on the command that was named.
fn help_of(arguments: &[String]) -> String {
    let root = Cli::command();
    let named = arguments.iter().find(|argument| root.get_subcommands().any(|c| c.get_name() == *argument));
    named.map_or_else(|| "mediagen --help".to_owned(), |name| format!("mediagen {name} --help"))
}
