//! Exit codes, and the error document.

use mediagen::core::{Deadline, Dispatch, Error, ErrorKind, FieldProblem};
use serde_json::{Value, json};
use std::{borrow::Cow, process::ExitCode};

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

/// The error document of `--json`; `job` is ours.
pub(crate) fn document(error: &Error, job: Option<&str>) -> Value {
    let fields: Vec<Value> = error.fields().iter().map(field).collect();
    json!({"status": "error", "error": {
        "kind": error.kind().as_str(),
        "message": message(error),
        "fields": fields,
        "request_id": error.request_id(),
        "job": job,
        "http_status": error.http_status(),
        "retry": error.retry().as_str(),
        "dispatch": error.dispatch().as_str(),
        "hint": hint(error),
    }})
}

/// One field that is wrong, with the flags that mend it.
fn field(problem: &FieldProblem) -> Value {
    let flags = |options: &[String]| options.iter().map(|option| flag(option)).collect::<Vec<_>>();
    json!({
        "path": problem.path,
        "code": problem.code,
        "message": problem.message,
        "give": flags(&problem.give),
        "drop": flags(&problem.drop),
        "expected": problem.expected,
    })
}

/// How the command line spells an option or role, or a field of the model's own (`extra.NAME`).
fn flag(option: &str) -> String {
    match option.strip_prefix("extra.") {
        Some(name) => format!("-P {name}"),
        None if option == "prompt" => "PROMPT".to_owned(),
        None => format!("--{}", option.replace('_', "-")),
    }
}

/// The sentence with its first cause behind it, which people are told in lines of their own.
fn message(error: &Error) -> String {
    let message = error.to_string();
    match error.causes().last().map(ToString::to_string) {
        Some(cause) if !message.contains(&cause) => format!("{message}: {cause}"),
        _ => message,
    }
}

/// What to do about it: the error's own hint, or what helps against its kind.
pub(crate) fn hint(error: &Error) -> Option<Cow<'_, str>> {
    if let Some(hint) = error.hint() {
        return Some(hint.into());
    }
    let general = match error.kind() {
        ErrorKind::Timeout(Deadline::Start) => "allow more with --start-timeout, or ask another model",
        ErrorKind::Timeout(Deadline::Run | Deadline::Total) => "allow more with --timeout",
        ErrorKind::Unavailable | ErrorKind::Timeout(Deadline::Request) if error.request_id().is_none() => {
            "`mediagen doctor` tells which hosts can be reached"
        }
        ErrorKind::Unavailable => "the job is known to the provider by its request id; its result may come yet",
        _ => return None,
    };
    Some(general.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_the_code_of_the_contract() {
        let table = [
            (Error::new(ErrorKind::InvalidInput, "x"), 2),
            (Error::new(ErrorKind::InvalidInput, "x").with_dispatch(Dispatch::Answered), 4),
            (Error::new(ErrorKind::Config, "x"), 2),
            (Error::new(ErrorKind::Config, "x").with_field(FieldProblem::new("key", "missing")), 3),
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
