//! Instant jobs in a loop: the library beside a bare reqwest loop that makes the same three requests, against one neutral
//! server, in turns.

use super::measure::{Served, median};
use crate::steps::{Outcome, cargo, program, step};
use serde_json::Value;
use std::process::Command;

/// How many generations run at once, and how many are made in each turn.
const LOADS: [(u64, u64); 3] = [(1, 2_000), (16, 5_000), (64, 5_000)];
/// Turns of each client under each load.
const TURNS: usize = 7;
/// The load that the limits hold for.
const LIMITED: u64 = 64;
/// What a generation may take of the processor's time, as a multiple of the bare loop's.
const CPU_LIMIT: f64 = 1.5;
/// How many generations a second there must be, as a share of the bare loop's.
const RATE_LIMIT: f64 = 0.7;

/// Builds both sides and measures them.
pub(crate) fn run() -> Outcome {
    step("release build", &mut cargo(&["build", "--release", "-p", "xtask-throughput"]))?;
    let server = Server::start()?;
    println!("{TURNS} turns each; medians; the ratio is the median of the turns' ratios, ours to the bare loop");
    println!("at once            generations/s               CPU us/generation");
    println!("                 ours      bare   ratio       ours      bare   ratio");
    let mut is_good = true;
    for (at_once, generations) in LOADS {
        let mut turns = Vec::new();
        for _ in 0..TURNS {
            turns.push([server.turn("ours", at_once, generations)?, server.turn("bare", at_once, generations)?]);
        }
        let column = |value: &dyn Fn(&[Turn; 2]) -> f64| median(turns.iter().map(value).collect());
        let (rate, cpu) = (column(&|[ours, bare]| ours.rate / bare.rate), column(&|[ours, bare]| ours.cpu / bare.cpu));
        println!(
            "{at_once:7} {:13.0} {:9.0} {rate:7.2} {:10.0} {:9.0} {cpu:7.2}",
            column(&|turn| turn[0].rate),
            column(&|turn| turn[1].rate),
            column(&|turn| turn[0].cpu),
            column(&|turn| turn[1].cpu),
        );
        is_good &= at_once != LIMITED || (rate >= RATE_LIMIT && cpu <= CPU_LIMIT);
    }
    println!("limits at {LIMITED} {RATE_LIMIT:26.2} {CPU_LIMIT:28.2}");
    if is_good { Ok(()) } else { Err("beyond a limit".into()) }
}

/// What one client measured in one turn.
struct Turn {
    rate: f64,
    cpu: f64,
}

/// The neutral server.
struct Server(Served);

impl Server {
    fn start() -> Result<Self, String> {
        Served::of(side(&["serve"])).map(Self)
    }

    /// One client's turn, which has to make three requests for each generation and no more.
    fn turn(&self, client: &str, at_once: u64, generations: u64) -> Result<Turn, String> {
        let before = self.counts()?;
        let words = [client, &self.0.base, &at_once.to_string(), &generations.to_string()];
        let output = side(&words).output().map_err(|e| e.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let made: Vec<u64> = self.counts()?.iter().zip(before).map(|(after, before)| after - before).collect();
        if made.iter().any(|count| *count != made[0] || *count < generations) {
            return Err(format!("{client} submitted, asked for the status and for the result {made:?} times"));
        }
        let document: Value = serde_json::from_slice(&output.stdout).map_err(|e| format!("not a document: {e}"))?;
        let number = |key: &str| document[key].as_f64().ok_or_else(|| format!("{client} does not say `{key}`"));
        Ok(Turn { rate: number("per_second")?, cpu: number("cpu_us")? })
    }

    /// Submissions, questions about the status, and results so far.
    fn counts(&self) -> Result<Vec<u64>, String> {
        serde_json::from_value(self.0.ask("GET", "/counts", "")?).map_err(|e| format!("counts: {e}"))
    }
}

fn side(words: &[&str]) -> Command {
    let mut command = program("target/release/xtask-throughput");
    command.args(words);
    command
}
