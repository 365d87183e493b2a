//! `run [ID]`: fly a mission and print its progress until it ends or needs a person.

use super::new::FlightArgs;
use crate::cli::follow::{Talk, fly};
use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Print progress and ask nothing; the command ends when a decision is needed
    #[arg(long)]
    headless: bool,
    /// How fast a rehearsal plays, when its engine is started now
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    speed: Option<f64>,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let talk = if args.headless { Talk::Silent } else { Talk::possible(context) };
    let speed = FlightArgs { speed: args.speed, ..FlightArgs::default() }.speed()?;
    Ok(Exit::of(&fly(context, &found, talk, speed).await?))
}
