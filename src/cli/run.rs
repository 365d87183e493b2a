//! `run [ID]`: fly a mission and print its progress.

use anyhow::Result;

use super::context::Context;
use super::exit::Exit;
use super::follow::{Talk, fly};
use super::missions;
use super::new::FlightArgs;

/// Fly a mission and print its progress
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    /// Print progress and ask nothing; the command ends when a decision is needed
    #[arg(long)]
    headless: bool,
    /// How fast a rehearsal plays, when its engine is started now
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    speed: Option<f64>,
}

/// Follows the mission until it ends or needs a person.
///
/// # Errors
/// When the mission cannot be read or its engine does not come up.
pub async fn run(context: &Context, args: Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let talk = if args.headless { Talk::Silent } else { Talk::possible(context) };
    let speed = FlightArgs { speed: args.speed, ..FlightArgs::default() }.speed()?;
    let mission = fly(context, &found, talk, speed).await?;
    Ok(Exit::of(&mission))
}
