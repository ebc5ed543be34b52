//! The document of a failure.

use mediagen::core::{Error, Expected, FieldProblem, ProblemCode};
use serde::Serialize;

/// What `--json` prints for a failure.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorReport<'a> {
    status: &'static str,
    error: Failure<'a>,
}

#[derive(Debug, Serialize)]
struct Failure<'a> {
    kind: &'static str,
    message: String,
    fields: Vec<Field<'a>>,
    request_id: Option<&'a str>,
    /// Our own id.
    job: Option<&'a str>,
    http_status: Option<u16>,
    retry: &'static str,
    dispatch: &'static str,
    hint: Option<&'a str>,
}

/// A field that is wrong, with the flags that mend it.
#[derive(Debug, Serialize)]
struct Field<'a> {
    path: &'a str,
    code: Option<&'a ProblemCode>,
    message: &'a str,
    give: Vec<String>,
    drop: Vec<String>,
    expected: Option<&'a Expected>,
}

impl<'a> ErrorReport<'a> {
    pub(crate) fn new(error: &'a Error, hint: Option<&'a str>) -> Self {
        let job = error.context().iter().find(|(name, _)| *name == "job").map(|(_, job)| job.as_str());
        Self {
            status: "error",
            error: Failure {
                kind: error.kind().as_str(),
                message: message(error),
                fields: error.fields().iter().map(Field::from).collect(),
                request_id: error.request_id(),
                job,
                http_status: error.http_status(),
                retry: error.retry().as_str(),
                dispatch: error.dispatch().as_str(),
                hint,
            },
        }
    }
}

impl<'a> From<&'a FieldProblem> for Field<'a> {
    fn from(problem: &'a FieldProblem) -> Self {
        Self {
            path: &problem.path,
            code: problem.code.as_ref(),
            message: &problem.message,
            give: problem.give.iter().map(|option| flag(option)).collect(),
            drop: problem.drop.iter().map(|option| flag(option)).collect(),
            expected: problem.expected.as_ref(),
        }
    }
}

/// How the command line spells an option or role, or a field of the model's own (`extra.NAME`).
fn flag(option: &str) -> String {
    match option.strip_prefix("extra.") {
        Some(name) => format!("-P {name}"),
        None if option == "prompt" => "PROMPT".to_owned(),
        None => format!("--{}", option.replace('_', "-")),
    }
}

/// The sentence with its first cause behind it; on a terminal each cause has a line of its own.
fn message(error: &Error) -> String {
    let message = error.to_string();
    match error.causes().last().map(ToString::to_string) {
        Some(cause) if !message.contains(&cause) => format!("{message}: {cause}"),
        _ => message,
    }
}
