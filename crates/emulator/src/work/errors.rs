//! Refusals in fal's own words (protocol 5.1, 5.2).

use super::ModelError;
use serde_json::{Map, Value, json};

/// Where every entry of this crate says its type is explained.
const DOCUMENTATION: &str = "https://docs.fal.ai/errors/#";
/// Offending values longer than this (as JSON) are not repeated in the answer.
const MAX_INPUT: usize = 2000;

/// One entry of `detail`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Path below the body.
    pub(super) loc: Vec<Value>,
    /// Machine code of protocol 5.2.
    pub(super) kind: &'static str,
    /// Words for people.
    pub(super) msg: String,
    /// Limits and expectations, by kind.
    pub(super) ctx: Option<Value>,
    /// The offending value.
    pub(super) input: Option<Value>,
}

impl Entry {
    /// An entry about the value at `loc`.
    pub(super) fn new(loc: &[Value], kind: &'static str, msg: impl Into<String>, input: &Value) -> Self {
        Self { loc: loc.to_vec(), kind, msg: msg.into(), ctx: None, input: Some(input.clone()) }
    }

    /// The same entry with one member of `ctx`.
    pub(super) fn with(mut self, name: &str, value: &Value) -> Self {
        self.ctx = Some(json!({ name: value }));
        self
    }

    fn json(self) -> Value {
        let mut loc = vec![json!("body")];
        loc.extend(self.loc);
        let mut entry = Map::new();
        entry.insert("loc".to_owned(), Value::Array(loc));
        entry.insert("msg".to_owned(), json!(self.msg));
        entry.insert("type".to_owned(), json!(self.kind));
        entry.insert("url".to_owned(), json!(format!("{DOCUMENTATION}{}", self.kind)));
        if let Some(ctx) = self.ctx {
            entry.insert("ctx".to_owned(), ctx);
        }
        if let Some(input) = self.input.filter(|input| input.to_string().len() <= MAX_INPUT) {
            entry.insert("input".to_owned(), input);
        }
        Value::Object(entry)
    }
}

/// 422 with these entries; nothing ran, so nothing is billed (protocol 5.4).
pub(super) fn refusal(entries: Vec<Entry>) -> ModelError {
    failure(422, entries)
}

/// 500 of the model itself, which may pass when tried again.
pub(super) fn broken(msg: &str) -> ModelError {
    let entry = Entry { loc: Vec::new(), kind: "internal_server_error", msg: msg.to_owned(), ctx: None, input: None };
    ModelError { retryable: true, ..failure(500, vec![entry]) }
}

fn failure(status: u16, entries: Vec<Entry>) -> ModelError {
    let detail: Vec<Value> = entries.into_iter().map(Entry::json).collect();
    ModelError { status, body: json!({ "detail": detail }), retryable: false, billable_units: 0.0 }
}
