//! `run [ID]`: fly a mission and print its progress until it ends or needs a person.

use super::new::FollowArgs;
use crate::cli::follow::{Talk, fly, summary};
use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    follow: FollowArgs,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let talk = args.follow.talk(context);
    let mission = fly(context, &found, talk, args.follow.speed()?).await?;
    if talk == Talk::Json {
        summary(&found, &mission)?;
    }
    Ok(Exit::of(&mission))
}
