//! The factories of a provider: one for each kind, and one for whatever a model turns out to be.

/// Writes the factories of a provider type: `text_to_image(id)` and its sisters, `raw(id)`, `model::<K>(id)` and
/// `endpoint(id, kind)`. The type is `Clone`, a [`Provider`](mediagen_core::Provider) and [`Binds`](mediagen_core::Binds),
/// and has a method `context(&self) -> &Context` with the template of its models' calls.
///
/// The crate that uses it depends on `mediagen-core`.
#[macro_export]
macro_rules! factories {
    ($provider:ty) => {
        $crate::factories! { @each $provider:
            /// A model that makes images from text.
            text_to_image TextToImageModel,
            /// A model that makes images from images.
            image_to_image ImageToImageModel,
            /// A model that makes videos from text.
            text_to_video TextToVideoModel,
            /// A model that makes videos from images.
            image_to_video ImageToVideoModel,
            /// A model that makes videos from videos.
            video_to_video VideoToVideoModel,
            /// A model that makes audio from text.
            text_to_audio TextToAudioModel,
            /// A model that makes audio from audio.
            audio_to_audio AudioToAudioModel,
            /// Any model, by its own JSON.
            raw RawModel,
        }

        impl $provider {
            /// The model `id`, run as kind `K`.
            ///
            /// # Errors
            /// `NotFound` with the nearest names, `KindMismatch` naming both kinds, and those of the catalogue.
            pub async fn model<K: ::mediagen_core::Kind>(
                &self,
                id: &str,
            ) -> ::mediagen_core::Result<::mediagen_core::Model<K>> {
                ::mediagen_core::Model::new(self.endpoint(id, Some(K::KIND)).await?, self.context().clone())
            }

            /// The model `id` as `kind`; without one, as the first kind that the catalogue gives it, or as
            /// [`ModelKind::Raw`](::mediagen_core::ModelKind::Raw).
            ///
            /// # Errors
            /// `NotFound` with the nearest names, `KindMismatch` naming both kinds, and those of the catalogue.
            pub async fn endpoint(
                &self,
                id: &str,
                kind: Option<::mediagen_core::ModelKind>,
            ) -> ::mediagen_core::Result<::std::sync::Arc<dyn ::mediagen_core::Endpoint>> {
                let spec = ::mediagen_core::Provider::describe(self, &self.context().begin(), id).await?;
                let kind = kind.or(spec.kinds.first().copied()).unwrap_or(::mediagen_core::ModelKind::Raw);
                spec.check_kind(kind)?;
                ::mediagen_core::Binds::bind(::std::sync::Arc::new(self.clone()), spec, kind)
            }
        }
    };
    (@each $provider:ty: $($(#[$doc:meta])* $name:ident $model:ident,)+) => {
        impl $provider {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// `NotFound` with the nearest names, `KindMismatch` naming both kinds, and those of the catalogue.
            pub async fn $name(&self, id: &str) -> ::mediagen_core::Result<::mediagen_core::$model> {
                self.model(id).await
            }
        )+}
    };
}

/// Writes the entries of a provider type: one constant for each kind, all of them in `MODELS`, each registered through
/// `inventory`.
///
/// The crate that uses it depends on `mediagen-core`.
#[macro_export]
macro_rules! models {
    ($provider:ty: $($(#[$doc:meta])* $name:ident => $kind:ident,)+) => {
        $(
            $(#[$doc])*
            pub const $name: ::mediagen_core::ModelEntry =
                ::mediagen_core::ModelEntry::of::<$provider>(::mediagen_core::ModelKind::$kind);
            ::mediagen_core::inventory::submit! { $name }
        )+

        /// Every entry of this crate, the same that `inventory` links.
        pub const MODELS: &[::mediagen_core::ModelEntry] = &[$($name),+];
    };
}
