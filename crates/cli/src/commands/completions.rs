//! `mediagen completions`.

use crate::{args::Cli, ui};
use clap::CommandFactory as _;
use mediagen::core::Result;

/// Prints the completions of `shell`.
pub(crate) fn print(shell: clap_complete::Shell) -> Result<()> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    ui::print(&script)
}
