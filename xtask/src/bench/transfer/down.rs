//! Downloads.

use crate::steps::Outcome;

/// Nothing is measured yet.
pub(crate) fn run() -> Outcome {
    Err("downloads are not measured yet".into())
}
