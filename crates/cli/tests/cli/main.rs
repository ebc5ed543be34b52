//! The binary as a person or script meets it: a process, its output, its exit code, and what the server saw.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

mod assets;
mod contract;
mod demo;
mod errors;
mod generate;
mod hostile;
mod interrupts;
mod long_text;
mod models;
mod price;
mod reading;
mod readme;
mod refusals;
mod schema;
mod secrets;
mod terminal;
mod uploads;
mod waiting;

use mediagen_emulator::fal::{Emulator, EmulatorConfig, RequestRecord};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output},
};

/// The key of every test; it must never be seen in any output.
const KEY: &str = "test-id-5f1c:test-secret-9a7b";

/// The home of the binary, in the folder of the test.
const HOME: &str = ".mediagen-home";

/// An emulator, a runtime to serve it, and a folder for files.
struct Rig {
    runtime: tokio::runtime::Runtime,
    emulator: Emulator,
    folder: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        Self::with(EmulatorConfig::default())
    }

    fn with(config: EmulatorConfig) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let emulator = runtime.block_on(Emulator::start(config)).unwrap();
        Self { runtime, emulator, folder: tempfile::tempdir().unwrap() }
    }

    /// `mediagen` with a clean environment that points to this emulator.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(arguments, self.folder.path());
        command.env("FAL_BASE_URL", self.emulator.base_url()).env("FAL_KEY", KEY);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Requests that reached the queue host, in order, as `METHOD kind`.
    fn queue(&self) -> Vec<String> {
        let requests = self.emulator.requests();
        requests.iter().filter(|r| r.path.starts_with("/queue")).map(|r| format!("{} {}", r.method, tail(r))).collect()
    }
}

fn tail(record: &RequestRecord) -> String {
    let path = record.path.trim_start_matches("/queue/");
    path.split_once("/requests/").map_or_else(
        || "submit".to_owned(),
        |(_, rest)| rest.split_once('/').map_or("result", |(_, rest)| rest).to_owned(),
    )
}

/// `mediagen` with a clean environment.
fn bare(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediagen"));
    command.args(arguments).current_dir(folder).env_clear();
    // Nothing of a test goes into the home of whoever runs it.
    command.env("MEDIAGEN_HOME", folder.join(HOME));
    // Optional tools are found through it.
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// What a run printed and how it ended.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Standard output as exactly one JSON document.
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.out.trim_end().lines().count(), 1, "not one document: {}\n{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    /// The error document of a run that ended with `code`.
    #[track_caller]
    fn error(&self, code: i32) -> Value {
        let document = self.json();
        assert_eq!(self.code, code, "{document}");
        assert_eq!(document["status"], "error");
        document["error"].clone()
    }

    /// The document of a run that went well.
    #[track_caller]
    fn good(&self) -> Value {
        let document = self.json();
        assert_eq!(self.code, 0, "{document}\n{}", self.err);
        document
    }
}
