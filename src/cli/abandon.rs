//! `abandon [ID] --reason …`: the end of a mission that nobody wants any more.

use anyhow::Result;

use super::ask::{self, ask};
use super::context::{Context, print};
use super::exit::Exit;
use super::missions;
use super::person::{Confirmation, confirm};
use crate::domain::command::Command;

/// End a mission for good; its branch and its record stay
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    /// Why; it stays in the record
    #[arg(long, value_name = "WHY", allow_hyphen_values = true)]
    reason: String,
    /// Do not ask whether it is meant
    #[arg(long, short)]
    yes: bool,
}

/// Abandons it, after a yes.
///
/// # Errors
/// When the mission is over already, or nobody can be asked.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let reason = ask::text("--reason", &args.reason)?;
    let question = format!("abandon {} for good? Running agents are stopped; the branch stays.", found.id);
    if !args.yes && confirm(context, &question)? == Confirmation::No {
        print("nothing has changed")?;
        return Ok(Exit::Done);
    }
    ask(context, &found, Command::Abandon { reason }).await?;
    let branch =
        found.mission.founding.as_ref().map_or_else(String::new, |founding| founding.branch.to_string());
    print(&format!("{} is abandoned; what was built is on {branch}", found.id))?;
    Ok(Exit::Done)
}
