//! A mission in a list of missions.

use crate::domain::id::Timestamp;
use crate::domain::mission::{MissionCard, Status};
use crate::view::engine::EngineState;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{ago, clip, column};
use crate::view::words::cost;
use crate::view::work::status_sign;

/// Columns below which a row leaves the repository out, so that what waits can be read.
const NARROW: usize = 110;
/// Cells of a title, and of one in such a row.
const TITLE: usize = 26;
const SHORT_TITLE: usize = 20;

/// What a mission waits for: one that is complete waits to be landed.
fn waits_for(card: &MissionCard) -> String {
    if is_unlanded(card) { unlanded(card) } else { card.waits_for.clone() }
}

/// Whether a mission is complete and its work is in nobody's branch yet.
pub fn is_unlanded(card: &MissionCard) -> bool {
    card.status == Status::Completed && card.waits_for.is_empty()
}

/// That it is, with what to do: ``has landed nowhere yet: `flightdeck land guestbook-1` ``.
pub fn unlanded(card: &MissionCard) -> String {
    format!("has landed nowhere yet: `flightdeck land {}`", card.id)
}

/// The row in every list: `▲ waiting      Sign in      the plan waits for GO …     ~/src/guestbook   7m    $1.25`.
pub fn row(card: &MissionCard, now: Timestamp, room: usize) -> Row {
    row_with(card, &EngineState::NotAsked, now, room)
}

/// The same, for whoever knows whether its engine runs.
pub fn row_with(card: &MissionCard, engine: &EngineState, now: Timestamp, room: usize) -> Row {
    let instead = engine.replaces(card.status);
    let (sign, style) = status_sign(instead.map_or(card.status, |_| Status::Paused));
    let word = instead.unwrap_or_else(|| card.status.word());
    let repository = if room < NARROW { String::new() } else { format!("{}  ", clip(&card.repository, 32)) };
    Row::new()
        .sign(style, sign)
        .then(style, format!("{word:<13}"))
        .then(StyleRole::Strong, column(&card.title, if room < NARROW { SHORT_TITLE } else { TITLE }))
        .then(StyleRole::Text, waits_for(card))
        .end(StyleRole::Dim, repository)
        .end(StyleRole::Dim, format!("{:>4}", ago(now.since(card.updated))))
        .end(StyleRole::Text, format!("{:>9}", cost(&card.usage)))
}
