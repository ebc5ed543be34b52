//! Arguments of the commands that run the embedded emulator.

use std::path::PathBuf;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Where the files go
    #[arg(long, value_name = "DIR", default_value = "mediagen-demo")]
    pub(crate) out: PathBuf,
    /// Leave the files as they came: no record inside them, only beside them
    #[arg(long)]
    pub(crate) no_embed: bool,
}

/// Arguments of `emulate`.
#[derive(Debug, clap::Args)]
pub(crate) struct EmulateArgs {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, value_name = "P", default_value_t = 8787)]
    pub(crate) port: u16,
    /// More endpoints: a JSON-lines file, plain or gzip, in the shape of the catalogue's listing with schemas
    #[arg(long, value_name = "FILE")]
    pub(crate) catalog: Option<PathBuf>,
}
