//! A model's answer as an output: files wherever the model put them, what was billed, what is missing.

use crate::{
    client::{Answer, unusable, whole},
    info::INFO,
};
use mediagen_core::{
    Count, Error, JsonMap, Measured, Modality, ModelKind, Note, Output, Part, PartSource, Plan, Result, SubmitError,
    Usage,
    output::{ExtractRules, PartStream, parts_from_json},
};
use serde_json::{Value, json};
use url::Url;

/// Keys of the envelopes that wrap a result in some answers; any other key beside them means "no envelope".
const ENVELOPE: &[&str] =
    &["data", "response", "status", "logs", "metrics", "request_id", "requestId", "error", "payload"];
/// Keys of an envelope that hold the result.
const WRAPPED: [&str; 3] = ["response", "data", "payload"];
/// Keys that name the images that the safety check replaced.
const FLAGS: [&str; 2] = ["has_nsfw_concepts", "nsfw_content_detected"];
/// Most addresses of a request that are remembered, to tell an echo from an output.
const MOST_SENT: usize = 64;

/// What has to be known about a request to read its answer; the ticket carries it to other processes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Asked {
    /// Addresses in the body, without their queries, where signatures live.
    pub(crate) sent: Vec<String>,
    pub(crate) count: Option<u32>,
    pub(crate) seed: Option<u64>,
    pub(crate) inputs: Vec<Measured>,
    /// What was sent, without the inputs; empty in another process.
    body: JsonMap,
}

impl Asked {
    /// From the body that is sent and the plan that it comes from.
    pub(crate) fn new(body: &Value, plan: &Plan, count: Option<u32>, seed: Option<u64>) -> Self {
        let mut sent = Vec::new();
        addresses(body, &mut sent);
        let seed = body.get("seed").and_then(whole).or(seed);
        Self { sent, count, seed, inputs: plan.inputs.clone(), body: plan.body.clone() }
    }

    /// `error` without the words that were sent: fal may repeat them in its reasons. Only text with blanks in it is the
    /// user's own; a single word may be the name of a choice, which a message has to name. In another process the body is
    /// not known, and nothing is taken out.
    pub(crate) fn hide(&self, error: Error) -> Error {
        self.body.values().fold(error, |error, value| hide(value, error))
    }

    /// The same for the failure of a paid call.
    pub(crate) fn hide_in(&self, failure: SubmitError) -> SubmitError {
        match failure {
            SubmitError::NotSent(error) => SubmitError::NotSent(self.hide(error)),
            SubmitError::Refused(error) => SubmitError::Refused(self.hide(error)),
            SubmitError::Unknown(error) => SubmitError::Unknown(self.hide(error)),
        }
    }

