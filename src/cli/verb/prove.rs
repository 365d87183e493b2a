//! `prove [ID] [ASSERTION…|--all] [--take-back]`: what was proven at an older commit, having it tried at the present one, and
//! taking that back.

use crate::cli::prelude::*;
use crate::domain::diff::DiffScope;
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::link::MissionSource;
use crate::view::assertion::since_proof;
use crate::view::diff::totals;
use crate::view::prove;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::work::assertion_name;

/// How the verb is used.
const SHAPE: &str = "`flightdeck prove [ID] ASSERTION…`, `flightdeck prove [ID] --all`, either with --take-back, or `flightdeck prove [ID]` to see what it would be";

#[derive(Debug, clap::Args)]
#[command(override_usage = "flightdeck prove [OPTIONS] [ID] [ASSERTION…]")]
pub struct Args {
    #[command(flatten)]
    mission: NamedMission,
    /// [ID] and assertions such as VAL-AUTH-001; without one, what was proven at an older commit is listed
    #[arg(num_args = 0.., value_name = "WORDS")]
    words: Vec<String>,
    /// Everything that was proven at an older commit; with --take-back, everything that was asked for
    #[arg(long)]
    all: bool,
    /// Do not prove it again after all: what passed before stands as it did
    #[arg(long)]
    take_back: bool,
    #[command(flatten)]
    format: Format,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let (mission, words) = args.mission.split(&args.words, |word| word.parse::<AssertionId>().is_ok());
    let expected = Expected { what: "an assertion (VAL-AREA-001)", words: &[] };
    let found = args.mission.find(context, mission, expected)?;
    let mission = &found.mission;
    let named = match (words, args.all, args.take_back) {
        ([], false, false) => return show(context, args.format, &found),
        ([], false, true) | ([_, ..], true, _) => return Err(misuse(SHAPE)),
        ([], true, false) => {
            older(mission).into_iter().filter(|id| mission.may_prove_again(id).is_ok()).collect()
        }
        ([], true, true) => mission.proofs_to_take_back(),
        (named, false, _) => {
            let known = |word: &String| Ok(ask::assertion(mission, word)?.id.clone());
            named.iter().map(known).collect::<Result<Vec<AssertionId>>>()?
        }
    };
    let ids = named.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if args.take_back {
        let words = format!("taken back, the verdict before counts: {ids}");
        return request(context, &found, Command::TakeBackProof { assertions: named }, &words).await;
    }
    if named.is_empty() {
        return Err(misuse(prove::nothing(mission, None)));
    }
    let words = format!("to be proven again in the next round: {ids}");
    request(context, &found, Command::ProveAgain { assertions: named }, &words).await
}

fn older(mission: &Mission) -> Vec<AssertionId> {
    let older = mission.held_assertions().filter(|one| mission.proven_before_head(&one.id).is_some());
    older.map(|assertion| assertion.id.clone()).collect()
}

fn show(context: &Context, format: Format, found: &MissionRef) -> Result<Exit> {
    let mission = &found.mission;
    let (older, asked) = (older(mission), mission.proofs_to_take_back());
    let changed = |id: &AssertionId| {
        let (from, to) = (mission.proven_before_head(id)?.clone(), mission.head()?.clone());
        // What git no longer knows is left out: the commits are told all the same.
        found.source.diff(&DiffScope::Commits { from, to }).ok().map(|diff| totals(&diff))
    };
    let value = || {
        let one = |id: &AssertionId| {
            json!({
                "id": id,
                "proven_at": mission.proven_before_head(id),
                "head": mission.head(),
                "built_since": mission.built_since_proof(id),
                "asked": mission.prove_again.contains(id),
            })
        };
        json!({ "older": older.iter().map(one).collect::<Vec<_>>(), "to_take_back": asked })
    };
    context.answer(format, value, |_| {
        let mut rows = Vec::new();
        for id in &older {
            rows.push(Row::of(StyleRole::Strong, assertion_name(mission, id)));
            let since = since_proof(mission, id).unwrap_or_default();
            rows.push(Row::of(StyleRole::Text, format!("  {since}")));
            if let Some(totals) = changed(id) {
                let mut row = Row::of(StyleRole::Dim, "  changed since: ");
                row.left.extend(totals.left);
                rows.push(row);
            }
        }
        if rows.is_empty() && asked.is_empty() {
            rows.push(Row::of(StyleRole::Dim, prove::NOTHING));
        }
        rows.extend(prove::asked(mission, &asked));
        rows
    })
}
