//! `talk [ID]`: what you and the agents said to each other, whole.

use anyhow::Result;
use serde_json::json;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions;
use super::page::Page;
use super::progress::words::party;
use crate::cli::print::Style;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::view::words::clock;

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
    let said = said(mission);
    if said.is_empty() {
        print(&format!("nothing was said yet; `flightdeck say -m {} \"…\"` begins", found.id))?;
        return Ok(Exit::Done);
    }
    print(&told(&said, mission, context.output.style()))?;
    Ok(Exit::Done)
}

/// When, who to whom, and what.
type Said = (Timestamp, String, String);

fn said(mission: &Mission) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    said.extend(mission.messages.iter().map(|message| {
        let head = format!("{} to {}", party(message.from), party(message.to));
        (message.at, head, message.text.to_string())
    }));
    for question in &mission.questions {
        let mut text = question.text.to_string();
        for (at, option) in question.options.iter().enumerate() {
            text += &format!("\n{}. {option}", at + 1);
        }
        text += &match &question.answer {
            Some(answer) => format!("\nanswer: {answer}"),
            None => "\nno answer yet".to_owned(),
        };
        said.push((
            question.at,
            format!("{} {} asks {}", question.id, question.from, party(question.to)),
            text,
        ));
    }
    said.extend(mission.directives.iter().map(|directive| {
        let head = format!("{} directive from {}", directive.id, party(directive.from));
        (directive.at, head, directive.text.to_string())
    }));
    said.extend(mission.knowledge.iter().map(|knowledge| {
        (
            knowledge.at,
            format!("knowledge, confirmed by {}", knowledge.confirmed_by),
            knowledge.note.to_string(),
        )
    }));
    said.sort_by_key(|(at, ..)| *at);
    said
}

fn told(said: &[Said], mission: &Mission, style: Style) -> String {
    let mut page = Page::new(style);
    for (at, head, text) in said {
        page.heading(&format!("{}  {head}", clock(at.since(mission.created))));
        page.text(2, text);
    }
    page.into_text()
}