    /// Adds itself to the token of a ticket.
    pub(crate) fn write(&self, token: &mut Value) {
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

    /// Reads itself from a ticket.
    pub(crate) fn of_token(token: &Value, inputs: Vec<Measured>) -> Self {
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

/// The output in `answer` of an endpoint that was run as `kind`.
///
/// # Errors
/// `InvalidResponse` when a kind of media has no file.
pub(crate) fn read(answer: Answer, kind: ModelKind, asked: &Asked) -> Result<Output> {
    let mut output = Output::default();
    output.request_id.clone_from(&answer.request_id);
    if let Some(units) = answer.billable_units {
        // fal counts in the unit of the endpoint's price.
        output.usage = Usage::default().with_count(Count::billed(units));
    }
    output.inputs.clone_from(&asked.inputs);
    if let Some((media_type, content)) = answer.file {
        let mut part = Part::new("", PartSource::Stream(PartStream::new(content)));
        part.media_type = Some(media_type);
        output.parts = vec![part];
    } else {
        output.raw = unwrapped(answer.value);
        output.parts = parts(&output.raw, kind, &asked.sent);
    }
    let media = !matches!(kind.output(), Modality::Json | Modality::Text);
    if media && output.parts.is_empty() {
        return Err(no_parts(&output.raw, kind, answer.status, answer.request_id.as_deref()));
    }
    output.seed = output.raw.get("seed").and_then(whole).or(asked.seed);
    if media {
        output.notes.extend(shortfall(&output.parts, asked.count));
    }
    Ok(output)
}

/// The result inside an envelope, or the value itself.
fn unwrapped(mut value: Value) -> Value {
    let Some(map) = value.as_object_mut() else { return value };
    if !map.keys().all(|key| ENVELOPE.contains(&key.as_str())) {
        return value;
    }
    let inner = WRAPPED.iter().find(|key| map.get(**key).is_some_and(Value::is_object));
    match inner.and_then(|key| map.remove(*key)) {
        Some(inner) => inner,
        None => value,
    }
}

/// Every file that is not an echo of an input, those of the kind's own modality first, each flagged as the model says.
fn parts(raw: &Value, kind: ModelKind, sent: &[String]) -> Vec<Part> {
    let is_echo = |part: &Part| part.url().is_some_and(|url| sent.contains(&bare(url)));
    let find = |rules: &ExtractRules| {
        let mut parts = parts_from_json(raw, rules);
        parts.retain(|part| !is_echo(part));
        parts
    };
    let mut parts = find(&ExtractRules::default());
    if parts.is_empty() && kind.output() != Modality::Json {
        // Some models answer a bare address under a key such as `audio` (protocol 9.2).
        parts = find(&ExtractRules::default().with_bare_strings());
    }
    flag(raw, &mut parts);
    parts.sort_by_key(|part| rank(part, kind.output()));
    parts
}

/// 0 for a file whose place or type says that it is the output asked for, 1 for the others.
fn rank(part: &Part, wanted: Modality) -> u8 {
    let word = match wanted {
        Modality::Image => "image",
        Modality::Video => "video",
        Modality::Audio => "audio",
        _ => return 0,
    };
    let place = part.pointer.split('/').nth(1).unwrap_or_default();
    let by_place = place.split('_').any(|w| w == word || w.strip_suffix('s') == Some(word));
    let by_type = part.media_type.as_deref().is_some_and(|t| t.starts_with(word));
    u8::from(!(by_place || by_type))
}

/// Sets `flagged` on the images that the safety check is about: a list in their order, or one word for all.
fn flag(raw: &Value, parts: &mut [Part]) {
    let Some(flags) = FLAGS.iter().find_map(|key| raw.get(*key)) else { return };
    for part in parts {
        let index = part.pointer.rsplit('/').next().and_then(|last| last.parse::<usize>().ok()).unwrap_or(0);
        let is_image = rank(part, Modality::Image) == 0;
        part.flagged = match flags {
            Value::Bool(all) if is_image => Some(*all),
            Value::Array(list) if is_image => list.get(index).and_then(Value::as_bool),
            _ => None,
        };
    }
}

/// A note when fewer came than were requested. Files next to the main ones, such as a thumbnail, do not count.
fn shortfall(parts: &[Part], count: Option<u32>) -> Option<Note> {
    let wanted = count?;
    let (list, _) = parts.first()?.pointer.rsplit_once('/')?;
    let same_list = |part: &&Part| part.pointer.rsplit_once('/').is_some_and(|(other, _)| other == list);
    let came = if list.is_empty() { 1 } else { parts.iter().filter(same_list).count() };
    let came = u32::try_from(came).unwrap_or(u32::MAX);
    (came < wanted).then(|| Note::new("count", wanted, came, "the model returned fewer than were requested"))
}

fn no_parts(raw: &Value, kind: ModelKind, status: u16, request_id: Option<&str>) -> Error {
    let keys = raw.as_object().map(|map| map.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
    let found = keys.filter(|k| !k.is_empty()).map_or_else(String::new, |keys| format!("; it has: {keys}"));
    unusable(format!("the answer to {kind} has no file{found}"), status, request_id)
        .with_provider(INFO.id.clone())
        .with_hint("run the endpoint as `raw` to see its whole answer")
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

fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An address without a host has neither name nor password, and then nothing can be set.
    let _ = (url.set_username(""), url.set_password(None));
    url.into()
}

#[cfg(test)]
mod tests;
