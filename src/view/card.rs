//! A mission in a list of missions.

use crate::domain::id::Timestamp;
use crate::domain::mission::MissionCard;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{ago, clip, column};
use crate::view::words::cost;
use crate::view::work::status_sign;

/// Columns below which a row leaves the repository out, so that what waits can be read.
const NARROW: usize = 110;

/// The row in every list: `▲ waiting      Sign in      the plan waits for GO …     ~/src/guestbook   7m    $1.25`.
pub fn row(card: &MissionCard, now: Timestamp, room: usize) -> Row {
    let (sign, style) = status_sign(card.status);
    let repository = if room < NARROW { String::new() } else { format!("{}  ", clip(&card.repository, 32)) };
    Row::new()
        .sign(style, sign)
        .then(style, format!("{:<13}", card.status.word()))
        .then(StyleRole::Strong, column(&card.title, 26))
        .then(StyleRole::Text, &card.waits_for)
        .end(StyleRole::Dim, repository)
        .end(StyleRole::Dim, format!("{:>4}", ago(now.since(card.updated))))
        .end(StyleRole::Text, format!("{:>9}", cost(&card.usage)))
}
