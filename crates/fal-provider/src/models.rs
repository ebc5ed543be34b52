//! The entries of fal: one for each kind.

use crate::{endpoint::FalEndpoint, info::INFO, provider::FalProvider};
use mediagen_core::{Binds, Endpoint, ModelEntry, ModelKind, ModelSpec, ProviderInfo, Result, inventory};
use std::sync::Arc;

impl Binds for FalProvider {
    const INFO: &'static ProviderInfo = &INFO;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(FalEndpoint::new(self, spec, kind)?))
    }
}

/// Images from text.
pub const TEXT_TO_IMAGE: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::TextToImage);
/// Images from images.
pub const IMAGE_TO_IMAGE: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::ImageToImage);
/// Videos from text.
pub const TEXT_TO_VIDEO: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::TextToVideo);
/// Videos from images.
pub const IMAGE_TO_VIDEO: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::ImageToVideo);
/// Videos from videos.
pub const VIDEO_TO_VIDEO: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::VideoToVideo);
/// Audio from text.
pub const TEXT_TO_AUDIO: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::TextToAudio);
/// Audio from audio.
pub const AUDIO_TO_AUDIO: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::AudioToAudio);
/// Any endpoint, by its own JSON.
pub const RAW: ModelEntry = ModelEntry::of::<FalProvider>(ModelKind::Raw);

/// Every entry of this crate, the same that `inventory` links.
pub const MODELS: &[ModelEntry] =
    &[TEXT_TO_IMAGE, IMAGE_TO_IMAGE, TEXT_TO_VIDEO, IMAGE_TO_VIDEO, VIDEO_TO_VIDEO, TEXT_TO_AUDIO, AUDIO_TO_AUDIO, RAW];

inventory::submit! { TEXT_TO_IMAGE }
inventory::submit! { IMAGE_TO_IMAGE }
inventory::submit! { TEXT_TO_VIDEO }
inventory::submit! { IMAGE_TO_VIDEO }
inventory::submit! { VIDEO_TO_VIDEO }
inventory::submit! { TEXT_TO_AUDIO }
inventory::submit! { AUDIO_TO_AUDIO }
inventory::submit! { RAW }
