//! Large files to and from the emulator, beside other programs in the same run.

mod down;
mod up;

use crate::steps::{Outcome, program};

/// Whether `name` does not start, which is said: then a half is not measured here.
fn missing(half: &str, name: &str) -> bool {
    let found = program(name).arg("--version").stdout(std::process::Stdio::null()).status();
    let missing = !found.is_ok_and(|status| status.success());
    if missing {
        println!("bench transfer {half}: skipped, `{name}` does not start here");
    }
    missing
}

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
