//! `transcript [ID] [ATTEMPT]`: what an attempt was told, said and did.

use anyhow::Result;
use serde_json::json;

use super::ask;
use super::context::{Context, Format, print, print_json, print_page};
use super::exit::Exit;
use super::missions::{self, MissionRef};
use crate::domain::attempt::Attempt;
use crate::domain::transcript::Before;
use crate::engine::now;
use crate::link::MissionSource;
use crate::view::attempt::row;
use crate::view::text::plural;
use crate::view::transcript::page;

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
    let Some(word) = attempt else {
        attempts(context, &found, args.format)?;
        return Ok(Exit::Done);
    };
    let attempt = ask::attempt(&found.mission, word)?;
    let (entries, older) = found.source.transcript(attempt, Before::End, args.limit)?;
    if args.format.json {
        print_json(&json!({ "attempt": attempt, "older": older, "items": entries }))?;
        return Ok(Exit::Done);
    }
    let known = found.mission.attempts.get(&attempt);
    print_page(context, |_| known.map(|known| row(&found.mission, known, &[], now())).into_iter().collect())?;
    if older > 0 {
        print(&format!(
            "… {} before these; `--limit` shows more",
            plural(usize::try_from(older).unwrap_or(usize::MAX), "item")
        ))?;
    }
    print_page(context, |width| page(&entries, width))?;
    Ok(Exit::Done)
}

fn attempts(context: &Context, found: &MissionRef, format: Format) -> Result<()> {
    let attempts: Vec<&Attempt> = found.mission.attempts.values().collect();
    if format.json {
        return print_json(&attempts);
    }
    if attempts.is_empty() {
        return print("no attempt has run yet");
    }
    print_page(context, |_| {
        attempts.into_iter().map(|known| row(&found.mission, known, &[], now())).collect()
    })
}
