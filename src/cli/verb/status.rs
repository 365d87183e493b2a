//! `status [ID]`: how a mission stands, and what waits. The exit code is 0 however it stands, unless it is asked for.

use serde_json::Value;

use crate::cli::context::print_json;
use crate::cli::engine_start::engine_state;
use crate::cli::prelude::*;
use crate::cli::print::{Printable, printed};
use crate::cli::verb::list::status_of;
use crate::domain::attention;
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::domain::schedule::schedule;
use crate::domain::wait::Wait;
use crate::view::engine::EngineState;
use crate::view::when::rfc3339;
use crate::view::{needs, summary, wait};
use crate::workspace::land::is_cut_short;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
    /// End with 3 when it waits for you, 4 when it is blocked or its engine does not run though there is work, 5 when a budget is spent, 1 when it was abandoned
    #[arg(long)]
    exit_code: bool,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.read.find(context)?;
    let engine = engine_state(context, &found).await?;
    show(context, &found, &engine, args.read.format)?;
    Ok(if args.exit_code { standing(&found.mission, &engine) } else { Exit::Done })
}

/// What has something to do and no engine that does it is as good as blocked.
fn standing(mission: &Mission, engine: &EngineState) -> Exit {
    let exit = Exit::of_standing(mission);
    match engine {
        EngineState::Silent { .. } if mission.end.is_none() => Exit::Blocked,
        EngineState::Stopped if exit == Exit::Done && !schedule(mission).is_empty() => Exit::Blocked,
        EngineState::Stopped
        | EngineState::Silent { .. }
        | EngineState::Runs { .. }
        | EngineState::NotAsked => exit,
    }
}

fn show(context: &Context, found: &MissionRef, engine: &EngineState, format: Format) -> Result<Exit> {
    let (mission, style, now) = (&found.mission, context.output.style(), now());
    if format.json {
        return print_json(&json!({
            "id": found.id,
            "dir": found.dir,
            "title": mission.title(),
            "status": status_of(engine, mission.status()),
            "engine": engine,
            "needs": attention::needs(mission),
            "assertions": mission.contract_tally(),
            "sealed": mission.sealed_gap(GateId::Final),
            "waits": mission.waits().map(|wait| waited(wait, now)).collect::<Vec<_>>(),
            "landing_is_open": is_cut_short(&found.dir),
            "mission": mission,
        }));
    }
    let page = style.page(&summary::page(mission, engine, now));
    let lines = needs::lines(mission).into_iter().chain(wait::lines(mission, now));
    let lines = lines.map(|(since, line)| printed(&line, since.since(mission.created), style));
    let landing = is_cut_short(&found.dir).then(|| {
        let engine = missions::catalogue(context).engine(&found.id);
        style.page(&[summary::landing(&found.id, engine)])
    });
    done(Printable::lines([page].into_iter().chain(lines).chain(landing)))
}

/// What passes by itself: what does not work, since when, how often it was tried, and when it is tried next.
fn waited(wait: &Wait, now: Timestamp) -> Value {
    json!({
        "work": wait.work.to_string(),
        "cause": wait.cause,
        "sentence": wait.sentence,
        "since": rfc3339(wait.since),
        "tries": wait.tries(now),
        "next": rfc3339(wait.next(now)),
    })
}
