//! The options of `models`.

use super::generate::{amount, told};
use clap::Args;
use mediagen::core::{MediaCapability, ModelKind};

/// Arguments of `models`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
pub(crate) struct ModelsArgs {
    /// Words to look for in ids, titles, tags and descriptions; typos are forgiven
    pub(crate) query: Option<String>,
    /// Only models that can be asked for this kind
    #[arg(long, value_name = "K", value_parser = told::<ModelKind>)]
    pub(crate) kind: Option<ModelKind>,
    /// Only models that something shows to have this purpose, such as video-lip-sync
    #[arg(long, value_name = "C", value_parser = told::<MediaCapability>)]
    pub(crate) capability: Option<MediaCapability>,
    /// Count the purposes, too, that a category promises for all of its models
    #[arg(long, requires = "capability")]
    pub(crate) by_category: bool,
    /// Only models of this category, as the provider writes it
    #[arg(long, value_name = "C")]
    pub(crate) category: Option<String>,
    /// Only models that take this option, such as end-image, or offer 4k; repeatable (reads schemas with --refresh --schemas)
    #[arg(long, value_name = "OPTION")]
    pub(crate) takes: Vec<String>,
    /// Only models of which one unit costs at most this (known after --prices)
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(crate) max_price: Option<f64>,
    /// Only models in this state, as the provider writes it, such as active
    #[arg(long, value_name = "S")]
    pub(crate) status: Option<String>,
    /// Models that are about to be withdrawn, too
    #[arg(long)]
    pub(crate) deprecated: bool,
    /// At most this many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Read the catalogue anew, and tell what was found
    #[arg(long)]
    pub(crate) refresh: bool,
    /// With --refresh: read every model's schema, which takes many more calls
    #[arg(long, requires = "refresh")]
    pub(crate) schemas: bool,
    /// Read the prices of the models that are shown
    #[arg(long)]
    pub(crate) prices: bool,
    /// Use what is on this machine, however old
    #[arg(long, conflicts_with_all = ["refresh", "prices"])]
    pub(crate) offline: bool,
}
