//! `mcp SOCKET`: the tools of one attempt over standard input and output, for the agent that flies it. The engine hands this
//! command to the agent; it is of no use to a person.

use std::path::PathBuf;

use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the engine listens for the agent of this attempt
    socket: PathBuf,
}

pub async fn run(args: &Args) -> Result<Exit> {
    crate::link::bridge(tokio::io::stdin(), tokio::io::stdout(), &args.socket).await?;
    Ok(Exit::Done)
}
