//! `assertion show VAL-AREA-001`.

use anyhow::Result;
use serde_json::json;

use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::{Context, Format, print_json, print_page};
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::view::assertion;

/// Show an assertion
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-001
    assertion: String,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let mission = &found.mission;
    let id = ask::assertion(mission, &args.assertion)?;
    let Some(known) = mission.contract.get(&id) else { return Ok(Exit::Failed) };
    if args.format.json {
        print_json(&json!({
            "assertion": known,
            "standing": mission.standing(&id),
            "feature": mission.claimant(&id).map(|feature| feature.id),
            "waiver": mission.waivers.get(&id),
            "verdicts": mission.verdicts.get(&id).map_or(&[][..], Vec::as_slice),
        }))?;
    } else {
        print_page(context, |width| assertion::page(mission, known, width))?;
    }
    Ok(Exit::Done)
}
