//! `mediagen demo`: all seven kinds on the embedded emulator.

mod gallery;
mod scenes;

use crate::{
    args::{DemoArgs, Global},
    commands::emulate,
    generate::{Files, Generation, Stopped, Work, cost::Prices, generate},
    interrupt,
    progress::Progress,
    report::DemoReport,
    ui,
};
use mediagen::core::{Context, Error, Input, Provider, Registry, Request, Settings, prepare};
use mediagen_emulator::fal::EmulatorConfig;
use scenes::{SCENES, Scene};
use std::{process::ExitCode, sync::Arc};

/// Runs every scene, each on the files of the scenes before it, then shows a table and writes the gallery.
pub(crate) async fn run(global: &Global, arguments: &DemoArgs) -> Result<ExitCode, Stopped> {
    let cx = interrupt::context(global)?;
    let mut config = EmulatorConfig::default();
    config.port = 0;
    let emulator = emulate::start(config).await?;
    // The demo's key opens nothing: the emulator takes any, and only loopback sees it.
    let settings =
        Settings::new().with("base_url", emulator.base_url()).with("key", "demo:demo").with("upload_cache", "off");
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect("fal", &settings)?;
    let stage = Stage { global, registry: &registry, provider: &provider, cx: &cx, arguments };
    let mut made: Vec<Generation> = Vec::new();
    for scene in SCENES {
        made.push(stage.play(scene, &made).await?);
    }
    let page = arguments.out.join("index.html");
    gallery::write(&page, &made)?;
    let runs = made.into_iter().map(|generation| generation.report).collect();
    ui::report(global, &DemoReport::new(runs, &page))?;
    Ok(ExitCode::SUCCESS)
}

/// What all scenes have in common.
struct Stage<'a> {
    global: &'a Global,
    registry: &'a Registry,
    provider: &'a Arc<dyn Provider>,
    cx: &'a Context,
    arguments: &'a DemoArgs,
}

impl Stage<'_> {
    async fn play(&self, scene: &Scene, made: &[Generation]) -> Result<Generation, Stopped> {
        let mut request = Request::new();
        request.prompt = scene.prompt.map(str::to_owned);
        (scene.options)(&mut request.options);
        for (role, index) in scene.inputs {
            let file = made.get(*index).and_then(|generation| generation.assets.first());
            request.inputs.extend(file.and_then(|file| file.path()).map(|path| Input::new(*role, path.to_owned())));
        }
        let progress = Arc::new(Progress::new(self.global, scene.model));
        let spec = self.cx.bounded(self.provider.describe(self.cx, scene.model)).await??;
        let endpoint = self.registry.bind(self.provider, spec, scene.kind)?;
        let files = Files {
            out: self.arguments.out.clone(),
            name: format!("{}-{{index}}.{{ext}}", scene.name),
            embed: !self.arguments.no_embed,
        };
        files.prepare()?;
        let prices = Prices::unkept(self.provider);
        let work =
            Work { provider: self.provider, endpoint: &endpoint, name: scene.model, cx: self.cx, prices: &prices };
        let prepared = prepare(&endpoint, self.cx, &request).await?;
        generate(&work, prepared, &request, &files, &progress).await
    }
}
