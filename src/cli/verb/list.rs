//! `list`: every mission on this machine.

use serde_json::Value;

use crate::cli::context::print_json;
use crate::cli::prelude::*;
use crate::domain::id::Timestamp;
use crate::domain::mission::Status;
use crate::store::CatalogueEntry;
use crate::view::card;
use crate::view::engine::EngineState;
use crate::view::log_line::BAD;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::padded;
use crate::view::when::rfc3339;

/// Lists them, the one that changed last first.
pub fn run(context: &Context, format: Format) -> Result<Exit> {
    let entries = missions::catalogue(context).list();
    if format.json {
        return print_json(&entries.iter().map(json_of).collect::<Vec<_>>());
    }
    if entries.is_empty() {
        return done(
            "no missions yet: `flightdeck new \"what should exist\"` begins one, `flightdeck demo` shows one",
        );
    }
    let width = entries.iter().map(|entry| entry.id.as_str().len()).max().unwrap_or(0);
    let style = context.output.style();
    let rows: Vec<Row> = entries
        .iter()
        .map(|entry| row(entry, width, now(), style.columns().saturating_sub(width + 2)))
        .collect();
    done(style.list(&rows))
}

/// The id, which verbs take, before the row that every list has.
pub fn row(entry: &CatalogueEntry, width: usize, now: Timestamp, room: usize) -> Row {
    let mut row = Row::of(StyleRole::Text, padded(entry.id.as_str(), width + 2));
    match &entry.mission {
        Ok(card) => {
            let Row { left, right } = card::row_with(card, &engine_of(entry), now, room);
            row.left.extend(left);
            Row { right, ..row }
        }
        Err(fault) => row.sign(BAD.1, BAD.0).then(StyleRole::Bad, format!("unreadable: {fault}")),
    }
}

/// The status for programs, which says so where nobody flies the mission.
pub fn status_of(engine: &EngineState, status: Status) -> Value {
    engine.replaces(status).map_or_else(|| json!(status), |word| json!(word))
}

/// Whether its engine runs; whether it answers is not asked of every mission.
fn engine_of(entry: &CatalogueEntry) -> EngineState {
    entry.engine.map_or(EngineState::Stopped, |pid| EngineState::Runs { pid })
}

fn json_of(entry: &CatalogueEntry) -> Value {
    match &entry.mission {
        Ok(summary) => json!({
            "id": entry.id,
            "title": summary.title,
            "status": status_of(&engine_of(entry), summary.status),
            "needs": summary.needs,
            "repository": summary.repository,
            "branch": summary.branch,
            "created": rfc3339(summary.created),
            "updated": rfc3339(summary.updated),
            "seq": summary.seq,
            "usage": summary.usage,
            "engine": entry.engine,
            "dir": entry.dir,
        }),
        Err(fault) => json!({ "id": entry.id, "dir": entry.dir, "error": fault.to_string() }),
    }
}
