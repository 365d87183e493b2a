//! `assertion list`.

use anyhow::Result;
use serde_json::json;

use crate::cli::args::MissionArg;
use crate::cli::context::{Context, Format, print, print_json};
use crate::cli::exit::Exit;
use crate::cli::missions;
use crate::cli::table::table;
use crate::domain::contract::Weight;

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
    let rows: Vec<[String; 6]> = mission
        .contract
        .values()
        .map(|assertion| {
            let weight = match assertion.wording.weight {
                Weight::Blocking => "blocking",
                Weight::NonBlocking => "non-blocking",
            };
            [
                format!("{} {}", assertion.id, assertion.revision),
                mission.standing(&assertion.id).word().to_owned(),
                claimant(&assertion.id).unwrap_or_default(),
                assertion.wording.check.via.word().to_owned(),
                weight.to_owned(),
                assertion.wording.title.to_string(),
            ]
        })
        .collect();
    print(&table(
        ["assertion", "standing", "feature", "over", "weight", "title"],
        &rows,
        context.output.style(),
    ))?;
    Ok(Exit::Done)
}
