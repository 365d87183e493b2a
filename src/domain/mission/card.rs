//! A mission in a few words, for lists of missions.

use super::{Mission, Status};
use crate::domain::attention;
use crate::domain::id::{MissionId, Timestamp};
use crate::domain::usage::Usage;

/// What a list says of a mission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissionCard {
    pub id: MissionId,
    pub title: String,
    pub status: Status,
    /// The person's repository, as an absolute path.
    pub repository: String,
    pub branch: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub seq: u64,
    /// How many things wait for the person.
    pub needs: usize,
    /// What it waits for first, the person before what passes by itself, in a sentence; empty when for nothing.
    pub waits_for: String,
    pub usage: Usage,
}

impl MissionCard {
    /// The card of a mission; nothing before it is founded.
    pub fn of(mission: &Mission) -> Option<Self> {
        let founding = mission.founding.as_ref()?;
        let needs = attention::needs(mission);
        Some(Self {
            id: founding.mission.clone(),
            title: mission.title().to_owned(),
            status: mission.status(),
            repository: founding.repository.clone(),
            branch: founding.branch.to_string(),
            created: mission.created,
            updated: mission.updated,
            seq: mission.seq,
            needs: needs.len(),
            waits_for: match needs.into_iter().next() {
                Some(need) => need.sentence,
                None => mission.waits().next().map_or_else(String::new, |wait| wait.sentence.to_string()),
            },
            usage: mission.usage(),
        })
    }
}
