//! What a handoff or a validator reported, until it becomes a feature or is dismissed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::id::{AssertionId, AttemptId, FeatureId, FindingId, MilestoneId};
use super::text::{Line, worded};

/// Something reported that somebody must decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub severity: Severity,
    pub source: Source,
    /// The milestone that was being flown.
    pub milestone: MilestoneId,
    /// The feature it is about, where it is about one.
    pub feature: Option<FeatureId>,
    /// The assertion that failed, where one did.
    pub assertion: Option<AssertionId>,
    pub description: Line,
    pub suggested_fix: Option<Line>,
    pub state: FindingState,
}

/// How much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// The milestone must not pass with it.
    Blocking,
    NonBlocking,
    Suggestion,
}

worded!(Severity);

/// Where a finding comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An issue that a handoff names.
    Handoff { attempt: AttemptId },
    /// An item that a handoff left undone.
    LeftUndone { attempt: AttemptId },
    /// A claim that the engine could not confirm.
    RefutedClaim { attempt: AttemptId },
    /// A gate command that failed.
    GateCommand,
    /// An issue of a reviewer.
    Review { attempt: AttemptId },
    /// An issue of the scrutiny validator.
    Scrutiny { attempt: AttemptId },
    /// A failed verdict.
    Verdict { attempt: AttemptId },
    /// An issue of the user-testing validator.
    UserTesting { attempt: AttemptId },
    /// A NO-GO with its note.
    Gate,
    /// A worker's request to change the contract.
    Amendment { attempt: AttemptId },
}

/// Whether a finding is decided on, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    Open,
    TakenUp { feature: FeatureId },
    Dismissed { reason: Line },
}

impl Source {
    /// The attempt that reported it; `None` for the engine's own and for a person's.
    pub fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Handoff { attempt }
            | Self::LeftUndone { attempt }
            | Self::RefutedClaim { attempt }
            | Self::Review { attempt }
            | Self::Scrutiny { attempt }
            | Self::Verdict { attempt }
            | Self::UserTesting { attempt }
            | Self::Amendment { attempt } => Some(*attempt),
            Self::GateCommand | Self::Gate => None,
        }
    }
}

impl Finding {
    /// It with what it says, for a sentence: `FND-3 (blocking: the page is empty)`.
    pub fn quoted(&self) -> String {
        format!("{} ({}: {})", self.id, self.severity.word(), self.description)
    }

    /// Whether somebody must still decide on it.
    pub fn is_open(&self) -> bool {
        self.state == FindingState::Open
    }
}

/// What triage decides about one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriageDecision {
    pub finding: FindingId,
    pub ruling: Ruling,
}

/// The three ways to settle a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// A fix feature, built before anything else, and the assertions it is to make hold.
    Feature {
        spec: super::plan::FeatureSpec,
        #[serde(default)]
        fulfills: Vec<AssertionId>,
    },
    /// Mended by the same fix feature as another finding of this triage.
    Join { with: FindingId },
    /// Nothing is done about it.
    Dismiss { reason: Line },
}
