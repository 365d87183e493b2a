//! `stop ATTEMPT`.

use anyhow::Result;

use super::args::MissionArg;
use super::ask::{self, ask};
use super::context::{Context, print};
use super::exit::Exit;
use super::missions;
use crate::domain::command::Command;

/// Stop one attempt; the mission is held until you resume it
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// The attempt, such as 18 or "#18"
    attempt: String,
}

/// Stops it.
///
/// # Errors
/// When there is no such attempt or it has ended.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let attempt = ask::attempt(&found.mission, &args.attempt)?;
    ask(context, &found, Command::StopAttempt { attempt }).await?;
    print(&format!("{attempt} is stopped; `flightdeck resume {}` lets the mission go on", found.id))?;
    Ok(Exit::Done)
}
