//! `replay [ID | --sample]`: a mission from its record.

use crate::cli::console;
use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// A recorded mission that shows every state
    #[arg(long, conflicts_with_all = ["id", "mission"])]
    sample: bool,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    if args.sample {
        return console::replay(context, None).await;
    }
    let found = args.mission.find(context)?;
    console::replay(context, Some(&found)).await
}
