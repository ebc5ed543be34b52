//! The options of `models`.

use super::generate::{amount, parsed};
use clap::Args;
use mediagen::core::{MediaCapability, ModelKind};

/// Arguments of `models`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
pub(crate) struct ModelsArgs {
    /// Words in ids, titles, tags and descriptions; typos are forgiven
    pub(crate) query: Option<String>,
    /// Only models of this kind
    #[arg(long, value_name = "K", value_parser = parsed::<ModelKind>)]
    pub(crate) kind: Option<ModelKind>,
    /// Only models known to have this capability, such as video-lip-sync
    #[arg(long, value_name = "C", value_parser = parsed::<MediaCapability>)]
    pub(crate) capability: Option<MediaCapability>,
    /// Include capabilities implied by the category
    #[arg(long, requires = "capability")]
    pub(crate) by_category: bool,
    /// Only models of this category, in the provider's own word
    #[arg(long, value_name = "C")]
    pub(crate) category: Option<String>,
    /// Only models that take this option, such as end-image, or offer 4k; repeatable (known after --refresh --schemas)
    #[arg(long, value_name = "OPTION")]
    pub(crate) takes: Vec<String>,
    /// Maximum price of one unit (known after --prices)
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(crate) max_price: Option<f64>,
    /// Only models with this status, in the provider's own word, such as active
    #[arg(long, value_name = "S")]
    pub(crate) status: Option<String>,
    /// Include deprecated models
    #[arg(long)]
    pub(crate) deprecated: bool,
    /// Maximum number of models
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Refresh the catalogue and report changes
    #[arg(long)]
    pub(crate) refresh: bool,
    /// With --refresh: also read every schema, which takes many more calls
    #[arg(long, requires = "refresh")]
    pub(crate) schemas: bool,
    /// Read the prices of the listed models
    #[arg(long)]
    pub(crate) prices: bool,
    /// Use the catalogue on this machine, however old
    #[arg(long, conflicts_with_all = ["refresh", "prices"])]
    pub(crate) offline: bool,
}
