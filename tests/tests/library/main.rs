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
    core::{Kind, Settings},
    fal::{FalConfig, FalProvider},
    prelude::*,
};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use std::sync::Arc;

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

    /// Runs `model` in an engine and keeps what it makes; the output is as it was measured.
    async fn run<K: Kind>(&self, keep: &Keep, model: &Model<K>, request: impl Into<K::Request>) -> (K::Output, Kept) {
        let engine = Mediagen::builder(Registry::linked().unwrap()).provider(Arc::new(self.fal.clone())).build();
        let generation = engine.own(model.clone()).unwrap().run(request).await.unwrap();
        let kept = generation.keep(keep).await.unwrap();
        let mut output = generation.output().clone();
        kept.complete(&mut output);
        (K::Output::from_output(output), kept)
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
