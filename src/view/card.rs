//! A mission in a list of missions.

use crate::domain::attention::needs;
use crate::domain::budget::dollars;
use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::{Mission, Status};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{ago, clip, column};
use crate::view::work::status_sign;

/// What a list says of a mission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissionCard {
    pub id: MissionId,
    pub title: String,
    pub repository: String,
    pub status: Status,
    /// What it waits for, in a sentence; empty when for nothing.
    pub waits_for: String,
    pub updated: Timestamp,
    /// Money used, in millionths of a dollar.
    pub micro_dollars: u64,
}

impl MissionCard {
    /// The card of a mission; one that was never founded has none.
    pub fn of(mission: &Mission) -> Option<Self> {
        let founding = mission.founding.as_ref()?;
        Some(Self {
            id: founding.mission.clone(),
            title: mission.title().to_owned(),
            repository: founding.repository.clone(),
            status: mission.status(),
            waits_for: needs(mission).into_iter().next().map(|need| need.sentence).unwrap_or_default(),
            updated: mission.updated,
            micro_dollars: mission.usage().micro_dollars,
        })
    }

    /// Its row in every list: `▲ waiting      Sign in      the plan waits for GO …     ~/src/guestbook   7m    $1.25`.
    pub fn row(&self, now: Timestamp) -> Row {
        let (sign, style) = status_sign(self.status);
        Row::new()
            .sign(style, sign)
            .then(style, format!("{:<13}", self.status.word()))
            .then(StyleRole::Strong, column(&self.title, 26))
            .then(StyleRole::Text, &self.waits_for)
            .end(StyleRole::Dim, format!("{}  ", clip(&self.repository, 32)))
            .end(StyleRole::Dim, format!("{:>4}", ago(now.since(self.updated))))
            .end(StyleRole::Text, format!("{:>9}", dollars(self.micro_dollars)))
    }
}
