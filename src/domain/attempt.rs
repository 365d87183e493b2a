//! One agent run at one piece of work.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::flow::Flow;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, MilestoneId, Revision, Timestamp};
use super::text::{Line, Title, worded};
use super::usage::Usage;

/// One agent run: what it works at, with which mind, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub id: AttemptId,
    pub work: AgentWork,
    pub role: Role,
    /// `provider/model`, as configured when it started.
    pub model: Title,
    /// The mission's head when it started.
    pub base: Commit,
    pub started: Timestamp,
    pub ended: Option<Ended>,
    pub usage: Usage,
    /// For how long it waited for what passes by itself, in milliseconds: that is no work.
    #[serde(default)]
    pub waited_ms: u64,
    /// The revisions of the assertions it works under, as it last heard.
    pub revisions: BTreeMap<AssertionId, Revision>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    pub ending: Ending,
}

/// The ways an attempt can end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With what its role owes.
    Done,
    /// The agent did not do it: no closing tool, too many turns, a loop.
    Failed { reason: Line },
    /// Its model could not be reached or used.
    Unusable { reason: Line },
    /// The engine went away under it.
    Interrupted,
    /// A person stopped it, or its work was no longer wanted.
    Stopped { reason: Line },
}

/// A piece of work; also the key by which the engine knows what is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Agent(AgentWork),
    Engine(EngineWork),
}

/// Work that needs a role, a model and a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum AgentWork {
    /// The orchestrator scopes the goal.
    Plan,
    /// A critic looks at the plan, for the first time or once more.
    Criticize { round: u32 },
    /// The orchestrator answers a person or an attempt.
    Talk,
    /// The orchestrator settles open findings.
    Triage,
    /// A worker builds a feature.
    Build { feature: FeatureId },
    /// A reviewer reads one feature's diff.
    Review { milestone: MilestoneId, round: u32, feature: FeatureId },
    /// The scrutiny validator weighs the reviews.
    Scrutinize { milestone: MilestoneId, round: u32 },
    /// The user-testing validator works the app, or one of several who each have a share.
    TestAsUser {
        milestone: MilestoneId,
        round: u32,
        #[serde(default, skip_serializing_if = "Flow::is_whole")]
        flow: Flow,
    },
}

/// Work that the engine does itself, without a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum EngineWork {
    /// Runs again what a handoff claims.
    CheckClaims { feature: FeatureId },
    /// Runs the gate commands, which opens a round.
    RunGateCommands { milestone: MilestoneId, round: u32 },
    /// Tries at the base commit what the person worded at the plan gate.
    TakeBaseline,
    /// Does again what testers did up to each failure of a round, before anybody plans to mend it.
    TryAgain { milestone: MilestoneId, round: u32 },
    /// Undoes what was built, where nobody works, to see the checks of a round that passed fail.
    Sabotage { milestone: MilestoneId, round: u32 },
}

impl Work {
    /// Whether it may write to the mission's checkout.
    pub fn writes(self) -> bool {
        match self {
            Self::Agent(work) => work.writes(),
            Self::Engine(work) => matches!(work, EngineWork::CheckClaims { .. }),
        }
    }
}

impl AgentWork {
    /// The role that does it.
    pub fn role(self) -> Role {
        match self {
            Self::Plan | Self::Talk | Self::Triage => Role::Orchestrator,
            Self::Criticize { .. } => Role::Critic,
            Self::Build { .. } => Role::Worker,
            Self::Review { .. } => Role::Reviewer,
            Self::Scrutinize { .. } => Role::Scrutiny,
            Self::TestAsUser { .. } => Role::UserTesting,
        }
    }

