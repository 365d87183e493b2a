//! `transcript [ID] [ATTEMPT]`: what an attempt was told, said and did.

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::domain::transcript::Before;
use crate::link::MissionSource;
use crate::view::attempt::{heading, row};
use crate::view::text::plural;
use crate::view::transcript::page;

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck transcript [OPTIONS] [ID] [ATTEMPT]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] [ATTEMPT]: without an attempt, all are listed
    #[arg(num_args = 0..=2, value_name = "WORDS")]
    words: Vec<String>,
    /// At most so many items, counted from the end
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: u32,
    #[command(flatten)]
    format: Format,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let (mission, words) = args.mission.split(&args.words, |word| ask::attempt_id(word).is_some());
    let expected = Expected { what: "an attempt (#4)", words: &[] };
    let found = args.mission.find(context, mission, expected)?;
    let word = match words {
        [] => return attempts(context, &found, args.format),
        [word] => word,
        [..] => return Err(misuse("name one attempt: `flightdeck transcript [ID] [ATTEMPT]`")),
    };
    let attempt = ask::attempt(&found.mission, word)?;
    let (entries, older) = found.source.transcript(attempt.id, Before::End, args.limit)?;
    if args.format.json {
        return print_json(&json!({ "attempt": attempt.id, "older": older, "items": entries }));
    }
    print_page(context, |_| vec![row(&found.mission, attempt, &[], now())])?;
    if older > 0 {
        let older = plural(usize::try_from(older).unwrap_or(usize::MAX), "item");
        print(format!("… {older} before these; `--limit` shows more"))?;
    }
    print_page(context, |width| page(&entries, width))?;
    Ok(Exit::Done)
}

fn attempts(context: &Context, found: &MissionRef, format: Format) -> Result<Exit> {
    let attempts = &found.mission.attempts;
    if attempts.is_empty() && !format.json {
        return done("no attempt has run yet");
    }
    let value = || attempts.values().collect::<Vec<_>>();
    let rows = || attempts.values().map(|known| row(&found.mission, known, &[], now()));
    let page = |_| std::iter::once(heading()).chain(rows()).collect();
    context.answer(format, value, page)
}
