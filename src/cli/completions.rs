//! `completions SHELL`.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::context::print;
use super::exit::Exit;

/// Print a completion script
#[derive(Debug, clap::Args)]
pub struct Args {
    /// For which shell
    shell: Shell,
}

/// Prints it.
///
/// # Errors
/// When the output is closed.
pub fn run(args: &Args) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "flightdeck", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
