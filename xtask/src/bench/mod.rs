//! Measurements, each beside its limit in the same run.

mod generate;
mod measure;
mod models;
mod params;
mod throughput;
mod transfer;

use crate::steps::Outcome;

/// Runs the bench `words[0]` with the rest of the words.
pub(crate) fn run(words: &[&str]) -> Outcome {
    match words {
        ["generate"] => generate::run(),
        ["models"] => models::run(),
        ["params"] => params::run(),
        ["throughput"] => throughput::run(),
        ["transfer", which @ ..] => transfer::run(which),
        _ => Err("there are `bench generate`, `models`, `params`, `throughput` and `transfer [down|up]`".into()),
    }
}
