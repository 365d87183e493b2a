//! `stats [ID]`: time, tokens and money by role and milestone, and where the money will end.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions;
use crate::domain::estimate::{estimate, forecast};
use crate::engine::now;
use crate::view::stats;

/// Columns of the page on an output that takes any length.
const WIDEST: usize = 120;

/// Tell what a mission used, and of what
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Tells it.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let mission = &found.mission;
    let (style, now) = (context.output.style(), now());
    if args.format.json {
        print_json(&json!({
            "id": found.id,
            "by_role": stats::by_role(mission, now),
            "by_milestone": stats::by_milestone(mission, now),
            "usage": mission.usage(),
            "agent_ms": mission.agent_ms(now),
            "budget": mission.budget,
            "estimate": estimate(mission),
            "forecast": forecast(mission),
            "tests_added": stats::tests_added(mission),
        }))?;
    } else {
        print(&style.page(&stats::rows(mission, now, style.columns().min(WIDEST), Vec::new())))?;
    }
    Ok(Exit::Done)
}
