//! Who may cause events.

use serde::{Deserialize, Serialize};

use super::id::AttemptId;

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Person,
    Engine,
    Attempt(AttemptId),
}
