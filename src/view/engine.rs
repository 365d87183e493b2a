//! Whether somebody flies a mission: what is due does not run without an engine.

use serde::Serialize;

use super::prelude::*;
use crate::domain::mission::Status;

/// How a mission's engine does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EngineState {
    /// Nobody has looked.
    #[serde(rename = "unknown")]
    NotAsked,
    /// It answers.
    Runs { pid: u32 },
    /// There is none.
    Stopped,
    /// There is one, and it does not answer.
    Silent { sentence: String },
}

impl EngineState {
    /// The word that replaces a status: a mission flies only while its engine does.
    pub fn replaces(&self, status: Status) -> Option<&'static str> {
        let word = match self {
            Self::Stopped => "stopped",
            Self::Silent { .. } => "silent",
            Self::NotAsked | Self::Runs { .. } => return None,
        };
        is_under_way(status).then_some(word)
    }

    /// What stands in the place of the status where nobody flies the mission: the state, and what to do.
    pub(super) fn instead(&self, mission: &Mission) -> Option<Vec<Piece>> {
        let id = mission.id().map(ToString::to_string).unwrap_or_default();
        let (word, words) = match self {
            Self::NotAsked | Self::Runs { .. } => return None,
            Self::Stopped => ("ENGINE STOPPED", format!("nothing runs; `flightdeck run {id}` flies it on")),
            Self::Silent { sentence } => ("ENGINE SILENT", sentence.clone()),
        };
        let row = Row::new().sign(StyleRole::Warn, Glyph::Blocked).then(StyleRole::Warn, word);
        is_under_way(mission.status()).then(|| row.then(StyleRole::Text, format!("   {words}")).left)
    }
}

/// Whether a mission of that status has work for an engine.
fn is_under_way(status: Status) -> bool {
    match status {
        Status::Planning | Status::Running | Status::Retrying => true,
        Status::Waiting
        | Status::Paused
        | Status::Blocked
        | Status::BudgetSpent
        | Status::Completed
        | Status::Landed
        | Status::Abandoned => false,
    }
}
