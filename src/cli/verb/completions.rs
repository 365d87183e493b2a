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

pub fn run(args: &Args) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "flightdeck", &mut script);
    // A script of our own, with tabs in it that must stay.
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
