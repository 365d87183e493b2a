//! `assertion list` and `assertion show VAL-AREA-001`.

use crate::cli::prelude::*;
use crate::view::{assertion, contract};

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
pub struct ShowArgs {
    #[command(flatten)]
    mission: MissionArg,
    /// Such as VAL-AUTH-001
    assertion: String,
    #[command(flatten)]
    format: Format,
}

pub(super) fn list(context: &Context, args: &ListArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mission = &found.mission;
    if mission.contract.is_empty() && !args.format.json {
        return done("there is no contract yet");
    }
    let all = || contract::targets(mission).into_iter().filter_map(|id| mission.assertion(&id));
    let value = || -> Vec<_> {
        let rows = all().map(|assertion| {
            let id = &assertion.id;
            let feature = mission.claimant(id).map(|feature| feature.id);
            let (standing, sealed) = (mission.standing(id), mission.is_sealed(id));
            let backing = mission.newest_verdict(id).map(|verdict| mission.backing(verdict));
            json!({ "assertion": assertion, "standing": standing, "feature": feature, "sealed": sealed, "backing": backing })
        });
        rows.collect()
    };
    let page = |_| all().map(|known| contract::entry(mission, known)).collect();
    context.answer(args.format, value, page)
}

pub(super) fn show(context: &Context, args: &ShowArgs) -> Result<Exit> {
    let found = args.mission.find(context)?;
    let mission = &found.mission;
    let known = ask::assertion(mission, &args.assertion)?;
    let id = &known.id;
    let value = || {
        json!({
            "assertion": known,
            "standing": mission.standing(id),
            "feature": mission.claimant(id).map(|feature| feature.id),
            "sealed": mission.is_sealed(id),
            "seen_red": mission.seen_red(id),
            "how_red": mission.how_red(id),
            "tries": mission.tries_of(known),
            "waiver": mission.waivers.get(id),
            "verdicts": mission.verdicts.get(id).map_or(&[][..], Vec::as_slice),
            "backing": mission.verdicts.get(id).into_iter().flatten().map(|one| mission.backing(one)).collect::<Vec<_>>(),
        })
    };
    context.answer(args.format, value, |width| {
        assertion::page(mission, known, &|piece| found.title_of(piece), width)
    })
}
