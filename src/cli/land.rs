//! `land [ID]`: the branch is merged once its commands pass on the merged tree.

use anyhow::{Result, bail};

use super::ask::call;
use super::context::{Context, print};
use super::exit::Exit;
use super::fault::misuse;
use super::missions::{self, MissionRef};
use super::progress::screen::{Output, Screen};
use crate::domain::mission::End;
use crate::link::protocol::{Call, Reply};

/// Merge a completed mission's branch
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
}

/// Lands it.
///
/// # Errors
/// When the mission is not completed, a command fails on the merged tree, or the checkout is in the way.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    land(context, &found).await?;
    Ok(Exit::Done)
}

/// Lands a mission and says where it is.
///
/// # Errors
/// As [`run`].
pub async fn land(context: &Context, found: &MissionRef) -> Result<()> {
    if let Some(commit) = &found.mission.landed {
        return Err(misuse(format!("{} landed already, as {commit}", found.id)));
    }
    if !matches!(found.mission.end, Some(End::Completed { .. })) {
        let status = found.mission.status().word();
        return Err(misuse(format!("{} is {status}; only a completed mission can be landed", found.id)));
    }
    let mut screen = Screen::new(std::io::stdout(), context.output);
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
            print(&format!("{} landed on {branch} as {}", found.id, commit.short()))
        }
        other => bail!("the engine answered something else than a landing: {other:?}"),
    }
}
