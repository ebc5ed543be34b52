//! Why a run did not end in a result.

use serde_json::{Value, json};

/// What went wrong, without the words of any service.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The caller's fault: nothing ran.
    Refused(Vec<Problem>),
    /// The runner's fault: the same run may succeed when it is tried again.
    Broken(String),
}

impl Failure {
    pub(super) fn broken(why: impl Into<String>) -> Self {
        Self::Broken(why.into())
    }
}

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    /// Path of the value in the input.
    pub(crate) loc: Vec<Value>,
    /// Machine code, such as `missing` (protocol 5.2).
    pub(crate) kind: &'static str,
    /// Words for people.
    pub(crate) msg: String,
    /// Limits and expectations, by kind.
    pub(crate) ctx: Option<Value>,
    /// The offending value.
    pub(crate) input: Value,
}

impl Problem {
    /// A problem with the value at `loc`.
    pub(super) fn new(loc: &[Value], kind: &'static str, msg: impl Into<String>, input: &Value) -> Self {
        Self { loc: loc.to_vec(), kind, msg: msg.into(), ctx: None, input: input.clone() }
    }

    /// The same problem with one member of `ctx`.
    pub(super) fn with(mut self, name: &str, value: &Value) -> Self {
        self.ctx = Some(json!({ name: value }));
        self
    }
}
