//! `replay [ID | --sample]`: a mission from its record.

use crate::cli::console;
use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    #[arg(conflicts_with = "sample")]
    id: Option<String>,
    /// A recorded mission that shows every state
    #[arg(long)]
    sample: bool,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    if args.sample {
        return console::replay(context, None).await;
    }
    let found = missions::find(context, args.id.as_deref())?;
    console::replay(context, Some(&found)).await
}
