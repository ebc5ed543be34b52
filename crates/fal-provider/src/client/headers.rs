//! How the job is to be handled, as fal's headers and query parameters (protocol 2.2, 2.3).

use super::Lifecycle;
use crate::config::Mode;
use http::{HeaderName, HeaderValue};
use mediagen_core::{Delivery, Error, ErrorKind, FieldProblem, Note, Policy, ProblemCode, Result};
use mediagen_http::{HttpRequest, redact};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{borrow::Cow, time::Duration};
use url::Url;

/// The provider's own settings of a delivery.
pub(crate) const SETTINGS: &[&str] = &[
    "acl",
    "disable_fallback",
    "inline_below",
    "lifecycle",
    "max_queue_length",
    "mode",
    "no_retry",
    "priority",
    "runner_hint",
    "store_io",
    "tags",
];

/// fal accepts a start deadline above this (protocol 2.3).
const SHORTEST_START: Duration = Duration::from_millis(100);
/// Most pairs of tags, longest key and value, and longest whole in bytes (protocol 2.3): fal drops the rest in silence.
const TAGS: (usize, usize, usize, usize) = (10, 64, 256, 1024);
/// Largest input in bytes that may go inside the body: as base64 it stays below the ten million characters that fal's
/// apps take (protocol 6.7).
pub(crate) const LARGEST_INLINE: u64 = 7 << 20;

/// What a request says of its uploads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Wishes {
    /// Instead of the provider's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lifecycle: Option<Lifecycle>,
    /// Upload again what is there already.
    pub(crate) force: bool,
    /// Inputs below this go inside the body, as data URIs.
    pub(crate) inline_below: u64,
}

/// A delivery in fal's words.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Handling {
    /// Queue or run, where the request says so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Mode>,
    /// Names and values, checked to be possible headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) query: Vec<(Cow<'static, str>, String)>,
    /// Of the plan, not of what is written down for fal.
    #[serde(skip)]
    pub(crate) notes: Vec<Note>,
    pub(crate) uploads: Wishes,
}

