//! `transcript [ID] [ATTEMPT]`: what an attempt was told, said and did.

use anyhow::Result;
use serde_json::json;

use super::ask;
use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions::{self, MissionRef};
use super::progress::words::{count, elapsed, ending, party, used};
use super::table::table;
use crate::cli::print::Style;
use crate::domain::attempt::Attempt;
use crate::domain::transcript::{Before, Entry, EntryBody, ToolOutcome};
use crate::engine::now;
use crate::link::MissionSource;
use crate::view::style_role::StyleRole;
use crate::view::transcript::call_words;
use crate::workspace::clean_text;

/// Print what an attempt was told, said and did
#[derive(Debug, clap::Args)]
pub struct Args {
    /// [ID] [ATTEMPT]: without an attempt, all are listed
    #[arg(num_args = 0..=2, value_name = "ID|ATTEMPT")]
    words: Vec<String>,
    /// At most so many items, counted from the end
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: u32,
    #[command(flatten)]
    format: Format,
}

/// Prints it.
///
/// # Errors
/// When there is no such attempt, or the transcripts cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let is_attempt = |word: &&String| ask::attempt_id(word).is_some();
    let attempt = args.words.iter().find(is_attempt);
    let mission = args.words.iter().find(|word| !is_attempt(word));
    let found = missions::find(context, mission.map(String::as_str))?;
    let style = context.output.style();
    let Some(word) = attempt else {
        attempts(&found, args.format, style)?;
        return Ok(Exit::Done);
    };
    let attempt = ask::attempt(&found.mission, word)?;
    let (entries, older) = found.source.transcript(attempt, Before::End, args.limit)?;
    if args.format.json {
        print_json(&json!({ "attempt": attempt, "older": older, "items": entries }))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if let Some(attempt) = found.mission.attempts.get(&attempt) {
        text.push_str(&style.paint(StyleRole::Strong, &head(attempt)));
        text.push('\n');
    }
    if older > 0 {
        text += &format!(
            "… {} before these; `--limit` shows more\n",
            count(usize::try_from(older).unwrap_or(usize::MAX), "item")
        );
    }
    for entry in &entries {
        text.push_str(&told(entry, style));
    }
    print(&text)?;
    Ok(Exit::Done)
}

fn head(attempt: &Attempt) -> String {
    let took = elapsed(attempt.wall_ms(now()));
    let Attempt { id, role, work, model, .. } = attempt;
    format!("{id} {role} at {work}, {model}: {}, {took}, {}", ending(attempt), used(&attempt.usage))
}

fn attempts(found: &MissionRef, format: Format, style: Style) -> Result<()> {
    let attempts: Vec<&Attempt> = found.mission.attempts.values().collect();
    if format.json {
        return print_json(&attempts);
    }
    if attempts.is_empty() {
        return print("no attempt has run yet");
    }
    let rows: Vec<[String; 6]> = attempts
        .iter()
        .map(|attempt| {
            [
                attempt.id.to_string(),
                attempt.role.to_string(),
                attempt.work.to_string(),
                elapsed(attempt.wall_ms(now())),
                used(&attempt.usage),
                ending(attempt),
            ]
        })
        .collect();
    print(&table(["attempt", "role", "work", "time", "used", "end"], &rows, style))
}

/// One item: a heading, and its text set in.
fn told(entry: &Entry, style: Style) -> String {
    let (heading, text) = match &entry.body {
        EntryBody::Brief { text } => ("told".to_owned(), text.clone()),
        EntryBody::Message { from, text } => (format!("message from {}", party(*from)), text.clone()),
        EntryBody::Said { text } => ("said".to_owned(), text.clone()),
        EntryBody::Thought { text } => ("thought".to_owned(), text.clone()),
        EntryBody::Called { tool, arguments, .. } => {
            (format!("called {}", call_words(tool, arguments)), arguments.clone())
        }
        EntryBody::Answered { tool, status: ToolOutcome::Done, output, .. } => {
            (format!("{tool} answered"), output.clone())
        }
        EntryBody::Answered { tool, status: ToolOutcome::Failed, output, .. } => {
            (format!("{tool} failed"), output.clone())
        }
        EntryBody::Noted { text } => ("noted".to_owned(), text.clone()),
        EntryBody::Unknown => ("an item of a newer flightdeck".to_owned(), String::new()),
    };
    let heading = clean_text(heading.as_bytes());
    let mut all = style.paint(StyleRole::Key, &format!("{:>5}  {heading}", entry.number));
    all.push('\n');
    for line in clean_text(text.as_bytes()).lines() {
        all.push_str(format!("       {line}").trim_end());
        all.push('\n');
    }
    all
}
