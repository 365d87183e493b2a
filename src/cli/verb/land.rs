//! `land [ID]`: the branch is merged once its commands pass on the merged tree.

use anyhow::bail;

use crate::cli::ask::call;
use crate::cli::prelude::*;
use crate::cli::screen::{Output, Screen};
use crate::domain::mission::End;
use crate::link::protocol::{Call, Reply};

pub async fn run(context: &Context, args: &MissionArg) -> Result<Exit> {
    land(context, &args.find(context)?).await?;
    Ok(Exit::Done)
}

/// Lands a mission and says where it is.
pub async fn land(context: &Context, found: &MissionRef) -> Result<()> {
    if let Some(commit) = &found.mission.landed {
        return Err(misuse(format!("{} landed already, as {commit}", found.id)));
    }
    if !matches!(found.mission.end, Some(End::Completed { .. })) {
        let status = found.mission.status().word();
        return Err(misuse(format!("{} is {status}; only a completed mission can be landed", found.id)));
    }
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
        Reply::Landed { branch, commit } => {
            print(format!("{} landed on {branch} as {}", found.id, commit.short()))
        }
        other => bail!("the engine answered something else than a landing: {other:?}"),
    }
}
