//! The options of `assets gallery`.

use std::path::PathBuf;

/// Arguments of `assets gallery`.
#[derive(Debug, clap::Args)]
pub(crate) struct GalleryArgs {
    /// Show a folder with files and the records beside them, instead of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) from: Option<PathBuf>,
    /// Where the page goes
    #[arg(long, value_name = "FILE", default_value = "mediagen-gallery.html")]
    pub(crate) out: PathBuf,
    /// Open the page in a browser
    #[arg(long)]
    pub(crate) open: bool,
}
