//! `trace [ID] [REQ-1|VAL-AREA-001|F3|COMMIT|ev_…|FND-2]`: from what was asked for to what was seen, and back.

use crate::cli::meant;
use crate::cli::prelude::*;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FeatureId, FindingId, RequirementId};
use crate::view::{trace, unshown};

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck trace [OPTIONS] [ID] [THING]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] [THING]: a requirement, an assertion, a feature, a commit, a piece of evidence or a finding; without one,
    /// everything
    #[arg(num_args = 0..=2, value_name = "WORDS")]
    words: Vec<String>,
    /// Only what is not shown, with the reason
    #[arg(long)]
    unshown: bool,
    #[command(flatten)]
    format: Format,
}

pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let (mission, words) = args.mission.split(&args.words, is_thing);
    let expected = Expected {
        what: "a requirement (REQ-1), an assertion (VAL-AREA-001), a feature (F3), a commit, a piece of evidence (ev_…) or a finding (FND-2)",
        words: &[],
    };
    let found = args.mission.find(context, mission, expected)?;
    let mission = found.checked();
    let thing = match words {
        [] => None,
        [thing] => Some(mission.trace_subject(thing).map_err(|why| meant::refused(&why, thing, &mission))?),
        _ => return Err(misuse("name one thing: `flightdeck trace [ID] REQ-1`")),
    };
    if args.unshown {
        if thing.is_some() {
            return Err(misuse("--unshown is about the whole mission: leave the thing out"));
        }
        let value = || {
            json!({
                "sentence": unshown::sentence(&mission, GateId::Final),
                "counts": unshown::counts(&mission, GateId::Final),
                "items": mission.unshown(),
            })
        };
        let page = |width| {
            let head = unshown::headline(&mission, GateId::Final, width);
            head.into_iter().chain(unshown::rows(&mission, GateId::Final)).collect()
        };
        return context.answer(args.format, value, page);
    }
    let traced = thing.as_ref().map_or_else(|| mission.trace(), |thing| mission.trace_of(thing));
    context.answer(
        args.format,
        || &traced,
        |_| trace::rows(&mission, &traced, &|piece| found.title_of(piece)),
    )
}

/// Whether a word names a thing rather than a mission.
fn is_thing(word: &str) -> bool {
    word.starts_with("ev_")
        || word.parse::<RequirementId>().is_ok()
        || word.parse::<FindingId>().is_ok()
        || word.parse::<FeatureId>().is_ok()
        || word.parse::<AssertionId>().is_ok()
        || word.len() >= 4 && word.chars().all(|c| c.is_ascii_hexdigit())
}
