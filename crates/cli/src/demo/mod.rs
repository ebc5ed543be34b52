//! `mediagen demo`: all seven kinds on the embedded emulator.

mod gallery;
mod scenes;

use crate::{
    args::{DemoArgs, Global},
    emulate,
    generate::{Files, Generation, Stopped, cost::Prices, generate, report},
    interrupt,
    progress::Progress,
    ui,
};
use mediagen::core::{Context, Error, Input, MediaInput, Provider, Registry, Request, Settings};
use mediagen_emulator::fal::EmulatorConfig;
use scenes::{SCENES, Scene};
use serde_json::{Value, json};
use std::{path::Path, process::ExitCode, sync::Arc};

/// Runs every scene, each on the files of the scenes before it, then shows a table and writes the gallery.
pub(crate) async fn run(global: &Global, arguments: &DemoArgs) -> Result<ExitCode, Stopped> {
    let cx = interrupt::context(global)?;
    let mut config = EmulatorConfig::default();
    config.port = 0;
    let emulator = emulate::start(config).await?;
    // The demo's key opens nothing: the emulator takes any, and only loopback hears of it.
    let settings =
        Settings::new().with("base_url", emulator.base_url()).with("key", "demo:demo").with("upload_cache", "off");
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect("fal", &settings)?;
    let mut made: Vec<Generation> = Vec::new();
    for scene in SCENES {
        made.push(play(global, &registry, &provider, &cx, scene, &made, arguments).await?);
    }
    let page = arguments.out.join("index.html");
    gallery::write(&page, &made)?;
    let runs: Vec<&Value> = made.iter().map(|generation| &generation.document).collect();
    ui::result(
        global,
        &json!({"status": "completed", "runs": runs, "gallery": page.to_string_lossy()}),
        &text(&made, &page),
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn play(
    global: &Global,
    registry: &Registry,
    provider: &Arc<dyn Provider>,
    cx: &Context,
    scene: &Scene,
    made: &[Generation],
    arguments: &DemoArgs,
) -> Result<Generation, Stopped> {
    let mut request = Request::new();
    request.prompt = scene.prompt.map(str::to_owned);
    (scene.options)(&mut request.options);
    for (role, index) in scene.inputs {
        let path = made.get(*index).and_then(|g| g.assets.first()).map(|asset| asset.path.clone()).unwrap_or_default();
        request.inputs.push(Input::new(*role, MediaInput::Path(path)));
    }
    let progress = Arc::new(Progress::new(global, scene.model));
    let spec = cx.until_cancelled(provider.describe(cx, scene.model)).await??;
    let files = Files {
        out: arguments.out.clone(),
        name: format!("{}-{{index}}.{{ext}}", scene.name),
        embed: !arguments.no_embed,
    };
    files.prepare()?;
    let (prices, cx) = (Prices::asked(provider), cx.clone());
    let generation =
        generate(registry, provider, spec, scene.model, scene.kind, request, &files, cx, &progress, &prices).await;
    progress.finish();
    generation
}

fn text(made: &[Generation], page: &Path) -> String {
    let mut rows = vec![["kind", "model", "file", "type", "what", "size", "time"].map(str::to_owned).to_vec()];
    for generation in made {
        let word = |key: &str| generation.document[key].as_str().unwrap_or_default().to_owned();
        for asset in &generation.assets {
            let mut row = vec![word("kind"), word("model")];
            row.extend(report::row(asset));
            row.push(format!("{} ms", generation.document["timings_ms"]["total"]));
            rows.push(row);
        }
    }
    format!("{}\n{} files; look at them all: {}", ui::heading(&ui::table(&rows)), rows.len() - 1, page.display())
}
