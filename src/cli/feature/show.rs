//! `feature show F3`.

use anyhow::Result;
use serde_json::json;

use crate::cli::args::MissionArg;
use crate::cli::ask;
use crate::cli::context::{Context, Format, print_json, print_page};
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::engine::now;
use crate::view::feature::{attempts, findings, page};

/// Show a feature
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as F3
    feature: String,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.mission.mission.as_deref())?;
    let mission = &found.mission;
    let id = ask::feature(mission, &args.feature)?;
    let Some(feature) = mission.feature(id) else { return Ok(Exit::Failed) };
    if args.format.json {
        print_json(&json!({
            "feature": feature,
            "attempts": attempts(mission, id).collect::<Vec<_>>(),
            "handoff": mission.handoffs.get(&id).map(|(_, handoff)| handoff),
            "claim_runs": mission.claim_runs.get(&id),
            "findings": findings(mission, id).collect::<Vec<_>>(),
        }))?;
    } else {
        print_page(context, |width| page(mission, feature, now(), width))?;
    }
    Ok(Exit::Done)
}
