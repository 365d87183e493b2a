//! `status [ID]`: how a mission stands, and what waits. The exit code is 0 however it stands.

use serde_json::Value;

use crate::cli::context::print_json;
use crate::cli::engine_start::engine_state;
use crate::cli::prelude::*;
use crate::cli::print::printed;
use crate::cli::verb::list::status_of;
use crate::cli::when::rfc3339;
use crate::domain::attention;
use crate::domain::id::Timestamp;
use crate::domain::wait::Wait;
use crate::view::{needs, summary, wait};
use crate::workspace::land::is_cut_short;

pub async fn run(context: &Context, args: &ReadArgs) -> Result<Exit> {
    let found = args.find(context)?;
    let engine = engine_state(context, &found).await?;
    let (mission, style, now) = (&found.mission, context.output.style(), now());
    if args.format.json {
        return print_json(&json!({
            "id": found.id,
            "dir": found.dir,
            "title": mission.title(),
            "status": status_of(&engine, mission.status()),
            "engine": engine,
            "needs": attention::needs(mission),
            "waits": mission.waits().map(|wait| waited(wait, now)).collect::<Vec<_>>(),
            "landing_is_open": is_cut_short(&found.dir),
            "mission": mission,
        }));
    }
    let mut text = style.page(&summary::page(mission, &engine, now));
    for (since, line) in needs::lines(mission).into_iter().chain(wait::lines(mission, now)) {
        text.push_str(&format!("\n{}", printed(&line, since.since(mission.created), style)));
    }
    if is_cut_short(&found.dir) {
        let engine = missions::catalogue(context).engine(&found.id);
        text.push_str(&format!("\n{}", summary::landing(&found.id, engine).plain()));
    }
    done(&text)
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
