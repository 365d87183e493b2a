//! What a tester found of one assertion, and the evidence it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::id::{AssertionId, AttemptId, Commit, MilestoneId, Revision, Timestamp};
use super::text::{Line, worded};

/// Something that passed, whose tester's steps the engine did again at a later commit and saw the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenAgain {
    pub assertion: AssertionId,
    pub revision: Revision,
    /// What was seen then.
    pub evidence: Vec<EvidenceRef>,
}

/// Pass, fail or blocked: for one assertion at one revision at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub assertion: AssertionId,
    pub revision: Revision,
    pub commit: Commit,
    pub milestone: MilestoneId,
    pub round: u32,
    pub attempt: AttemptId,
    pub outcome: Outcome,
    /// What was seen, in a sentence.
    pub observed: Line,
    pub evidence: Vec<EvidenceRef>,
    /// The steps that led to it, kept so that they can be done again; none for what a command of the engine's shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<EvidenceRef>,
    /// Whether the engine gave it, which did the steps of an earlier one of the attempt again and saw the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// What came of a failure when the engine did its steps again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondTry>,
    /// Whether the person took back that it was asked for, when it said nothing: the one before it counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_back: bool,
    pub at: Timestamp,
}

/// A failure, tried once more by the engine, which did its tester's steps again with an app and data of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondTry {
    pub result: Recurrence,
    /// What was seen then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRef>,
}

/// Whether what was seen once is seen when the same is done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// It is.
    Same,
    /// It is not: what was seen the first time instead of what is seen now.
    Other { first: Line },
    /// Nobody knows.
    NotTried { why: Line },
}

impl Verdict {
    /// Whether it is a failure whose steps can be done again, and were not yet.
    pub fn is_untried(&self) -> bool {
        self.outcome == Outcome::Fail && self.steps.is_some() && self.second.is_none()
    }

    /// Whether it is a failure that did not come again.
    pub fn is_flaky(&self) -> bool {
        let second = self.second.as_ref().map(|second| &second.result);
        self.outcome == Outcome::Fail && matches!(second, Some(Recurrence::Other { .. }))
    }

    /// The evidence that it rests on, and what was seen when it was tried again.
    pub fn pieces(&self) -> impl Iterator<Item = &EvidenceRef> {
        self.evidence.iter().chain(self.second.iter().flat_map(|second| &second.evidence))
    }
}

/// What a verdict says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    /// It could not be tried.
    Blocked,
}

worded!(Outcome);

/// Names bytes in the evidence store: `ev_` and the first digits of their hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(description = "")]
pub struct EvidenceRef(pub String);

/// A person's decision that an assertion need not pass at its present revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    pub revision: Revision,
    pub reason: Line,
    pub at: Timestamp,
}

/// Where an assertion stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// No verdict yet.
    Pending,
    Passed,
    Failed,
    Blocked,
    /// Its last verdict is about an older revision.
    Stale,
    Waived,
    Retired,
}

worded!(Standing);

impl Standing {
    /// Whether the mission owes nothing more on it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Passed | Self::Waived | Self::Retired)
    }

    /// Whether no tester needs to look at it any more, whatever they would find.
    pub fn is_excused(self) -> bool {
        matches!(self, Self::Waived | Self::Retired)
    }
}
