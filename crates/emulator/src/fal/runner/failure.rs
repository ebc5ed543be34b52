//! Refusals and failures of a model in fal's own words (protocol 5.1, 5.2).

use crate::work::{Failure, Problem};
use serde_json::{Map, Value, json};

/// Where every entry of this crate says its type is explained.
const DOCUMENTATION: &str = "https://docs.fal.ai/errors/#";
/// Offending values longer than this (as JSON) are not repeated in the answer.
const MAX_INPUT: usize = 2000;

/// A refusal or failure of the model itself.
#[derive(Debug, Clone)]
pub(crate) struct ModelError {
    /// HTTP status of the result, mostly 422.
    pub(crate) status: u16,
    /// Mostly `{"detail": [...]}`.
    pub(crate) body: Value,
    /// For the `X-Fal-Retryable` header.
    pub(crate) retryable: bool,
}

impl ModelError {
    /// A refusal that says nothing about trying again.
    pub(super) fn refusal(status: u16, body: Value) -> Self {
        Self { status, body, retryable: false }
    }
}

impl From<Failure> for ModelError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(problems) => {
                let detail: Vec<_> = problems.into_iter().map(entry).collect();
                Self::refusal(422, json!({ "detail": detail }))
            }
            Failure::Broken(why) => {
                let entry = members(Vec::new(), "internal_server_error", &why);
                Self { status: 500, body: json!({ "detail": [entry] }), retryable: true }
            }
        }
    }
}

/// One entry of `detail`.
fn entry(problem: Problem) -> Map<String, Value> {
    let mut entry = members(problem.loc, problem.kind, &problem.msg);
    if let Some(ctx) = problem.ctx {
        entry.insert("ctx".to_owned(), ctx);
    }
    if problem.input.to_string().len() <= MAX_INPUT {
        entry.insert("input".to_owned(), problem.input);
    }
    entry
}

/// What every entry has.
fn members(loc: Vec<Value>, kind: &str, msg: &str) -> Map<String, Value> {
    let mut path = vec![json!("body")];
    path.extend(loc);
    let mut entry = Map::new();
    entry.insert("loc".to_owned(), Value::Array(path));
    entry.insert("msg".to_owned(), json!(msg));
    entry.insert("type".to_owned(), json!(kind));
    entry.insert("url".to_owned(), json!(format!("{DOCUMENTATION}{kind}")));
    entry
}
