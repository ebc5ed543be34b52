//! The options of `schema`.

use super::generate::parsed;
use clap::Args;
use mediagen::core::ModelKind;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Model id, such as fal-ai/flux/dev
    pub(crate) model: String,
    /// Kind to show, when the model has several or none is known
    #[arg(long, value_name = "K", value_parser = parsed::<ModelKind>)]
    pub(crate) kind: Option<ModelKind>,
    /// Print the provider's own schema document
    #[arg(long, conflicts_with = "kind")]
    pub(crate) openapi: bool,
}
