//! `talk [ID]`: what you and the agents said to each other, whole.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print, print_json, print_page};
use super::exit::Exit;
use super::missions;
use crate::engine::now;
use crate::view::talk::whole;

/// Print the conversation
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// Prints messages, questions with their answers, directives and knowledge, oldest first.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let mission = &found.mission;
    if args.format.json {
        print_json(&json!({
            "messages": mission.messages,
            "questions": mission.questions,
            "directives": mission.directives,
            "knowledge": mission.knowledge,
        }))?;
        return Ok(Exit::Done);
    }
    print_page(context, |width| whole(mission, now(), width))?;
    if mission.messages.is_empty() && mission.questions.is_empty() {
        print(&format!("\nnothing else was said yet; `flightdeck say -m {} \"…\"` begins", found.id))?;
    }
    Ok(Exit::Done)
}
