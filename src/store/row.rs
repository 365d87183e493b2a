//! An event as a row, and back.

use std::path::Path;

use rusqlite::Row;
use serde_json::Value;
use serde_json::value::Value::Object;

use super::error::StoreError;
use super::schema::unsigned;
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::Timestamp;
use crate::domain::text::Title;

/// The columns of a row, in the order of [`read`].
pub(super) const COLUMNS: &str = "seq, at, actor, kind, body";

/// An event's kind and body, as JSON where it has one.
pub(super) struct Encoded {
    pub(super) kind: String,
    pub(super) body: Option<String>,
}

/// Splits an event into its columns.
pub(super) fn encode(event: &Event) -> Result<Encoded, StoreError> {
    let failed = |source| StoreError::Encode { what: "an event", source };
    let mut value = serde_json::to_value(event).map_err(failed)?;
    let Object(fields) = &mut value else {
        return Ok(Encoded { kind: event.kind().to_owned(), body: None });
    };
    let body = fields.remove("body").map(|body| serde_json::to_string(&body)).transpose().map_err(failed)?;
    Ok(Encoded { kind: event.kind().to_owned(), body })
}

/// The columns of one row as they stand.
pub(super) struct Raw {
    seq: i64,
    at: i64,
    actor: String,
    kind: String,
    body: Option<String>,
}

/// Takes the columns out of a row.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw { seq: row.get(0)?, at: row.get(1)?, actor: row.get(2)?, kind: row.get(3)?, body: row.get(4)? })
}

/// Puts an event together. One that this version does not know becomes [`Event::Unrecognised`]; a body that is no
/// JSON at all is damage.
pub(super) fn decode(raw: Raw, path: &Path) -> Result<Stamped, StoreError> {
    let Raw { seq, at, actor, kind, body } = raw;
    let seq = unsigned(seq);
    let damaged = |error: serde_json::Error| StoreError::corrupt(path, format!("event {seq}: {error}"));
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
