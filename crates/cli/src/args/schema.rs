//! The options of `schema`.

use super::generate::told;
use clap::Args;
use mediagen::core::ModelKind;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The model, by its full id
    pub(crate) model: String,
    /// The kind to ask for, where the model has several or none is known
    #[arg(long, value_name = "K", value_parser = told::<ModelKind>)]
    pub(crate) kind: Option<ModelKind>,
    /// Print the provider's own document as it is
    #[arg(long, conflicts_with = "kind")]
    pub(crate) openapi: bool,
}
