//! The chores of mediagen. `cargo xtask` alone lists them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who started it")]

mod bench;
mod ci;
mod interop;
mod steps;
#[cfg(test)]
mod tidy;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test          every test, offline and without a key
cargo xtask ci            what .ci/run calls: format, clippy, tests, features, docs, interop, demo
cargo xtask interop       drive the emulator with fal's official clients (needs python3 and npm)
cargo xtask bench NAME    measure: generate, models, params, throughput (beside a bare reqwest loop),
                          transfer [down|up] (beside curl and fal's Python client)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", rest @ ..] => ci::test(rest),
        ["ci"] => ci::ci(),
        ["interop"] => return interop::run(),
        ["bench", words @ ..] => bench::run(words),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown chore `{}`\n{HELP}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
