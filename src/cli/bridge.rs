//! `bridge [ID]`: a mission's link over standard input and output.

use anyhow::Result;

use super::context::Context;
use super::engine_start::{Reached, reach};
use super::exit::Exit;
use super::missions;

/// Carry a mission's link over standard input and output
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
}

/// Carries lines both ways until either side ends.
///
/// # Errors
/// When the engine cannot be reached.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    // The connection that found the engine keeps it from leaving until the bridge has its own.
    let Reached { client, socket, .. } = reach(context, &found.dir).await?;
    crate::link::bridge(tokio::io::stdin(), tokio::io::stdout(), &socket).await?;
    drop(client);
    Ok(Exit::Done)
}
