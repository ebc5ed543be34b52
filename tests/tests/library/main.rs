//! The library as its users meet it: the facade over the emulator, with files at the end.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

mod chain;
mod factories;
mod kinds;
mod lifecycle;
mod limits;
mod transfers;

use mediagen::{
    assets::{DownloadPolicy, Downloader, Keep},
    core::Settings,
    fal::{FalConfig, FalProvider},
    prelude::*,
};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};

/// An emulator and a provider that talks to it.
struct Rig {
    emulator: Emulator,
    fal: FalProvider,
    cx: Context,
    folder: tempfile::TempDir,
}

impl Rig {
    async fn new() -> Self {
        Self::with(EmulatorConfig::default()).await
    }

    async fn with(config: EmulatorConfig) -> Self {
        let emulator = Emulator::start(config).await.unwrap();
        let cx = mediagen::context();
        let fal = connect(&emulator).with_context(cx.clone());
        Self { emulator, fal, cx, folder: tempfile::tempdir().unwrap() }
    }

    /// A keeper of files in the folder.
    fn keep(&self) -> Keep {
        let downloader = Downloader::new(DownloadPolicy::of(&self.fal)).unwrap();
        Keep::new(downloader, Target::new(self.folder.path()))
    }

    /// Saves the first part of `output`.
    async fn save(&self, output: &Output) -> Asset {
        let downloader = Downloader::new(DownloadPolicy::of(&self.fal)).unwrap();
        downloader.save(&self.cx, &output.parts[0], &Target::new(self.folder.path())).await.unwrap()
    }
}

/// A provider that knows only `emulator`, and none of the environment.
fn connect(emulator: &Emulator) -> FalProvider {
    let settings = Settings::new()
        .with("base_url", emulator.base_url())
        .with("key", "lib-id:lib-secret")
        .with("upload_cache", "off");
    FalProvider::new(FalConfig::from_settings(&settings).unwrap()).unwrap().with_context(mediagen::context())
}
