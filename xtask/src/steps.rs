//! Running other programs, each step named and timed.

use std::{
    path::PathBuf,
    process::Command,
    time::Instant,
};

/// What a chore gives: nothing, or a sentence for the person who started it.
pub(crate) type Outcome = Result<(), String>;

/// Variables that hold a key for a service: no chore passes them on, so that no test can spend money.
const KEYS: &[&str] =
    &["FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "FAL_API_KEY", "FALAI_API_KEY", "OPENROUTER_API_KEY", "FAL_BASE_URL"];

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// A cargo command in the workspace's root, without any key in its environment.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(arguments);
    command
}

/// A command in the workspace's root, without any key in its environment.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    for key in KEYS {
        command.env_remove(key);
    }
    command
}

/// Runs `command` as the step `name`, with its output passed through.
pub(crate) fn step(name: &str, command: &mut Command) -> Outcome {
    println!("== {name}");
    let begun = Instant::now();
    let status = command.status().map_err(|e| format!("{name}: cannot start {}: {e}", command.get_program().display()))?;
    println!("== {name}: {} after {:.0} s", if status.success() { "ok" } else { "FAILED" }, begun.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})")) }
}
