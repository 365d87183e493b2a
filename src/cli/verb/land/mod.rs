//! `land [ID] [--pr]`: the branch is merged once its commands pass on the merged tree, or offered as a pull request.

mod pull_request;

use anyhow::bail;

use crate::cli::ask::call;
use crate::cli::engine_start::reach;
use crate::cli::prelude::*;
use crate::cli::screen::{Output, Screen};
use crate::domain::mission::End;
use crate::link::protocol::{Call, Reply};
use crate::workspace::land::is_cut_short;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    /// Push the branch and open a draft pull request with `gh` instead of merging
    #[arg(long)]
    pr: bool,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    if found.mission.landed.is_some() && is_cut_short(&found.dir) {
        // An engine that starts tidies up what a landing left that was killed after it was recorded.
        reach(context, &found.dir).await?;
    }
    if args.pr {
        refuse_unless_completed(&found)?;
        return pull_request::offer(&found).await;
    }
    land(context, &found).await?;
    Ok(Exit::Done)
}

/// Lands a mission and says where it is.
pub async fn land(context: &Context, found: &MissionRef) -> Result<()> {
    refuse_unless_completed(found)?;
    let mut screen = Screen::of_stdout(context.output);
    let doing = "merging, and running the mission's commands on the merged tree …";
    if context.output == Output::Pipe {
        screen.print(doing)?;
    } else {
        screen.live(doing)?;
    }
    let reply = call(context, found, Call::Land).await;
    screen.clear()?;
    match reply? {
        Reply::Landed { branch, commit, notes } => {
            print(format!("{} landed on {branch} as {}", found.id, commit.short()))?;
            notes.iter().try_for_each(|note| print(format!("note: {note}")))
        }
        other => bail!("the engine answered something else than a landing: {other:?}"),
    }
}

fn refuse_unless_completed(found: &MissionRef) -> Result<()> {
    if let Some(commit) = &found.mission.landed {
        return Err(misuse(format!("{} landed already, as {commit}", found.id)));
    }
    if !matches!(found.mission.end, Some(End::Completed { .. })) {
        let status = found.mission.status().word();
        return Err(misuse(format!("{} is {status}; only a completed mission can be landed", found.id)));
    }
    Ok(())
}
