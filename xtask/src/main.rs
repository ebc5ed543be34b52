//! Chores.

mod interop;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("interop") => interop::run(),
        _ => ExitCode::FAILURE,
    }
}
