//! An event as the columns of a row, and back: the same in every database.

use std::path::Path;

use serde_json::Value;
use serde_json::value::Value::Object;

use super::error::StoreError;
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::text::Title;

/// The columns of a row, in the order of [`Row`].
pub(super) const COLUMNS: &str = "seq, at, actor, kind, body";

/// An event in columns; actor and body are JSON.
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) at: i64,
    pub(super) actor: String,
    pub(super) kind: String,
    pub(super) body: Option<String>,
}

/// Splits an event into its columns.
pub(super) fn encode(stamped: &Stamped) -> Result<Row, StoreError> {
    let failed = |source| StoreError::Encode { what: "an event", source };
    let body = match serde_json::to_value(&stamped.event).map_err(failed)? {
        Object(mut fields) => fields.remove("body"),
        _ => None,
    };
    Ok(Row {
        seq: stamped.seq,
        at: stamped.at.0,
        actor: serde_json::to_string(&stamped.actor).map_err(failed)?,
        kind: stamped.event.kind().to_owned(),
        body: body.map(|body| serde_json::to_string(&body)).transpose().map_err(failed)?,
    })
}

/// Puts an event together. One that this version does not know becomes [`Event::Unrecognised`]; a body that is no
/// JSON at all is damage.
pub(super) fn decode(row: Row, place: &Path) -> Result<Stamped, StoreError> {
    let Row { seq, at, actor, kind, body } = row;
    let damaged = |error: serde_json::Error| StoreError::corrupt(place, format!("event {seq}: {error}"));
    let name = serde_json::to_string(&kind).map_err(damaged)?;
    let text = match &body {
        Some(body) => format!(r#"{{"kind":{name},"body":{body}}}"#),
        None => format!(r#"{{"kind":{name}}}"#),
    };
    let parsed = serde_json::from_str::<Event>(&text);
    let parsed_actor = serde_json::from_str::<Actor>(&actor);
    let (actor, event) = match (parsed_actor, parsed) {
        (Ok(actor), Ok(event)) => (actor, event),
        (known, _) => {
            serde_json::from_str::<Value>(&text).map_err(damaged)?;
            let unrecognised = Event::Unrecognised { original: Title::clipped(&kind) };
            (known.unwrap_or(Actor::Engine), unrecognised)
        }
    };
    Ok(Stamped { seq, at: Timestamp(at), actor, event })
}
