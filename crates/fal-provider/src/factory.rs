//! The factories: one per kind, and one for whatever a model turns out to be.

use crate::{endpoint::FalEndpoint, provider::FalProvider};
use mediagen_core::{
    AudioToAudioModel, Endpoint, ImageToImageModel, ImageToVideoModel, Kind, Model, ModelKind, Provider as _, RawModel,
    Result, TextToAudioModel, TextToImageModel, TextToVideoModel, VideoToVideoModel,
};
use std::sync::Arc;

macro_rules! factories {
    ($($(#[$doc:meta])* $name:ident => $model:ident;)+) => {
        impl FalProvider {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// `NotFound` with the nearest names, `KindMismatch` naming both kinds, and those of the catalogue.
            pub async fn $name(&self, id: &str) -> Result<$model> {
                self.model(id).await
            }
        )+}
    };
}

factories! {
    /// A model that makes images from text.
    text_to_image => TextToImageModel;
    /// A model that makes images from images.
    image_to_image => ImageToImageModel;
    /// A model that makes videos from text.
    text_to_video => TextToVideoModel;
    /// A model that makes videos from images.
    image_to_video => ImageToVideoModel;
    /// A model that makes videos from videos.
    video_to_video => VideoToVideoModel;
    /// A model that makes audio from text.
    text_to_audio => TextToAudioModel;
    /// A model that makes audio from audio.
    audio_to_audio => AudioToAudioModel;
    /// Any endpoint, by its own JSON.
    raw => RawModel;
}

impl FalProvider {
    /// The model `id`, run as kind `K`.
    ///
    /// # Errors
    /// `NotFound` with the nearest names, `KindMismatch` naming both kinds, and those of the catalogue.
    pub async fn model<K: Kind>(&self, id: &str) -> Result<Model<K>> {
        Model::new(self.endpoint(id, Some(K::KIND)).await?, self.context().clone())
    }

    /// The model `id` as `kind`; without one, as the first kind that the catalogue gives it, or as [`ModelKind::Raw`].
    ///
    /// # Errors
    /// Those of [`FalProvider::model`].
    pub async fn endpoint(&self, id: &str, kind: Option<ModelKind>) -> Result<Arc<dyn Endpoint>> {
        let spec = self.describe(&self.context().begin(), id).await?;
        let kind = kind.or(spec.kinds.first().copied()).unwrap_or(ModelKind::Raw);
        spec.check_kind(kind)?;
        Ok(Arc::new(FalEndpoint::new(Arc::new(self.clone()), spec, kind)?))
    }
}
