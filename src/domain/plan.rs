//! The plan: milestones, and the features that are validated together in each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::{AssertionId, AttemptId, Commit, FeatureId, FindingId, MilestoneId};
use super::text::{Line, Prose, Title};

/// A group of features that is validated together and passes one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    pub id: MilestoneId,
    pub title: Title,
}

/// The unit of work: one worker attempt builds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    pub id: FeatureId,
    pub milestone: MilestoneId,
    pub spec: FeatureSpec,
    /// The assertions that hold once it is built; each is claimed by exactly one feature.
    pub fulfills: Vec<AssertionId>,
    /// Features that must be built before it.
    pub after: Vec<FeatureId>,
    pub origin: Origin,
    pub state: FeatureState,
}

/// What is to be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureSpec {
    pub title: Title,
    /// For a worker who knows nothing else.
    pub description: Prose,
    /// Checkable, one each.
    #[serde(default)]
    pub criteria: Vec<Line>,
}

/// Where a feature comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The plan, with the reason when it fulfills no assertion.
    Planned { no_assertion_because: Option<Line> },
    /// Findings that it mends.
    Fix { findings: Vec<FindingId> },
}

/// How far a feature is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureState {
    /// It is to be built.
    Pending,
    /// Its handoff was accepted: the attempt, and the commits it left.
    Built { attempt: AttemptId, base: Commit, head: Commit, claims: Claims },
    /// It is no longer wanted.
    Cancelled { reason: Line },
}

/// Whether the engine has seen for itself what the handoff claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claims {
    Unchecked,
    Confirmed,
    Refuted,
}

/// A plan as it was proposed, with its ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedPlan {
    /// What the mission is called from now on; plans of older logs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    pub milestones: Vec<Milestone>,
    pub features: Vec<Feature>,
    /// How it answers the NO-GO before it, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Prose>,
}

/// Features that are validated together and pass one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct MilestoneDraft {
    pub title: Title,
    pub features: Vec<FeatureDraft>,
}

/// One worker's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct FeatureDraft {
    /// Flat in a command, which is how agents write it; a draft is never stored.
    #[serde(flatten)]
    pub spec: FeatureSpec,
    /// Each assertion is claimed by exactly one feature.
    #[serde(default)]
    pub fulfills: Vec<AssertionId>,
    /// Needed when it fulfills none.
    pub no_assertion_because: Option<Line>,
    /// Exact titles of features that must be built first.
    // Of this milestone or an earlier one; in an amendment also ids.
    #[serde(default)]
    pub after: Vec<Title>,
}

impl Feature {
    /// It with its title, for a sentence: `F3 (A page)`.
    pub fn quoted(&self) -> String {
        format!("{} ({})", self.id, self.spec.title)
    }

    /// Whether it has an accepted handoff.
    pub fn is_built(&self) -> bool {
        matches!(self.state, FeatureState::Built { .. })
    }

    /// Whether it was handed in without a commit.
    pub fn is_untouched(&self) -> bool {
        matches!(&self.state, FeatureState::Built { base, head, .. } if base == head)
    }

    /// Whether somebody will still build it, or has.
    pub fn is_wanted(&self) -> bool {
        !matches!(self.state, FeatureState::Cancelled { .. })
    }

    /// The findings that it mends; a planned feature mends none.
    pub fn mends(&self) -> &[FindingId] {
        match &self.origin {
            Origin::Fix { findings } => findings,
            Origin::Planned { .. } => &[],
        }
    }

    /// Whether it mends findings.
    pub fn is_fix(&self) -> bool {
        matches!(self.origin, Origin::Fix { .. })
    }
}
