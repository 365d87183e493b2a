//! What runs right now, and since when it is silent.

use serde::{Deserialize, Serialize};

use super::attempt::Work;
use super::id::{AttemptId, Timestamp};

/// A running piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    #[serde(with = "flat")]
    pub work: Work,
    /// `None` for work of the engine itself.
    pub attempt: Option<AttemptId>,
    pub started: Timestamp,
    /// When it last said or printed something.
    pub last_output: Timestamp,
    /// Since when it does what it does now; 0 from an engine that does not say.
    #[serde(default)]
    pub since: Timestamp,
    /// What it does now, such as "waiting for the model" or "running cargo test".
    pub doing: String,
}

/// A piece of work as clients know it since the first protocol: without a word for whose it is. Nothing is stored so.
mod flat {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::attempt::{AgentWork, EngineWork, Work};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flat {
        Agent(AgentWork),
        Engine(EngineWork),
    }

    pub(super) fn serialize<S: Serializer>(work: &Work, serializer: S) -> Result<S::Ok, S::Error> {
        match work {
            Work::Agent(work) => work.serialize(serializer),
            Work::Engine(work) => work.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Work, D::Error> {
        Ok(match Flat::deserialize(deserializer)? {
            Flat::Agent(work) => work.into(),
            Flat::Engine(work) => work.into(),
        })
    }
}
