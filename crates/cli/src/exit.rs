//! How a failure ends the process: its report and its exit code.

use crate::{
    args::Global,
    report::ErrorReport,
    ui::{self, plain},
};
use console::{Style, StyledObject};
use mediagen::core::{Deadline, Dispatch, Error, ErrorKind};
use std::{borrow::Cow, io::Write as _, process::ExitCode};

/// The code that the contract gives to `error`.
pub(crate) fn code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Config if error.fields().iter().any(|f| f.path == "key") => 3,
        ErrorKind::Unauthenticated
        | ErrorKind::PermissionDenied
        | ErrorKind::AccountLocked
        | ErrorKind::QuotaExceeded => 3,
        ErrorKind::InvalidInput | ErrorKind::NotFound if error.dispatch() == Dispatch::Answered => 4,
        ErrorKind::ContentRejected | ErrorKind::JobFailed => 4,
        ErrorKind::SubmitUnknown => 7,
        ErrorKind::Cancelled => 130,
        ErrorKind::Config
        | ErrorKind::InvalidInput
        | ErrorKind::NotFound
        | ErrorKind::KindMismatch
        | ErrorKind::Unsupported
        | ErrorKind::NoProvider
        | ErrorKind::Budget
        | ErrorKind::InputChanged
        | ErrorKind::InputGone
        | ErrorKind::PlanTooNew => 2,
        _ => 5,
    }
}

/// [`code`] as the process gives it.
pub(crate) fn exit(error: &Error) -> ExitCode {
    ExitCode::from(code(error))
}

/// Prints a failure: the document on stdout with `--json`, otherwise the sentence on stderr.
pub(crate) fn failure(global: &Global, error: &Error) {
    let hint = hint(error);
    let document = ErrorReport::new(error, hint.as_deref());
    if global.json && ui::json(&document).and_then(|text| ui::print(format!("{text}\n").as_bytes())).is_ok() {
        return;
    }
    // Nothing is left to report when stderr is gone.
    drop(writeln!(std::io::stderr(), "{}", lines(error, hint.as_deref())));
}

fn lines(error: &Error, hint: Option<&str>) -> String {
    let mut lines = vec![format!("{} {}", label("error:", Style::new().red().bold()), plain(&error.to_string()))];
    lines.extend(error.causes().map(|cause| format!("  because: {}", plain(&cause.to_string()))));
    lines.extend(hint.map(|hint| format!("  {} {}", label("hint:", Style::new().cyan()), plain(hint))));
    lines.join("\n")
}

fn label(text: &'static str, paint: Style) -> StyledObject<&'static str> {
    paint.for_stderr().apply_to(text)
}

/// What to do about it: the error's own hint, or what helps against its kind.
fn hint(error: &Error) -> Option<Cow<'_, str>> {
    if let Some(hint) = error.hint() {
        return Some(hint.into());
    }
    let general = match error.kind() {
        ErrorKind::Timeout(Deadline::Start) => "allow more with --start-timeout, or use another model",
        ErrorKind::Timeout(Deadline::Run | Deadline::Total) => "allow more with --timeout",
        ErrorKind::Unavailable | ErrorKind::Timeout(Deadline::Request) if error.request_id().is_none() => {
            "`mediagen doctor` shows which hosts can be reached"
        }
        ErrorKind::Unavailable => "the provider knows the job by its request id, and may still finish it",
        _ => return None,
    };
    Some(general.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen::core::FieldProblem;

    #[test]
    fn every_class_has_the_code_of_the_contract() {
        let table = [
            (Error::new(ErrorKind::InvalidInput, "x"), 2),
            (Error::new(ErrorKind::InvalidInput, "x").with_dispatch(Dispatch::Answered), 4),
            (Error::new(ErrorKind::Config, "x"), 2),
            (Error::new(ErrorKind::Config, "x").with_field(FieldProblem::new("key", "missing")), 3),
            (Error::new(ErrorKind::Budget, "x"), 2),
            (Error::new(ErrorKind::AccountLocked, "x"), 3),
            (Error::new(ErrorKind::ContentRejected, "x"), 4),
            (Error::new(ErrorKind::Timeout(Deadline::Run), "x"), 5),
            (Error::new(ErrorKind::Transfer, "x"), 5),
            (Error::new(ErrorKind::SubmitUnknown, "x"), 7),
            (Error::new(ErrorKind::Cancelled, "x"), 130),
        ];
        for (error, expected) in table {
            assert_eq!(code(&error), expected, "{:?}", error.kind());
        }
    }
}
