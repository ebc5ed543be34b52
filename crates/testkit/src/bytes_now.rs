//! The least that a provider can be: it answers the file itself, at once, and has neither jobs nor schemas.

use async_trait::async_trait;
use bytes::Bytes;
use mediagen_core::{
    Caps, Context, Error, ErrorKind, Event, Kind, KindOutput as _, KindRequest as _, MediaModel, Model, ModelEntry,
    ModelKind, ModelSpec, ModelType, Output, Part, PartSource, Phase, Provider, ProviderEntry, ProviderInfo, Result,
    Submitted, kind::TextToAudio,
};
use std::sync::Arc;

/// Facts about it.
pub static BYTES_NOW: ProviderInfo = ProviderInfo::new("bytes-now", "Bytes now", &[], module_path!());

/// Its entry.
pub static PROVIDER: ProviderEntry = ProviderEntry::new(&BYTES_NOW, |_| Ok(Arc::new(BytesNow)));

/// The entry of its only kind.
pub static MODELS: [ModelEntry; 1] = [ModelEntry::of::<TextToAudio, Speaker>()];

/// The provider.
#[derive(Debug, Clone, Copy)]
pub struct BytesNow;

impl Provider for BytesNow {
    fn info(&self) -> &'static ProviderInfo {
        &BYTES_NOW
    }
    fn caps(&self) -> Caps {
        Caps::new([ModelKind::TextToAudio])
    }
}

/// Its model: a tone of a hundredth of a second for each letter of the prompt.
#[derive(Debug)]
pub struct Speaker(Arc<ModelSpec>);

impl Model for Speaker {
    fn spec(&self) -> &ModelSpec {
        &self.0
    }
}

impl ModelType for Speaker {
    type Provider = BytesNow;
    const PROVIDER: &'static ProviderInfo = &BYTES_NOW;
    fn bind(_: Arc<BytesNow>, spec: Arc<ModelSpec>) -> Result<Self> {
        Ok(Self(spec))
    }
}

#[async_trait]
impl<K: Kind> MediaModel<K> for Speaker {
    async fn submit(&self, cx: &Context, request: K::Request) -> Result<Submitted<K>> {
        cx.emit(Event::Requested(Phase::Submit));
        let prompt = request.into_request().take_prompt()?;
        let content = wav(prompt.chars().count()).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "`prompt` is too long: at most 100000 characters are allowed")
        })?;
        let mut part = Part::new("", PartSource::Bytes(content.clone()));
        part.media_type = Some("audio/wav".into());
        part.bytes = Some(content.len() as u64);
        let mut output = Output::default();
        output.parts = vec![part];
        Ok(Submitted::Done(K::Output::from_output(output)))
    }
}

/// A WAV file at 8 kHz with eight bits a sample: a square wave of 100 Hz, 80 samples for each letter.
fn wav(letters: usize) -> Option<Bytes> {
    let samples = u32::try_from(letters).ok().filter(|n| *n <= 100_000)? * 80;
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
    Some(file.into())
}
