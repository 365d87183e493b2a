//! `attach [ID]`: a mission's console.

use anyhow::Result;

use super::console;
use super::context::Context;
use super::exit::Exit;

/// Open a mission's console
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
}

/// Shows the mission until the person leaves.
///
/// # Errors
/// When there is no terminal, or the engine cannot be reached.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    console::attach(context, args.id.as_deref()).await
}
