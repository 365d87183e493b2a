//! `assertion list`.

use anyhow::Result;
use serde_json::json;

use crate::cli::args::MissionArg;
use crate::cli::context::{Context, Format, print, print_json, print_page};
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::view::contract;

/// List all assertions
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let mission = &found.mission;
    let claimant = |id| mission.claimant(id).map(|feature| feature.id.to_string());
    if args.format.json {
        let rows = mission.contract.values().map(|assertion| {
            let standing = mission.standing(&assertion.id);
            json!({ "assertion": assertion, "standing": standing, "feature": claimant(&assertion.id) })
        });
        print_json(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    if mission.contract.is_empty() {
        print("there is no contract yet")?;
        return Ok(Exit::Done);
    }
    print_page(context, |_| {
        mission.contract.values().map(|known| contract::entry(mission, known)).collect()
    })?;
    Ok(Exit::Done)
}
