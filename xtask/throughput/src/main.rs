//! Both sides of `cargo xtask bench throughput`, each in a process of its own so that their work is counted apart.
//!
//! `serve` prints its address and answers instant jobs; `ours` and `bare` make generations against it and print how long
//! they took, and how much of the processor's time.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is read by the chore that starts it")]

mod bare;
mod load;
mod ours;
mod serve;

use std::{error::Error, process::ExitCode};

/// What goes wrong here is printed and ends the measurement.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The endpoint that is called.
const MODEL: &str = "fal-ai/flux/dev";
/// The text of every request.
const PROMPT: &str = "a lighthouse at dusk";
/// The key that is sent; the server does not check it.
const KEY: &str = "bench:bench";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask-throughput: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    // One thread on each side: where the processor's time is what limits, more would only blur it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match words {
        ["serve"] => runtime.block_on(serve::serve()),
        [client @ ("ours" | "bare"), base, at_once, generations] => {
            let load = load::Load { at_once: at_once.parse()?, generations: generations.parse()? };
            let measured = match *client {
                "ours" => runtime.block_on(ours::measure(base, load)),
                _ => runtime.block_on(bare::measure(base, load)),
            };
            println!("{}", measured?);
            Ok(())
        }
        _ => Err("`serve`, or `ours|bare BASE AT_ONCE GENERATIONS`".into()),
    }
}
