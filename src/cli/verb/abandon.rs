//! `abandon [ID] --reason …`: the end of a mission that nobody wants any more.

use crate::cli::person::{Confirmation, confirm};
use crate::cli::prelude::*;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Why; it stays in the record
    #[arg(long, value_name = "WHY", allow_hyphen_values = true)]
    reason: String,
    /// Do not ask whether it is meant
    #[arg(long, short)]
    yes: bool,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let reason = ask::text("--reason", &args.reason)?;
    let question = format!("abandon {} for good? Running agents are stopped; the branch stays.", found.id);
    if !args.yes && confirm(context, &question)? == Confirmation::No {
        return done("nothing has changed");
    }
    let branch = found.mission.founding.as_ref().map_or("", |founding| founding.branch.as_str());
    let done = format!("{} is abandoned; what was built is on {branch}", found.id);
    request(context, &found, Command::Abandon { reason }, &done).await
}
