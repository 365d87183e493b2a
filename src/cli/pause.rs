//! `pause [ID]`.

use anyhow::Result;

use super::ask::ask;
use super::context::{Context, print};
use super::exit::Exit;
use super::missions;
use crate::domain::command::Command;

/// Start nothing new; what runs waits before its next model call
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
}

/// Pauses.
///
/// # Errors
/// When the mission is held already or has ended.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    ask(context, &found, Command::Pause).await?;
    print(&format!("{} is paused; `flightdeck resume {}` lets it go on", found.id, found.id))?;
    Ok(Exit::Done)
}
