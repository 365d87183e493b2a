//! `plan [ID]`: everything that the plan gate is about, on one page, so that it can be judged without the console.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print_json, print_page};
use super::exit::Exit;
use super::missions;
use crate::domain::estimate::estimate;
use crate::domain::gate::GateId;
use crate::domain::risk::risks;
use crate::view::gate_page;

/// Print the whole plan and the whole contract
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints it.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let mission = &found.mission;
    if !args.format.json {
        print_page(context, |width| gate_page::rows(mission, GateId::Plan, width))?;
        return Ok(Exit::Done);
    }
    print_json(&json!({
        "id": found.id,
        "title": mission.title(),
        "goal": mission.founding.as_ref().map(|founding| founding.goal.as_str()),
        "milestones": mission.milestones,
        "features": mission.features,
        "contract": mission.contract,
        "environment": mission.environment,
        "models": mission.models,
        "budget": mission.budget,
        "estimate": estimate(mission),
        "risks": risks(mission),
    }))?;
    Ok(Exit::Done)
}
