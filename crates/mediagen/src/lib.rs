#![doc = include_str!("../README.md")]

#[cfg(feature = "assets")]
pub use mediagen_assets as assets;
#[cfg(feature = "cast")]
pub use mediagen_cast as cast;
pub use mediagen_core as core;
#[cfg(feature = "discovery")]
pub use mediagen_discovery as discovery;
#[cfg(feature = "gallery")]
pub use mediagen_gallery as gallery;
#[cfg(feature = "http")]
pub use mediagen_http as http;
pub use mediagen_jobs as jobs;
pub use mediagen_probe as probe;
#[cfg(feature = "http")]
pub use mediagen_provider_kit::{TokioClock, TokioSpawner};

// Naming a provider's crate is what links it; its entries then reach the registry by themselves.
#[cfg(feature = "fal")]
pub use fal_provider as fal;

use mediagen_core::{Provider, Registry, RegistryError, Result, Settings};
use std::sync::Arc;

/// What most programs need: `use mediagen::prelude::*;`.
pub mod prelude {
    #[cfg(feature = "assets")]
    pub use mediagen_assets::{Asset, DownloadPolicy, Downloader, Keep, Kept, Record, Store, Target};
    pub use mediagen_core::{
        AspectRatio, AudioToAudioModel, AudioToAudioRequest, Context, Error, ErrorKind, Event, ImageToImageModel,
        ImageToImageRequest, ImageToVideoModel, ImageToVideoRequest, Job, JobTicket, KindOutput, KindRequest,
        MediaCapability, MediaInput, Model, ModelKind, Options, Output, OutputFormat, Policy, Provider, Quality,
        RawModel, RawRequest, Registry, Request, Result, Role, Settings, Size, Submitted, TextToAudioModel,
        TextToAudioRequest, TextToImageModel, TextToImageRequest, TextToVideoModel, TextToVideoRequest,
        VideoComposition, VideoToVideoModel, VideoToVideoRequest, kind,
    };
}

/// A context over tokio: real time, follow-up work on the runtime that is current when it is spawned, and a probe that
/// measures local inputs before they are sent.
#[cfg(feature = "http")]
pub fn context() -> mediagen_core::Context {
    mediagen_provider_kit::context().with_probe(mediagen_probe::FileProbe::new())
}

/// Every provider that this build was made with.
///
/// # Errors
/// [`RegistryError`] when two linked crates claim one place.
pub fn registry() -> Result<Registry, RegistryError> {
    Registry::linked()
}

/// Builds a provider by name, from `settings` first and its environment second.
///
/// # Errors
/// `NoProvider` naming the known ones, and those of the provider's configuration.
pub fn connect(name: &str, settings: &Settings) -> Result<Arc<dyn Provider>> {
    registry()?.connect(name, settings)
}
