//! The factories: one per kind, and one for whatever a model turns out to be.

use crate::{FalModel, FalProvider, MODELS, PROVIDER};
use mediagen_core::{
    AnyModel, AudioToAudioModel, Context, ImageToImageModel, ImageToVideoModel, Kind, ModelType, Provider, RawModel,
    Registry, Result, TextToAudioModel, TextToImageModel, TextToVideoModel, VideoToVideoModel, kind,
};
use std::sync::Arc;

macro_rules! factories {
    ($($(#[$doc:meta])* $name:ident => $kind:ident, $model:ident;)+) => {
        impl FalProvider {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// `NotFound` with the nearest names, `KindMismatch` naming both kinds, and those of the
            /// catalogue.
            pub async fn $name(&self, cx: &Context, id: &str) -> Result<Arc<dyn $model>> {
                Ok(Arc::new(self.bind::<kind::$kind>(cx, id).await?))
            }
        )+}
    };
}

factories! {
    /// A model that makes pictures from text.
    text_to_image => TextToImage, TextToImageModel;
    /// A model that makes pictures from pictures.
    image_to_image => ImageToImage, ImageToImageModel;
    /// A model that makes films from text.
    text_to_video => TextToVideo, TextToVideoModel;
    /// A model that makes films from a picture.
    image_to_video => ImageToVideo, ImageToVideoModel;
    /// A model that makes films from films.
    video_to_video => VideoToVideo, VideoToVideoModel;
    /// A model that makes sound from text.
    text_to_audio => TextToAudio, TextToAudioModel;
    /// A model that makes sound from sound.
    audio_to_audio => AudioToAudio, AudioToAudioModel;
    /// Any endpoint, by its own JSON.
    raw => Raw, RawModel;
}

impl FalProvider {
    /// The model as the first kind that the catalogue gives it, or as the raw kind.
    ///
    /// # Errors
    /// `NotFound` with the nearest names, and those of the catalogue.
    pub async fn model(&self, cx: &Context, id: &str) -> Result<AnyModel> {
        let registry = Registry::from_entries([&PROVIDER], MODELS)?;
        let provider: Arc<dyn Provider> = Arc::new(self.clone());
        registry.any_model(cx, &provider, id).await
    }

    async fn bind<K: Kind>(&self, cx: &Context, id: &str) -> Result<FalModel<K>> {
        let spec = self.describe(cx, id).await?;
        spec.check_kind(K::KIND)?;
        FalModel::bind(Arc::new(self.clone()), spec)
    }
}
