//! `status [ID]`: how a mission stands, and what waits.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions;
use super::progress::screen::printed;
use crate::domain::attention;
use crate::engine::now;
use crate::view::{needs, summary};

/// Tell how a mission stands
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Tells it. The exit code is 0 however it stands; `--json` has the state.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    if args.format.json {
        print_json(&json!({
            "id": found.id,
            "dir": found.dir,
            "title": found.mission.title(),
            "status": found.mission.status(),
            "needs": attention::needs(&found.mission),
            "mission": found.mission,
        }))?;
        return Ok(Exit::Done);
    }
    let (mission, style, now) = (&found.mission, context.output.style(), now());
    let mut text = style.page(&summary::page(mission, now));
    for need in needs::lines(mission) {
        text.push_str(&format!("\n{}", printed(&need, now.since(mission.created), style)));
    }
    print(&text)?;
    Ok(Exit::Done)
}
