//! `mediagen schema`: what a model takes and returns, as the mapping itself has it.

use crate::{
    args::{Global, SchemaArgs},
    interrupt,
    progress::Progress,
    report::SchemaReport,
    ui::{self, Report},
};
use mediagen::core::{Error, ModelKind, Result, Settings};
use serde::Serialize;
use serde_json::Value;
use std::process::ExitCode;

/// Prints what a model takes and returns. Nothing is sent, and no key is needed where the provider shows its schemas
/// without one.
pub(crate) async fn run(global: &Global, arguments: &SchemaArgs) -> Result<ExitCode> {
    let registry = mediagen::registry().map_err(Error::from)?;
    let provider = registry.connect(&global.provider, &Settings::new())?;
    let cx = interrupt::context(global)?;
    let progress = Progress::new(global, &arguments.model);
    if arguments.openapi {
        let document = cx.until_cancelled(provider.schema_document(&cx, &arguments.model)).await??;
        progress.finish();
        ui::report(global, &OpenApi(document))?;
        return Ok(ExitCode::SUCCESS);
    }
    let spec = cx.until_cancelled(provider.describe(&cx, &arguments.model)).await??;
    progress.finish();
    let kind = arguments.kind.or_else(|| spec.kinds.first().copied()).unwrap_or(ModelKind::Raw);
    let endpoint = registry.bind(&provider, spec, kind)?;
    ui::report(global, &SchemaReport::new(&*endpoint))?;
    Ok(ExitCode::SUCCESS)
}

/// The provider's own document.
#[derive(Serialize)]
#[serde(transparent)]
struct OpenApi(Value);

impl Report for OpenApi {
    fn text(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_default()
    }
}
