//! Running other programs, each step named and timed.

use std::{ffi::OsStr, path::PathBuf, process::Command, time::Instant};

/// What a chore gives: nothing, or a sentence for the person who started it.
pub(crate) type Outcome = Result<(), String>;

/// Variables that hold a key for a service: no chore passes them on, so that no test can spend money.
const KEYS: &[&str] =
    &["FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "FAL_API_KEY", "FALAI_API_KEY", "OPENROUTER_API_KEY", "FAL_BASE_URL"];

/// Variables that keep tests on loopback: anything else goes to a proxy that is not there.
const FENCE: &[(&str, &str)] = &[
    ("HTTP_PROXY", "http://127.0.0.1:9"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("ALL_PROXY", "http://127.0.0.1:9"),
    ("NO_PROXY", "127.0.0.1,localhost,::1"),
];

/// Fences the tests that `command` runs in.
pub(crate) fn fenced(command: &mut Command) -> &mut Command {
    for (name, value) in FENCE {
        command.env(name, value).env(name.to_lowercase(), value);
    }
    command
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// A cargo command in the workspace's root, without any key in its environment.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = program(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(arguments);
    command
}

/// A command in the workspace's root, without any key in its environment.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
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
    let status =
        command.status().map_err(|e| format!("{name}: cannot start {}: {e}", command.get_program().display()))?;
    println!(
        "== {name}: {} after {:.0} s",
        if status.success() { "ok" } else { "FAILED" },
        begun.elapsed().as_secs_f64()
    );
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_123_tests_get_no_key_and_no_way_out() {
        let mut command = cargo(&["test"]);
        fenced(&mut command);
        let seen =
            |name: &str| command.get_envs().find(|(n, _)| *n == name).map(|(_, value)| value.map(ToOwned::to_owned));
        for key in KEYS {
            assert_eq!(seen(key), Some(None), "{key} is passed on");
        }
        assert_eq!(seen("HTTPS_PROXY"), Some(Some("http://127.0.0.1:9".into())));
        assert_eq!(seen("https_proxy"), Some(Some("http://127.0.0.1:9".into())));
    }
}
