//! `mediagen schema`, and the help of one model: what it takes and gives, as the mapping itself has it.

mod document;
mod help;
mod text;

use crate::{
    args::{Global, SchemaArgs},
    interrupt,
    progress::Progress,
    ui,
};
use mediagen::core::{Endpoint, Error, ModelKind, ModelSpec, Place, Result, Settings};
use std::{process::ExitCode, sync::Arc};

/// A model, bound for one kind, and where everything goes then.
struct Asked<'a> {
    endpoint: &'a dyn Endpoint,
    spec: &'a ModelSpec,
    kind: ModelKind,
    places: Vec<Place>,
}

impl<'a> Asked<'a> {
    fn new(endpoint: &'a dyn Endpoint) -> Self {
        Self { endpoint, spec: endpoint.spec(), kind: endpoint.kind(), places: endpoint.fields() }
    }
}

/// Tells what a model takes and gives. Nothing is sent and no key is needed where the provider shows its schemas without.
pub(crate) async fn run(global: &Global, arguments: &SchemaArgs) -> Result<ExitCode> {
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect(&global.provider, &Settings::new())?;
    let cx = interrupt::context(global)?;
    let progress = Progress::new(global, &arguments.model);
    if arguments.openapi {
        let document = cx.until_cancelled(provider.schema_document(&cx, &arguments.model)).await;
        progress.finish();
        let document = document??;
        ui::result(global, &document, &serde_json::to_string_pretty(&document).unwrap_or_default())?;
        return Ok(ExitCode::SUCCESS);
    }
    let spec = cx.until_cancelled(provider.describe(&cx, &arguments.model)).await;
    progress.finish();
    let spec = spec??;
    let kind = arguments.kind.or_else(|| spec.kinds.first().copied()).unwrap_or(ModelKind::Raw);
    let endpoint = registry.bind(&provider, spec, kind)?;
    let asked = Asked::new(&*endpoint);
    ui::result(global, &document::of(&asked), &text::of(&asked))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the help of `generate` for this model alone; with `--json` the document of `schema`.
pub(crate) fn help(global: &Global, endpoint: &Arc<dyn Endpoint>) -> Result<()> {
    let asked = Asked::new(&**endpoint);
    ui::result(global, &document::of(&asked), &help::of(&asked))
}

/// An option as it is typed: `--end-image` for `end_image`.
fn flag(option: &str) -> String {
    if option == "prompt" { "PROMPT".to_owned() } else { format!("--{}", option.replace('_', "-")) }
}

#[cfg(test)]
mod tests {
    use crate::args::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn every_option_of_a_place_is_a_flag_of_generate() {
        let root = Cli::command();
        let generate = root.find_subcommand("generate").unwrap();
        let known: Vec<_> = generate.get_arguments().filter_map(|a| a.get_long()).map(|l| format!("--{l}")).collect();
        for option in ["end_image", "loop", "sample_rate", "voice_sample_text", "source_face", "aspect_ratio"] {
            assert!(known.contains(&super::flag(option)), "{option}: {known:?}");
        }
        assert_eq!(super::flag("prompt"), "PROMPT");
    }
}
