//! `replay [ID | --sample]`: a mission from its record.

use anyhow::Result;

use super::console;
use super::context::Context;
use super::exit::Exit;
use super::missions;

/// Look at a mission's record in the console
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    #[arg(conflicts_with = "sample")]
    id: Option<String>,
    /// A recorded mission that shows every state
    #[arg(long)]
    sample: bool,
}

/// Opens the console on the record.
///
/// # Errors
/// When the record cannot be read, or there is no terminal.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    if args.sample {
        return console::replay(context, None).await;
    }
    let found = missions::find(context, args.id.as_deref())?;
    console::replay(context, Some(&found)).await
}
