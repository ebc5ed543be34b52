//! The time of the mapping, by the crate's own benches.

use crate::steps::{Outcome, cargo, step};

/// Runs them.
pub(crate) fn run() -> Outcome {
    step("bench params", &mut cargo(&["bench", "-p", "mediagen-params"]))
}
