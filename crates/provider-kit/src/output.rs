//! Answers as outputs: files wherever a model put them, what was billed, what is missing, and no echo of an input.

mod answer;
mod trace;

pub use answer::Answer;
pub use trace::RequestTrace;

use crate::outcome::unusable;
use mediagen_core::{
    Error, Modality, ModelKind, Note, Output, Part, PartSource, ProviderId, Result,
    output::{ExtractRules, PartStream, parts_from_json},
};
use serde_json::Value;
use trace::bare;

/// How a provider's answers look, as data.
///
/// ```
/// use mediagen_core::{ModelKind, ProviderId};
/// use mediagen_provider_kit::output::{Answer, AnswerShape, RequestTrace};
/// use serde_json::json;
///
/// let shape = AnswerShape::new(ProviderId::new("example")).with_envelope(&["status", "output"], &["output"]);
/// let answer = Answer::of_json(json!({"status": "ok", "output": {"images": [{"url": "https://c.test/a.png"}]}}));
/// let output = shape.read(answer, ModelKind::TextToImage, &RequestTrace::default())?;
/// assert_eq!(output.parts[0].pointer, "/images/0");
/// # Ok::<(), mediagen_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AnswerShape {
    /// The provider, for errors.
    pub provider: ProviderId,
    /// Keys of the envelopes that wrap a result in some answers; any other key next to them means "no envelope".
    pub envelope: &'static [&'static str],
    /// Keys of an envelope that hold the result.
    pub wrapped: &'static [&'static str],
    /// Keys that name the images that a safety check replaced.
    pub flags: &'static [&'static str],
    /// What a file looks like.
    pub files: ExtractRules,
    /// What to do about an answer without a file.
    pub hint: Option<&'static str>,
}

impl AnswerShape {
    /// Answers without envelope and flags.
    pub fn new(provider: ProviderId) -> Self {
        Self { provider, envelope: &[], wrapped: &[], flags: &[], files: ExtractRules::default(), hint: None }
    }

    /// Sets the keys of envelopes, and those of them that hold the result.
    pub fn with_envelope(mut self, keys: &'static [&'static str], wrapped: &'static [&'static str]) -> Self {
        (self.envelope, self.wrapped) = (keys, wrapped);
        self
    }

    /// Sets the keys that name the images that a safety check replaced.
    pub fn with_flags(mut self, keys: &'static [&'static str]) -> Self {
        self.flags = keys;
        self
    }

    /// Sets what a file looks like.
    pub fn with_files(mut self, files: ExtractRules) -> Self {
        self.files = files;
        self
    }

    /// Sets what to do about an answer without a file.
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The output in `answer` of a model that was run as `kind`.
    ///
    /// # Errors
    /// `InvalidResponse` when a kind of media has no file.
    pub fn read(&self, answer: Answer, kind: ModelKind, trace: &RequestTrace) -> Result<Output> {
        let mut output = Output::default();
        output.request_id.clone_from(&answer.request_id);
        output.usage = answer.usage;
        output.inputs.clone_from(&trace.inputs);
        if let Some((media_type, content)) = answer.file {
            let mut part = Part::new("", PartSource::Stream(PartStream::new(content)));
            part.media_type = Some(media_type);
            output.parts = vec![part];
        } else {
            output.raw = self.unwrapped(answer.value);
            output.parts = self.parts(&output.raw, kind, &trace.sent);
        }
        let media = !matches!(kind.output(), Modality::Json | Modality::Text);
        if media && output.parts.is_empty() {
            return Err(self.no_parts(&output.raw, kind, answer.status, answer.request_id.as_deref()));
        }
        output.seed = output.raw.get("seed").and_then(whole).or(trace.seed);
        if media {
            output.notes.extend(shortfall(&output.parts, trace.count));
        }
        Ok(output)
    }

    /// The result inside an envelope, or the value itself.
    fn unwrapped(&self, mut value: Value) -> Value {
        let Some(map) = value.as_object_mut() else { return value };
        if !map.keys().all(|key| self.envelope.contains(&key.as_str())) {
            return value;
        }
        let inner = self.wrapped.iter().find(|key| map.get(**key).is_some_and(Value::is_object));
        match inner.and_then(|key| map.remove(*key)) {
            Some(inner) => inner,
            None => value,
        }
    }

    /// Every file that is not an echo of an input, those of the kind's own modality first, each flagged as the model
    /// says.
    fn parts(&self, raw: &Value, kind: ModelKind, sent: &[String]) -> Vec<Part> {
        let is_echo = |part: &Part| part.url().is_some_and(|url| sent.contains(&bare(url)));
        let find = |rules: &ExtractRules| {
            let mut parts = parts_from_json(raw, rules);
            parts.retain(|part| !is_echo(part));
            parts
        };
        let mut parts = find(&self.files);
        if parts.is_empty() && kind.output() != Modality::Json {
            // Some models answer a bare address under a key such as `audio`.
            parts = find(&self.files.with_bare_strings());
        }
        self.flag(raw, &mut parts);
        parts.sort_by_key(|part| rank(part, kind.output()));
        parts
    }

    /// Sets `flagged` on the images that the safety check is about: a list in their order, or one word for all.
    fn flag(&self, raw: &Value, parts: &mut [Part]) {
        let Some(flags) = self.flags.iter().find_map(|key| raw.get(*key)) else { return };
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

    fn no_parts(&self, raw: &Value, kind: ModelKind, status: u16, request_id: Option<&str>) -> Error {
        let keys = raw.as_object().map(|map| map.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
        let found = keys.filter(|k| !k.is_empty()).map_or_else(String::new, |keys| format!("; it has: {keys}"));
        let message = format!("the answer to {kind} has no file{found}");
        let error = unusable(&self.provider, message, status, request_id);
        match self.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// 0 for a file whose place or type says that it is the output that was requested, 1 for the others.
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

/// A note when fewer came than were requested. Files next to the main ones, such as a thumbnail, do not count.
fn shortfall(parts: &[Part], count: Option<u32>) -> Option<Note> {
    let wanted = count?;
    let (list, _) = parts.first()?.pointer.rsplit_once('/')?;
    let same_list = |part: &&Part| part.pointer.rsplit_once('/').is_some_and(|(other, _)| other == list);
    let came = if list.is_empty() { 1 } else { parts.iter().filter(same_list).count() };
    let came = u32::try_from(came).unwrap_or(u32::MAX);
    (came < wanted).then(|| Note::new("count", wanted, came, "the model returned fewer than were requested"))
}

/// A whole number that came as a number, a float or text.
pub fn whole(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    let float = |n: f64| (n.fract() == 0.0 && (0.0..1.8e19).contains(&n)).then_some(n as u64);
    value.as_u64().or_else(|| value.as_f64().and_then(float)).or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests;