    /// What the role does, as a verb; that of the orchestrator's work is the work's own word.
    pub fn task(self) -> &'static str {
        match self {
            Self::Plan => "plans",
            Self::Criticize { .. } => "looks for what is wrong with the plan",
            Self::Talk => "talks",
            Self::Triage => "triages",
            Self::Build { .. } => "builds",
            Self::Review { .. } => "reads the diff",
            Self::Scrutinize { .. } => "weighs the reviews",
            Self::TestAsUser { .. } => "works the app",
        }
    }

    /// Whether it reads a diff without running anything under a contract.
    pub fn is_review(self) -> bool {
        matches!(self, Self::Review { .. })
    }

    /// The feature it is about, where it is about one.
    pub fn feature(self) -> Option<FeatureId> {
        match self {
            Self::Build { feature } | Self::Review { feature, .. } => Some(feature),
            Self::Plan
            | Self::Criticize { .. }
            | Self::Talk
            | Self::Triage
            | Self::Scrutinize { .. }
            | Self::TestAsUser { .. } => None,
        }
    }

    /// The milestone and the number of the round that it is part of, where it is part of one.
    pub fn round(self) -> Option<(MilestoneId, u32)> {
        match self {
            Self::Review { milestone, round, .. }
            | Self::Scrutinize { milestone, round }
            | Self::TestAsUser { milestone, round, .. } => Some((milestone, round)),
            Self::Plan | Self::Criticize { .. } | Self::Talk | Self::Triage | Self::Build { .. } => None,
        }
    }

    /// The part of a round's user testing that it does, where it does one.
    pub fn flow(self) -> Option<Flow> {
        if let Self::TestAsUser { flow, .. } = self { Some(flow) } else { None }
    }

    /// Whether it may write to the mission's checkout.
    pub fn writes(self) -> bool {
        matches!(self, Self::Build { .. })
    }
}

impl From<AgentWork> for Work {
    fn from(work: AgentWork) -> Self {
        Self::Agent(work)
    }
}

impl From<EngineWork> for Work {
    fn from(work: EngineWork) -> Self {
        Self::Engine(work)
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(work) => work.fmt(f),
            Self::Engine(work) => work.fmt(f),
        }
    }
}

impl fmt::Display for AgentWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => write!(f, "plan"),
            Self::Criticize { round } => write!(f, "criticism of the plan, round {round}"),
            Self::Talk => write!(f, "talk"),
            Self::Triage => write!(f, "triage"),
            Self::Build { feature } => write!(f, "{feature}"),
            Self::Review { feature, round, .. } => write!(f, "review of {feature}, round {round}"),
            Self::Scrutinize { milestone, round } => write!(f, "{milestone} scrutiny, round {round}"),
            Self::TestAsUser { milestone, round, flow } => {
                write!(f, "{milestone} user testing, round {round}{}", flow.suffix())
            }
        }
    }
}

impl fmt::Display for EngineWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckClaims { feature } => write!(f, "claims of {feature}"),
            Self::RunGateCommands { milestone, round } => {
                write!(f, "{milestone} gate commands, round {round}")
            }
            Self::TakeBaseline => write!(f, "baseline"),
            Self::TryAgain { milestone, round } => {
                write!(f, "{milestone} failures tried again, round {round}")
            }
            Self::Sabotage { milestone, round } => {
                write!(f, "{milestone} checks tried in a copy, round {round}")
            }
        }
    }
}

/// Who does what. Each role names its own model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(Serialize, Deserialize, IntoStaticStr, VariantArray, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    Orchestrator,
    Critic,
    Worker,
    Reviewer,
    Scrutiny,
    UserTesting,
    Researcher,
}

worded!(Role);

impl Role {
    /// Every role, in the order of the flight.
    pub const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// Whether it tries to prove the work wrong.
    pub fn is_validator(self) -> bool {
        matches!(self, Self::Reviewer | Self::Scrutiny | Self::UserTesting)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.word().replace('_', " "))
    }
}

/// Why a word is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is not a role: one of {}", .0, <Role as VariantNames>::VARIANTS.join(", "))]
pub struct RoleError(String);

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(word: &str) -> Result<Self, RoleError> {
        let wanted = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        let found = Self::ALL.iter().copied().find(|role| role.word() == wanted);
        found.ok_or_else(|| RoleError(word.to_owned()))
    }
}

impl Attempt {
    /// Whether it is still running, as far as the log knows.
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether it ended with what its role owes.
    pub fn is_done(&self) -> bool {
        matches!(&self.ended, Some(Ended { ending: Ending::Done, .. }))
    }

    /// How long it ran, in milliseconds, up to `now` when it still does.
    pub fn wall_ms(&self, now: Timestamp) -> u64 {
        self.ended.as_ref().map_or(now, |ended| ended.at).since(self.started)
    }
}
