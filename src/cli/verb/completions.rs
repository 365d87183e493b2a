//! `completions SHELL`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// For which shell
    shell: Shell,
}

#[expect(clippy::disallowed_methods, reason = "a script of our own, with tabs that must stay")]
pub fn run(args: &Args) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "flightdeck", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
