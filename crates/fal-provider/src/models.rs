//! The entries of fal, one for each kind, and the factories of its models.

use crate::{endpoint::FalEndpoint, info::INFO, provider::FalProvider};
use mediagen_core::{Binds, Endpoint, ModelKind, ModelSpec, ProviderInfo, Result};
use std::sync::Arc;

impl Binds for FalProvider {
    const INFO: &'static ProviderInfo = &INFO;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(FalEndpoint::new(self, spec, kind)?))
    }
}

mediagen_provider_kit::models! { FalProvider:
    /// Images from text.
    TEXT_TO_IMAGE => TextToImage,
    /// Images from images.
    IMAGE_TO_IMAGE => ImageToImage,
    /// Videos from text.
    TEXT_TO_VIDEO => TextToVideo,
    /// Videos from images.
    IMAGE_TO_VIDEO => ImageToVideo,
    /// Videos from videos.
    VIDEO_TO_VIDEO => VideoToVideo,
    /// Audio from text.
    TEXT_TO_AUDIO => TextToAudio,
    /// Audio from audio.
    AUDIO_TO_AUDIO => AudioToAudio,
    /// Any endpoint, by its own JSON.
    RAW => Raw,
}

mediagen_provider_kit::factories!(FalProvider);
