//! `mediagen demo`: all seven kinds on the embedded emulator.

mod gallery;
mod scenes;

use crate::{
    args::{DemoArgs, Global},
    commands::emulate,
    generate::{Files, Generation, generate},
    interrupt,
    progress::Progress,
    report::DemoReport,
    ui,
};
use mediagen::{
    Mediagen,
    core::{Error, ErrorKind, Input, Request, Result, Settings},
};
use mediagen_emulator::fal::EmulatorConfig;
use scenes::{SCENES, Scene};
use std::{process::ExitCode, sync::Arc};

/// Runs every scene, each on the files of the scenes before it, then shows a table and writes the gallery.
pub(crate) async fn run(global: &Global, arguments: &DemoArgs) -> Result<ExitCode> {
    let cx = interrupt::context(global)?;
    let mut config = EmulatorConfig::default();
    config.port = 0;
    let emulator = emulate::start(config).await?;
    // The demo's key opens nothing: the emulator takes any, and only loopback sees it.
    let settings =
        Settings::new().with("base_url", emulator.base_url()).with("key", "demo:demo").with("upload_cache", "off");
    let engine = mediagen::connect("fal", &settings)?.with_context(cx);
    let stage = Stage { global, engine: &engine, arguments };
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
    engine: &'a Mediagen,
    arguments: &'a DemoArgs,
}

impl Stage<'_> {
    async fn play(&self, scene: &Scene, made: &[Generation]) -> Result<Generation> {
        let mut request = Request::new();
        request.prompt = scene.prompt.map(str::to_owned);
        (scene.options)(&mut request.options);
        for (role, index) in scene.inputs {
            let file = made.get(*index).and_then(|generation| generation.assets.first());
            request.inputs.extend(file.and_then(|file| file.path()).map(|path| Input::new(*role, path.to_owned())));
        }
        let files = Files {
            out: self.arguments.out.clone(),
            name: format!("{}-{{index}}.{{ext}}", scene.name),
            embed: !self.arguments.no_embed,
        };
        files.prepare()?;
        let progress = Arc::new(Progress::new(self.global, scene.model));
        let endpoint = self.engine.endpoint(scene.model, Some(scene.kind)).await?;
        let mut drafts = self.engine.prepare(&endpoint, vec![request]).await?;
        let draft = drafts.pop().ok_or_else(|| Error::new(ErrorKind::Unexpected, "nothing was prepared"))?;
        generate(self.engine, draft, &files, &progress).await
    }
}
