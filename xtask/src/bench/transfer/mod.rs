//! Large files to and from the emulator, beside other programs in the same run.

mod down;
mod up;

use crate::steps::Outcome;

/// `down`, `up`, or both in turn; both are measured even when the first is above a limit.
pub(crate) fn run(which: &[&str]) -> Outcome {
    match which {
        [] => {
            let (down, up) = (down::run(), up::run());
            down.and(up)
        }
        ["down"] => down::run(),
        ["up"] => up::run(),
        _ => Err("`bench transfer` takes `down`, `up` or nothing".into()),
    }
}
