#![doc = include_str!("../README.md")]

#[cfg(feature = "assets")]
pub use mediagen_assets as assets;
#[cfg(feature = "cast")]
pub use mediagen_cast as cast;
pub use mediagen_core as core;
#[cfg(feature = "discovery")]
pub use mediagen_discovery as discovery;
pub use mediagen_engine as engine;
#[cfg(feature = "gallery")]
pub use mediagen_gallery as gallery;
#[cfg(feature = "http")]
pub use mediagen_http as http;
pub use mediagen_probe as probe;

// Naming a provider's crate is what links it; its entries then reach the registry by themselves.
#[cfg(feature = "fal")]
pub use fal_provider as fal;

pub use mediagen_core::{CancellationToken, Error, Result};
pub use mediagen_engine::Mediagen;
pub use mediagen_runtime::{TokioClock, TokioSpawner, context};

use mediagen_core::{ProviderId, Registry, RegistryError, Settings};

/// What most programs need: `use mediagen::prelude::*;`. It shadows nothing of the standard library: `Result` and `Error`
/// are `mediagen::Result` and `mediagen::Error`.
pub mod prelude {
    #[cfg(feature = "assets")]
    pub use mediagen_assets::{Asset, Kept, Record, Store, Target};
    pub use mediagen_core::{
        AspectRatio, AudioToAudioModel, AudioToAudioRequest, Context, Deadlines, ErrorKind, Event, ImageToImageModel,
        ImageToImageRequest, ImageToVideoModel, ImageToVideoRequest, Job, JobTicket, KindOutput, KindRequest,
        MediaCapability, MediaInput, Model, ModelKind, Money, Options, Output, OutputFormat, Policy, Provider, Quality,
        RawModel, RawRequest, Registry, Request, Role, Size, TextToAudioModel, TextToAudioRequest, TextToImageModel,
        TextToImageRequest, TextToVideoModel, TextToVideoRequest, VideoComposition, VideoToVideoModel,
        VideoToVideoRequest, kind,
    };
    pub use mediagen_engine::{DryRun, Generation, Generator, JobId, Mediagen, Submission};
}

/// Every provider that this build was made with.
///
/// # Errors
/// [`RegistryError`] when two linked crates claim one place.
pub fn registry() -> Result<Registry, RegistryError> {
    Registry::linked()
}

/// An engine whose default provider is `name`, built from `settings` first and its environment second.
///
/// # Errors
/// `NoProvider` naming the known ones, and those of the provider's configuration.
///
/// ```no_run
/// # async fn example() -> mediagen::Result<()> {
/// let fal = mediagen::connect("fal", &mediagen::core::Settings::new())?;
/// let image = fal.text_to_image("fal-ai/flux/dev").await?.run("a lighthouse").await?;
/// # Ok(())
/// # }
/// ```
pub fn connect(name: &str, settings: &Settings) -> Result<Mediagen> {
    let registry = registry()?;
    let provider = registry.connect(name, settings)?;
    let builder = Mediagen::builder(registry).context(context());
    Ok(builder.default_provider(ProviderId::named(provider.name().as_str())).provider(provider).build())
}
