//! What has to be known of a request to read its answer.

use super::whole;
use mediagen_core::{Error, JsonMap, Measured, Plan, SubmitError};
use mediagen_http::Url;
use serde_json::{Value, json};

/// Most addresses of a request that are remembered, to distinguish an echo from an output.
const MOST_SENT: usize = 64;

/// What has to be known of a request to read its answer; the ticket carries it to other processes.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RequestTrace {
    /// Addresses in the body, without their queries, where signatures live.
    pub sent: Vec<String>,
    /// Results that were requested.
    pub count: Option<u32>,
    /// The seed that was requested.
    pub seed: Option<u64>,
    /// The inputs.
    pub inputs: Vec<Measured>,
    /// What was sent, without the inputs; empty in another process.
    body: JsonMap,
}

impl RequestTrace {
    /// From the body that is sent and the plan that it comes from.
    pub fn new(body: &Value, plan: &Plan, count: Option<u32>, seed: Option<u64>) -> Self {
        let mut sent = Vec::new();
        addresses(body, &mut sent);
        let seed = body.get("seed").and_then(whole).or(seed);
        Self { sent, count, seed, inputs: plan.inputs.clone(), body: plan.body.clone() }
    }

    /// `error` without the words that were sent: a provider may repeat them in its reasons. Only text with blanks in it is
    /// the user's own; a single word may be the name of a choice, which a message has to name. In another process the body
    /// is not known, and nothing is taken out.
    pub fn hide(&self, error: Error) -> Error {
        self.body.values().fold(error, |error, value| hide(value, error))
    }

    /// The same for the failure of a paid call.
    pub fn hide_in(&self, failure: SubmitError) -> SubmitError {
        match failure {
            SubmitError::NotSent(error) => SubmitError::NotSent(self.hide(error)),
            SubmitError::Refused(error) => SubmitError::Refused(self.hide(error)),
            SubmitError::Unknown(error) => SubmitError::Unknown(self.hide(error)),
        }
    }

    /// Adds itself to the token of a ticket, which is an object.
    pub fn write(&self, token: &mut Value) {
        if !self.sent.is_empty() {
            token["sent"] = json!(self.sent);
        }
        if let Some(count) = self.count {
            token["count"] = count.into();
        }
        if let Some(seed) = self.seed {
            token["seed"] = seed.into();
        }
    }

    /// Reads itself from the token of a ticket.
    pub fn of_token(token: &Value, inputs: Vec<Measured>) -> Self {
        let sent = token.get("sent").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self {
            sent: sent.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            count: token.get("count").and_then(whole).and_then(|n| n.try_into().ok()),
            seed: token.get("seed").and_then(whole),
            inputs,
            body: JsonMap::new(),
        }
    }
}

fn hide(value: &Value, error: Error) -> Error {
    match value {
        Value::String(text) if text.trim().contains(char::is_whitespace) => error.hiding(text),
        Value::Array(items) => items.iter().fold(error, |error, item| hide(item, error)),
        Value::Object(map) => map.values().fold(error, |error, item| hide(item, error)),
        _ => error,
    }
}

/// The addresses in `value`, without query and fragment.
fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http") && found.len() < MOST_SENT => {
            found.extend(Url::parse(text).ok().map(|url| bare(&url)));
        }
        Value::Array(items) => items.iter().for_each(|item| addresses(item, found)),
        Value::Object(map) => map.values().for_each(|item| addresses(item, found)),
        _ => {}
    }
}

/// An address without query, fragment, name and password.
pub(super) fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An address without a host has neither name nor password, and then nothing can be set.
    let _ = (url.set_username(""), url.set_password(None));
    url.into()
}
