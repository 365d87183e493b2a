//! `autopilot on|off`: whether passing gates is left to flightdeck.

use clap::ValueEnum;

use crate::cli::prelude::*;
use crate::domain::gate::Autopilot;

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// `on`: a gate that passes is GO; `off`: every gate waits for you
    switch: Switch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let (autopilot, words) = match args.switch {
        Switch::On => (Autopilot::On, "gates that pass are GO without you"),
        Switch::Off => (Autopilot::Off, "every gate waits for you"),
    };
    let done = format!("{}: {words}", found.id);
    request(context, &found, Command::SetAutopilot { autopilot }, &done).await
}
