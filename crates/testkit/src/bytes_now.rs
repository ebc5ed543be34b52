//! The least that a provider can be: it answers the file itself, at once, and has neither jobs nor schemas.

use async_trait::async_trait;
use bytes::Bytes;
use mediagen_core::{
    Binds, Caps, Context, Endpoint, Error, ErrorKind, Event, FieldProblem, Flow, Intent, JsonMap, MappedBy, ModelEntry,
    ModelKind, ModelSpec, Output, Part, PartSource, Phase, Plan, Policy, ProblemCode, Provider, ProviderEntry,
    ProviderInfo, Request, Result, SubmitError, Submitted,
};
use serde_json::Value;
use std::sync::Arc;

/// Most letters that are spoken.
const LETTERS: usize = 100_000;

/// Facts about it.
pub static BYTES_NOW: ProviderInfo =
    ProviderInfo::new("bytes-now", "Bytes now", &[], module_path!()).with_kinds(&[ModelKind::TextToAudio]);

/// Its entry.
pub static PROVIDER: ProviderEntry = ProviderEntry::new(&BYTES_NOW, |_| Ok(Arc::new(BytesNow)));

/// The entry of its only kind.
pub static MODELS: [ModelEntry; 1] = [ModelEntry::of::<BytesNow>(ModelKind::TextToAudio)];

/// The provider.
#[derive(Debug, Clone, Copy)]
pub struct BytesNow;

impl Provider for BytesNow {
    fn info(&self) -> &'static ProviderInfo {
        &BYTES_NOW
    }
}

impl Binds for BytesNow {
    const INFO: &'static ProviderInfo = &BYTES_NOW;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(Speaker { spec, kind }))
    }
}

/// Its model: a tone of a hundredth of a second for each letter of the prompt.
#[derive(Debug)]
pub struct Speaker {
    spec: Arc<ModelSpec>,
    kind: ModelKind,
}

#[async_trait]
impl Endpoint for Speaker {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }

    fn kind(&self) -> ModelKind {
        self.kind
    }

    fn caps(&self) -> Caps {
        Caps::new(Flow::Done)
    }

    fn prompt_limit(&self) -> Option<u64> {
        Some(LETTERS as u64)
    }

    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        if let Some(name) = request.extra.keys().next().filter(|_| request.policy == Policy::Strict) {
            let problem = FieldProblem::new(name, "unknown; known: prompt").with_code(ProblemCode::Unknown);
            return Err(Error::new(ErrorKind::InvalidInput, "the model has no such field").with_field(problem));
        }
        let prompt = request.prompt.as_deref().unwrap_or_default();
        if prompt.chars().count() > LETTERS {
            let problem = FieldProblem::new("prompt", format!("at most {LETTERS} characters are allowed"))
                .with_code(ProblemCode::Length)
                .with_give("prompt");
            return Err(Error::new(ErrorKind::InvalidInput, "`prompt` is too long").with_field(problem));
        }
        let body = JsonMap::from_iter([("prompt".to_owned(), prompt.into())]);
        Ok(Plan::new(self.spec.id.clone(), self.kind, body).with_mapped_by(MappedBy::new(env!("CARGO_PKG_VERSION"))))
    }

    async fn submit(&self, cx: &Context, _: &Plan, body: Value, _: &Intent) -> Result<Submitted, SubmitError> {
        cx.emit(Event::Requested(Phase::Submit));
        let letters = body.get("prompt").and_then(Value::as_str).map_or(0, |prompt| prompt.chars().count());
        let content = wav(letters.min(LETTERS));
        let mut part = Part::new("", PartSource::Bytes(content.clone()));
        part.media_type = Some("audio/wav".into());
        part.facts.bytes = Some(content.len() as u64);
        let mut output = Output::default();
        output.parts = vec![part];
        Ok(Submitted::Done(output))
    }
}

/// A WAV file at 8 kHz with eight bits a sample: a square wave of 100 Hz, 80 samples for each letter.
fn wav(letters: usize) -> Bytes {
    let samples = u32::try_from(letters).unwrap_or_default() * 80;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + samples).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    for word in [1_u16, 1] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for word in [8000_u32, 8000] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for word in [1_u16, 8] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&samples.to_le_bytes());
    file.extend((0..samples).map(|n| if n % 80 < 40 { 0x60 } else { 0xa0 }));
    file.into()
}
