//! Arguments of the commands that run the embedded emulator.

use std::path::PathBuf;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Folder for the files
    #[arg(long, value_name = "DIR", default_value = "mediagen-demo")]
    pub(crate) out: PathBuf,
    /// Keep files unchanged: put their record next to them only
    #[arg(long)]
    pub(crate) no_embed: bool,
}

/// Arguments of `emulate`.
#[derive(Debug, clap::Args)]
pub(crate) struct EmulateArgs {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, value_name = "P", default_value_t = 8787)]
    pub(crate) port: u16,
    /// JSON-lines file with more endpoints, plain or gzip, shaped like the catalogue listing with schemas
    #[arg(long, value_name = "FILE")]
    pub(crate) catalog: Option<PathBuf>,
}
