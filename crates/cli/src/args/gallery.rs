//! The options of `assets gallery`.

use std::path::PathBuf;

/// Arguments of `assets gallery`.
#[derive(Debug, clap::Args)]
pub(crate) struct GalleryArgs {
    /// Folder with files and their records, instead of the store
    #[arg(long, value_name = "DIR")]
    pub(crate) from: Option<PathBuf>,
    /// Page to write
    #[arg(long, value_name = "FILE", default_value = "mediagen-gallery.html")]
    pub(crate) out: PathBuf,
    /// Open the page in a browser
    #[arg(long)]
    pub(crate) open: bool,
}
