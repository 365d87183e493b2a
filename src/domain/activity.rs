//! What runs right now, and since when it is silent.

use serde::{Deserialize, Serialize};

use super::attempt::Work;
use super::id::{AttemptId, Timestamp};

/// A running piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub work: Work,
    /// `None` for work of the engine itself.
    pub attempt: Option<AttemptId>,
    pub started: Timestamp,
    /// When it last said or printed something.
    pub last_output: Timestamp,
    /// What it does now, such as "waiting for the model" or "running cargo test".
    pub doing: String,
}
