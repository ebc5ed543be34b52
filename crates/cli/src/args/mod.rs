//! The command line, exactly as the contract says; an option that is not built yet is absent.

#[cfg(feature = "emulate")]
mod emulate;
mod gallery;
mod generate;
mod models;
mod price;
mod schema;

#[cfg(feature = "emulate")]
pub(crate) use emulate::{DemoArgs, EmulateArgs};
pub(crate) use gallery::GalleryArgs;
pub(crate) use generate::{GenerateArgs, OptionArgs, PartLength};
pub(crate) use models::ModelsArgs;
pub(crate) use price::PriceArgs;
pub(crate) use schema::SchemaArgs;

use clap::{Parser, Subcommand};

/// Generative media from a terminal, a script or an agent.
#[derive(Debug, Parser)]
#[command(name = "mediagen", version, about, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_display_order = 900)]
pub(crate) struct Global {
    /// Print one JSON document on stdout; everything else goes to stderr
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Provider of models that do not name one [default: `$MEDIAGEN_PROVIDER`, otherwise fal]
    #[arg(long, global = true, value_name = "P")]
    pub(crate) provider: Option<String>,
    /// Print errors and results only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Log more on stderr (-v: steps, -vv: every request)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// No progress bars
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

impl Global {
    /// The provider of models that do not name one.
    pub(crate) fn provider(&self) -> String {
        let of_environment = || std::env::var("MEDIAGEN_PROVIDER").ok().filter(|name| !name.trim().is_empty());
        self.provider.clone().or_else(of_environment).unwrap_or_else(|| "fal".to_owned())
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try all seven kinds on the embedded emulator, without a key or network
    #[cfg(feature = "emulate")]
    Demo(DemoArgs),
    /// Run a model
    Generate(Box<GenerateArgs>),
    /// Show what a model takes and returns
    Schema(SchemaArgs),
    /// Estimate the cost of a request
    Price(Box<PriceArgs>),
    /// Search the catalogue of models
    Models(ModelsArgs),
    /// Browse generated files
    Assets {
        #[command(subcommand)]
        command: AssetsCommand,
    },
    /// Put a file on the provider's storage and print its URL
    Upload(UploadArgs),
    /// Serve fal.ai on loopback: queue, storage, catalogue and real media
    #[cfg(feature = "emulate")]
    Emulate(EmulateArgs),
    /// Check the key, hosts, folders and optional tools
    Doctor,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What to do with generated files.
#[derive(Debug, Subcommand)]
pub(crate) enum AssetsCommand {
    /// List stored files, newest first
    List,
    /// Show one file: facts, body, cost, and what it was made of
    Show {
        /// The beginning of its id, or a file
        id: String,
    },
    /// Hash every stored file again and report what is damaged or missing
    Verify,
    /// Write an HTML page that shows every file
    Gallery(GalleryArgs),
}

/// Arguments of `upload`.
#[derive(Debug, clap::Args)]
pub(crate) struct UploadArgs {
    /// The file
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: String,
    /// Upload even when the provider already has the same content
    #[arg(long)]
    pub(crate) force_upload: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn without_the_emulator_its_commands_are_absent() {
        let command = Cli::command();
        for name in ["demo", "emulate"] {
            assert_eq!(command.find_subcommand(name).is_some(), cfg!(feature = "emulate"), "{name}");
        }
    }
}
