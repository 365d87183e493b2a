//! `autopilot on|off`: whether passing gates is left to flightdeck.

use anyhow::Result;
use clap::ValueEnum;

use super::args::MissionArg;
use super::ask::ask;
use super::context::{Context, print};
use super::exit::Exit;
use super::missions;
use crate::domain::command::Command;
use crate::domain::gate::Autopilot;

/// Leave passing gates to flightdeck, or decide them yourself
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// `on`: a gate that passes is GO; `off`: every gate waits for you
    switch: Switch,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// Sets it.
///
/// # Errors
/// When the mission has ended.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let (autopilot, words) = match args.switch {
        Switch::On => (Autopilot::On, "gates that pass are GO without you"),
        Switch::Off => (Autopilot::Off, "every gate waits for you"),
    };
    ask(context, &found, Command::SetAutopilot { autopilot }).await?;
    print(&format!("{}: {words}", found.id))?;
    Ok(Exit::Done)
}
