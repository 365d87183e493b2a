//! `completions SHELL`.

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
    done(&String::from_utf8_lossy(&script))
}
