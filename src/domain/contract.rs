//! The contract: every assertion a mission must satisfy, written before any feature.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::{AssertionId, RequirementId, Revision};
use super::text::{Line, Prose, Title, worded};

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
    /// The requirements that it shows. They are no part of the wording: a verdict holds whatever it is read for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<RequirementId>,
}

/// What an assertion says: the part a person may edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wording {
    pub title: Title,
    /// One behaviour that a user can observe.
    pub statement: Prose,
    pub check: Check,
    /// What must be kept as proof.
    pub evidence: Line,
    #[serde(alias = "severity", default)]
    #[schemars(rename = "severity")]
    pub weight: Weight,
}

/// How it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Check {
    pub via: Instrument,
    /// The tester's steps, and exactly what they must see.
    pub how: Prose,
    /// A shell command that decides it; needed where `via` is `command`.
    pub command: Option<Line>,
    /// Against a regression: it holds before anything is built, and must still hold afterwards. Every other check fails
    /// until the work is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guard: bool,
}

/// What a tester works the app with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(Serialize, Deserialize, JsonSchema, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
#[strum(serialize_all = "snake_case")]
pub enum Instrument {
    Command,
    Http,
    Terminal,
    Browser,
}

worded!(Instrument);

impl Instrument {
    /// All words, for a sentence: `command, http, terminal, browser`.
    pub fn words() -> String {
        Self::VARIANTS.iter().map(|instrument| instrument.word()).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a milestone can pass without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Weight {
    /// It cannot.
    #[schemars(description = "")]
    #[default]
    Blocking,
    /// It can; a failure is a finding all the same.
    #[schemars(description = "")]
    NonBlocking,
}

worded!(Weight);

/// Whether an assertion still holds the mission to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionState {
    /// The mission must satisfy it.
    Active,
    /// Taken back; kept for the record.
    Retired { reason: Line },
}

/// One behaviour that a user can observe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct AssertionDraft {
    /// `VAL-<AREA>-<NNN>`, such as VAL-AUTH-001.
    pub id: AssertionId,
    /// Flat in a command, which is how agents write it; a draft is never stored.
    #[serde(flatten)]
    pub wording: Wording,
    /// Such as REQ-1.
    #[serde(default)]
    pub shows: Vec<RequirementId>,
}

impl Assertion {
    /// A new assertion, at its first revision.
    pub fn new(draft: AssertionDraft) -> Self {
        Self {
            id: draft.id,
            revision: Revision::FIRST,
            wording: draft.wording,
            state: AssertionState::Active,
            shows: draft.shows,
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
