//! `mediagen completions`.

use crate::args::Cli;
use clap::CommandFactory as _;

/// Prints the completions of `shell`.
pub(crate) fn print(shell: clap_complete::Shell) {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut std::io::stdout());
}
