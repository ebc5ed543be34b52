//! What the measurements share: times, medians, and an emulator to measure against.

use crate::steps::program;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
    time::Instant,
};

pub(crate) fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// An emulator in a process of its own, as a user would start it.
pub(crate) struct Served {
    child: Child,
    pub(crate) base: String,
}

impl Served {
    pub(crate) fn start() -> Result<Self, String> {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[String]) -> Result<Self, String> {
        let mut command = program("target/release/mediagen");
        command.args(["emulate", "--port", "0", "--json"]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|e| e.to_string())?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or("no output")?;
        BufReader::new(out).read_line(&mut line).map_err(|e| e.to_string())?;
        let document: Value = serde_json::from_str(&line).map_err(|e| format!("emulate said `{line}`: {e}"))?;
        let base = document["base_url"].as_str().ok_or("emulate gives no address")?.to_owned();
        Ok(Self { child, base })
    }

    pub(crate) fn stats(&self) -> Result<Value, String> {
        self.control("GET", "stats", "")
    }

    /// What the emulator's own route `path` answers.
    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> Result<Value, String> {
        let host = self.base.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).map_err(|e| e.to_string())?;
        let length = body.len();
        let request =
            format!("{method} /__emulator/{path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}");
        socket.write_all(request.as_bytes()).map_err(|e| e.to_string())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).map_err(|e| e.to_string())?;
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
