//! The options of `price`: those of `generate`, so that a line can be priced by its first word alone.

use super::GenerateArgs;
use clap::Args;

/// Arguments of `price`. What decides nothing about the price is taken and not shown.
#[derive(Debug, Args)]
#[command(
    mut_arg("set", |arg| arg.hide(true)),
    mut_arg("help_model", |arg| arg.hide(true)),
    mut_arg("dry_run", |arg| arg.hide(true)),
    mut_arg("timeout", |arg| arg.hide(true)),
    mut_arg("start_timeout", |arg| arg.hide(true)),
    mut_arg("out", |arg| arg.hide(true)),
    mut_arg("name", |arg| arg.hide(true)),
    mut_arg("no_embed", |arg| arg.hide(true)),
    mut_arg("webhook", |arg| arg.hide(true)),
    mut_arg("force_upload", |arg| arg.hide(true)),
    mut_arg("priority", |arg| arg.hide(true))
)]
pub(crate) struct PriceArgs {
    #[command(flatten)]
    pub(crate) request: GenerateArgs,
}