impl Handling {
    /// Reads a delivery; `default` is the provider's mode.
    ///
    /// # Errors
    /// `InvalidInput` naming every setting that is unknown or malformed; nothing is sent then. `Unsupported` under the
    /// strict policy for what a synchronous run cannot do.
    pub(crate) fn of(delivery: &Delivery, policy: Policy, default: Mode) -> Result<Self> {
        let mut handling = Self::default();
        let mut problems = Vec::new();
        handling.start_timeout(delivery.start_timeout, &mut problems);
        handling.uploads.force = delivery.reuse_uploads == Some(false);
        let (lifecycle, acl) = (delivery.settings.get("lifecycle"), delivery.settings.get("acl"));
        if lifecycle.is_some() || acl.is_some() {
            match Lifecycle::of(lifecycle, acl) {
                Ok(lifecycle) => {
                    let document = lifecycle.document.clone().unwrap_or_default();
                    handling.header("x-fal-object-lifecycle-preference", &document, &mut problems);
                    handling.uploads.lifecycle = Some(lifecycle);
                }
                Err(found) => problems.extend(found.into_iter().map(|mut problem| {
                    problem.path = format!("delivery.{}", problem.path);
                    problem
                })),
            }
        }
        for (name, value) in &delivery.settings {
            handling.setting(name, value, &mut problems);
        }
        if !problems.is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput, "the delivery settings cannot be used")
                .with_fields(problems)
                .with_hint(format!("fal knows: {}", SETTINGS.join(", "))));
        }
        if let Some(webhook) = &delivery.webhook {
            handling.query.push(("fal_webhook".into(), webhook.to_string()));
        }
        if handling.mode.unwrap_or(default) == Mode::Run {
            handling.leave_queue(policy)?;
        }
        if let Some(deadline) = delivery.deadline {
            handling.unsupported(
                policy,
                "deadline",
                deadline.as_secs_f64(),
                "fal bounds the time in its queue only",
            )?;
        }
        Ok(handling)
    }

    fn start_timeout(&mut self, timeout: Option<Duration>, problems: &mut Vec<FieldProblem>) {
        let Some(timeout) = timeout else { return };
        if timeout <= SHORTEST_START {
            problems.push(
                FieldProblem::new("start_timeout", "must be longer than 0.1 s")
                    .with_code(ProblemCode::Range)
                    .with_drop("start_timeout"),
            );
            return;
        }
        // The older name too, with the same value (protocol 14, row 12).
        let seconds = timeout.as_secs_f64().to_string();
        self.header("x-fal-request-start-timeout", &seconds, problems);
        self.header("x-fal-request-timeout", &seconds, problems);
    }

    fn setting(&mut self, name: &str, value: &Value, problems: &mut Vec<FieldProblem>) {
        let outcome = match (name, value) {
            ("runner_hint", Value::String(hint)) if !hint.is_empty() => Ok(("x-fal-runner-hint", hint.clone())),
            ("runner_hint", _) => Err("a text".to_owned()),
            ("no_retry", Value::Bool(true)) => Ok(("x-fal-no-retry", "1".to_owned())),
            ("disable_fallback", Value::Bool(true)) => Ok(("x-app-fal-disable-fallback", "1".to_owned())),
            // The last two were read together, before the others.
            ("no_retry" | "disable_fallback", Value::Bool(false)) | ("lifecycle" | "acl", _) => return,
            ("store_io", Value::Bool(on)) => Ok(("x-fal-store-io", u8::from(*on).to_string())),
            ("no_retry" | "disable_fallback" | "store_io", _) => Err("true or false".to_owned()),
            ("priority", Value::String(word)) if matches!(word.as_str(), "normal" | "low") => {
                Ok(("x-fal-queue-priority", word.clone()))
            }
            ("priority", _) => Err("normal or low".to_owned()),
            ("tags", value) => tags(value).map(|text| ("x-fal-tags", text)),
            ("inline_below", value) => match value.as_u64().filter(|bytes| *bytes <= LARGEST_INLINE) {
                Some(bytes) => {
                    self.uploads.inline_below = bytes;
                    return;
                }
                None => Err(format!("a number of bytes from 0 to {LARGEST_INLINE}")),
            },
            ("max_queue_length", value) => match value.as_u64() {
                Some(length) => return self.query.push(("fal_max_queue_length".into(), length.to_string())),
                None => Err("a whole number from 0".to_owned()),
            },
            ("mode", value) => match value.as_str().map(str::parse) {
                Some(Ok(mode)) => {
                    self.mode = Some(mode);
                    return;
                }
                _ => Err("queue or run".to_owned()),
            },
            _ => {
                problems.push(
                    FieldProblem::new(format!("delivery.{name}"), "is not a setting of fal")
                        .with_code(ProblemCode::Unknown),
                );
                return;
            }
        };
        match outcome {
            Ok((header, text)) => self.header(header, &text, problems),
            Err(allowed) => problems.push(
                FieldProblem::new(format!("delivery.{name}"), format!("must be {allowed}"))
                    .with_code(ProblemCode::Type),
            ),
        }
    }

    fn header(&mut self, name: &'static str, value: &str, problems: &mut Vec<FieldProblem>) {
        match HeaderValue::from_str(value) {
            Ok(_) => self.headers.push((name.into(), value.to_owned())),
            Err(_) => problems.push(
                FieldProblem::new(name, "must be printable ASCII without line breaks").with_code(ProblemCode::Type),
            ),
        }
    }

    /// Takes out what only the queue can do.
    fn leave_queue(&mut self, policy: Policy) -> Result<()> {
        for (name, value) in std::mem::take(&mut self.query) {
            // The query of a webhook may hold a secret, and notes are kept.
            let (option, value) = match Url::parse(&value) {
                Ok(webhook) if name == "fal_webhook" => ("webhook", redact(&webhook)),
                _ => ("max_queue_length", value),
            };
            self.unsupported(policy, option, value, "a synchronous run has no queue")?;
        }
        Ok(())
    }

    /// What fal cannot do: a note, or an error under the strict policy.
    fn unsupported(&mut self, policy: Policy, option: &str, value: impl Into<Value>, why: &str) -> Result<()> {
        if policy == Policy::Strict {
            return Err(Error::new(ErrorKind::Unsupported, format!("`{option}` is not possible: {why}")));
        }
        self.notes.push(Note::new(option, value, Value::Null, why));
        Ok(())
    }

    /// `request` with the headers.
    ///
    /// # Errors
    /// `InvalidInput` for a header that cannot be one, as in a plan that was changed by hand.
    pub(crate) fn headers_of(&self, request: HttpRequest) -> Result<HttpRequest> {
        let mut request = request;
        for (name, value) in &self.headers {
            let parsed = (HeaderName::from_bytes(name.as_bytes()).ok(), HeaderValue::from_str(value).ok());
            let (Some(name), Some(value)) = parsed else {
                return Err(Error::new(ErrorKind::InvalidInput, format!("the plan's header `{name}` is not valid")));
            };
            request = request.header(name, value);
        }
        Ok(request)
    }
}

/// `k=v,k=v`, from an object or from that text.
fn tags(value: &Value) -> Result<String, String> {
    let (most, longest_key, longest_value, longest) = TAGS;
    let pairs: Vec<(String, String)> = match value {
        Value::Object(map) => {
            let pair = |(k, v): (&String, &Value)| (k.clone(), v.as_str().map_or_else(|| v.to_string(), str::to_owned));
            map.iter().map(pair).collect()
        }
        Value::String(text) => {
            let pair = |part: &str| {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                (key.trim().to_owned(), value.trim().to_owned())
            };
            text.split(',').map(pair).collect()
        }
        _ => return Err("an object of texts, or k=v,k=v".to_owned()),
    };
    if pairs.len() > most {
        return Err(format!("at most {most} pairs, not {}", pairs.len()));
    }
    for (key, value) in &pairs {
        let in_key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        if key.is_empty() || key.len() > longest_key || !key.bytes().all(in_key) || key.starts_with("fal.") {
            return Err(format!(
                "keys of a-z 0-9 . _ - with 1 to {longest_key} characters that do not begin with `fal.`, not `{key}`"
            ));
        }
        let in_value = |b: u8| (b' '..=b'~').contains(&b) && b != b',';
        if value.is_empty() || value.len() > longest_value || !value.bytes().all(in_value) {
            return Err(format!("values of 1 to {longest_value} printable ASCII characters without a comma (`{key}`)"));
        }
    }
    let text = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",");
    if text.len() > longest { Err(format!("at most {longest} characters in all")) } else { Ok(text) }
}

#[cfg(test)]
mod tests;
