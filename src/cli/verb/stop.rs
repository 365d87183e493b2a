//! `stop [ID] ATTEMPT`.

use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// The attempt, such as 18 or "#18"
    attempt: String,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let attempt = ask::attempt(&found.mission, &args.attempt)?.id;
    let done = format!("{attempt} is stopped; `flightdeck resume {}` lets the mission go on", found.id);
    request(context, &found, Command::StopAttempt { attempt }, &done).await
}
