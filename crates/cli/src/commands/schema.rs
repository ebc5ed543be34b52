//! `mediagen schema`: what a model takes and returns, as the mapping itself has it.

use crate::{
    args::{Global, SchemaArgs},
    engine::engine,
    interrupt,
    progress::Progress,
    report::SchemaReport,
    ui::{self, Report},
};
use mediagen::core::Result;
use serde::Serialize;
use serde_json::Value;
use std::process::ExitCode;

/// Prints what a model takes and returns. Nothing is sent, and no key is needed where the provider shows its schemas
/// without one.
pub(crate) async fn run(global: &Global, arguments: &SchemaArgs) -> Result<ExitCode> {
    let engine = engine(global, interrupt::context(global)?)?;
    let progress = Progress::new(global, &arguments.model);
    let cx = engine.context();
    if arguments.openapi {
        let (provider, name) = engine.named(&arguments.model)?;
        let document = cx.bounded(provider.schema_document(cx, name)).await??;
        progress.finish();
        ui::report(global, &OpenApi(document))?;
        return Ok(ExitCode::SUCCESS);
    }
    let endpoint = engine.endpoint(&arguments.model, arguments.kind).await?;
    progress.finish();
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
