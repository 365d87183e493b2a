//! The points where a person says GO, NO-GO or WAIVE.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::{IdError, MilestoneId, Timestamp, stored_as_text};
use super::text::Line;

/// Which gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GateId {
    Plan,
    Milestone(MilestoneId),
    Final,
}

/// A gate that has been reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub id: GateId,
    pub opened: Timestamp,
    pub decided: Option<Decided>,
}

/// A decision, and who took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub decision: Decision,
    pub by: DecidedBy,
    pub at: Timestamp,
}

/// What was decided. Waiving is about one assertion and leaves the gate open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Go { note: Option<Line> },
    NoGo { note: Line },
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    Person,
    Autopilot,
}

/// Whether passing gates is left to flightdeck.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Autopilot {
    /// A plan that holds together is GO, a milestone when its blocking assertions all pass, the end when nothing
    /// is owed; nothing else is.
    On,
    #[default]
    Off,
}

impl From<MilestoneId> for GateId {
    fn from(id: MilestoneId) -> Self {
        Self::Milestone(id)
    }
}

impl Gate {
    /// Whether it still waits.
    pub fn is_open(&self) -> bool {
        self.decided.is_none()
    }

    /// Whether it was passed.
    pub fn is_go(&self) -> bool {
        matches!(&self.decided, Some(Decided { decision: Decision::Go { .. }, .. }))
    }
}

impl fmt::Display for GateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.pad("plan"),
            Self::Milestone(id) => fmt::Display::fmt(id, f),
            Self::Final => f.pad("final"),
        }
    }
}

impl FromStr for GateId {
    type Err = IdError;

    fn from_str(word: &str) -> Result<Self, IdError> {
        match word.trim().to_ascii_lowercase().as_str() {
            "plan" => Ok(Self::Plan),
            "final" => Ok(Self::Final),
            other => other.parse().map(Self::Milestone),
        }
    }
}

stored_as_text!(GateId);
