//! What the measurements share: times, medians, and an emulator to measure against.

use crate::steps::program;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long a server may take to answer a question about itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server in a process of its own, which prints where it is reached in its first line.
pub(crate) struct Served {
    child: Child,
    pub(crate) base: String,
}

impl Served {
    /// The emulator, as a user would start it.
    pub(crate) fn start() -> Result<Self, String> {
        Self::start_with(&[])
    }

    /// The emulator with `arguments`.
    pub(crate) fn start_with(arguments: &[String]) -> Result<Self, String> {
        let mut command = program("target/release/mediagen");
        command.args(["emulate", "--port", "0", "--json"]).args(arguments);
        let mut served = Self::of(command)?;
        let document: Value =
            serde_json::from_str(&served.base).map_err(|e| format!("emulate said `{}`: {e}", served.base))?;
        document["base_url"].as_str().ok_or("emulate gives no address")?.clone_into(&mut served.base);
        Ok(served)
    }

    /// The server that `command` starts; its base is the first line that it prints.
    pub(crate) fn of(mut command: Command) -> Result<Self, String> {
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let out = child.stdout.take().ok_or("no output")?;
        let mut served = Self { child, base: String::new() };
        BufReader::new(out).read_line(&mut served.base).map_err(|e| e.to_string())?;
        served.base.truncate(served.base.trim_end().len());
        Ok(served)
    }

    pub(crate) fn stats(&self) -> Result<Value, String> {
        self.control("GET", "stats", "")
    }

    /// What the emulator's own route `path` answers.
    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> Result<Value, String> {
        self.ask(method, &format!("/__emulator/{path}"), body)
    }

    /// The JSON that `path` answers.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, String> {
        let failed = |e: std::io::Error| format!("{path}: {e}");
        let host = self.base.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).map_err(failed)?;
        socket.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        let length = body.len();
        let request = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}");
        socket.write_all(request.as_bytes()).map_err(failed)?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).map_err(failed)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("{path}: no answer"))?;
        serde_json::from_str(body).map_err(|e| format!("{path}: {e}"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
