//! `pause [ID]`.

use crate::cli::prelude::*;

pub async fn run(context: &Context, args: &MissionArg) -> Result<Exit> {
    let found = args.find(context)?;
    let done = format!("{} is paused; `flightdeck resume {}` lets it go on", found.id, found.id);
    request(context, &found, Command::Pause, &done).await
}
