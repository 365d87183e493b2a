//! The contract: every assertion a mission must satisfy, written before any feature.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantNames};

use super::id::{AssertionId, Revision};
use super::text::{Line, Prose, Title};

/// All assertions of a mission, by id.
pub type Contract = BTreeMap<AssertionId, Assertion>;

/// One behaviour that a user can observe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    pub id: AssertionId,
    /// How often it has been worded; a verdict binds to one revision.
    pub revision: Revision,
    pub wording: Wording,
    pub state: AssertionState,
}

/// What an assertion says: the part a person may edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    pub title: Title,
    /// What a user observes, in sentences.
    pub statement: Prose,
    pub check: Check,
    /// What must be kept as proof, in words.
    pub evidence: Line,
    pub weight: Weight,
}

/// How an assertion is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub via: Instrument,
    /// The steps of a tester, and what they must see.
    pub how: Prose,
    /// A command that decides it mechanically, where there is one.
    pub command: Option<Line>,
}

/// What a tester works the app with.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Instrument {
    Command,
    Http,
    Terminal,
    Browser,
}

impl Instrument {
    /// The word for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Whether a milestone can pass without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Weight {
    /// It cannot.
    Blocking,
    /// It can; a failure is a finding all the same.
    NonBlocking,
}

impl Weight {
    /// The word for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Whether an assertion still holds the mission to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionState {
    /// The mission must satisfy it.
    Active,
    /// Taken back; kept for the record.
    Retired { reason: Line },
}

/// An assertion as it is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionDraft {
    pub id: AssertionId,
    pub wording: Wording,
}

impl Assertion {
    /// A new assertion, at its first revision.
    pub fn new(draft: AssertionDraft) -> Self {
        Self {
            id: draft.id,
            revision: Revision::FIRST,
            wording: draft.wording,
            state: AssertionState::Active,
        }
    }

    /// Whether it holds the mission to something.
    pub fn is_active(&self) -> bool {
        self.state == AssertionState::Active
    }

    /// Whether a milestone cannot pass without it.
    pub fn is_blocking(&self) -> bool {
        self.is_active() && self.wording.weight == Weight::Blocking
    }
}
