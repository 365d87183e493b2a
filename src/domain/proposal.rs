//! What somebody else would say in place of the person's words: kept until the person accepts or refuses it.

use serde::{Deserialize, Serialize};

use super::consequence::ContractChange;
use super::contract::{Assertion, AssertionDraft, Wording};
use super::event::Actor;
use super::id::{AssertionId, AttemptId, FeatureId, ProposalId, Revision, Timestamp};
use super::mission::Mission;
use super::part::{Part, Reworded, SpecEdit, WordingEdit, differing};
use super::plan::Feature;
use super::text::Line;

/// A change of the person's words that waits for them. Until then their words hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: ProposalId,
    pub from: ProposedBy,
    pub at: Timestamp,
    pub change: ProposedChange,
    pub state: ProposalState,
}

/// Where a proposal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposedBy {
    Attempt(AttemptId),
    /// The contract's document was changed on disk, by nobody knows whom.
    Document,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposedChange {
    Reword { assertion: AssertionId, base: Revision, edit: Box<WordingEdit> },
    Add { assertion: AssertionId, wording: Box<Wording>, feature: FeatureId },
    Retire { assertion: AssertionId, reason: Line },
    RewordFeature { feature: FeatureId, base: Revision, edit: Box<SpecEdit> },
    CancelFeature { feature: FeatureId, reason: Line },
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    Open,
    Accepted,
    Refused,
    /// It fits no more: the words it is about have changed, or who suggested it has thought better of it.
    Withdrawn,
}

/// What a person says to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    Accept,
    Refuse,
}

impl Proposal {
    /// Whether the person has not decided on it.
    pub fn is_open(&self) -> bool {
        self.state == ProposalState::Open
    }
}

impl ProposedChange {
    /// What it is about: `VAL-AUTH-001`, `F3`.
    pub fn subject(&self) -> String {
        match self {
            Self::Reword { assertion, .. } | Self::Add { assertion, .. } | Self::Retire { assertion, .. } => {
                assertion.to_string()
            }
            Self::RewordFeature { feature, .. } | Self::CancelFeature { feature, .. } => feature.to_string(),
        }
    }

    /// The assertion of the contract that it changes, where it changes one.
    pub fn assertion(&self) -> Option<&AssertionId> {
        match self {
            Self::Reword { assertion, .. } | Self::Retire { assertion, .. } => Some(assertion),
            Self::Add { .. } | Self::RewordFeature { .. } | Self::CancelFeature { .. } => None,
        }
    }

    /// Whether another comes to the same: a reason and the revision it started from make no difference.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Reword { assertion: a, edit: one, .. }, Self::Reword { assertion: b, edit: two, .. }) => {
                a == b && one == two
            }
            (
                Self::RewordFeature { feature: a, edit: one, .. },
                Self::RewordFeature { feature: b, edit: two, .. },
            ) => a == b && one == two,
            (Self::Retire { assertion: a, .. }, Self::Retire { assertion: b, .. }) => a == b,
            (Self::CancelFeature { feature: a, .. }, Self::CancelFeature { feature: b, .. }) => a == b,
            (one, two) => one == two,
        }
    }

    /// The parts that it would word anew, with the present words and its own.
    pub fn rewords(&self, mission: &Mission) -> Vec<Reworded> {
        match self {
            Self::Reword { assertion, edit, .. } => mission
                .contract
                .get(assertion)
                .map(|found| differing(&found.wording, &edit.applied_to(&found.wording)))
                .unwrap_or_default(),
            Self::RewordFeature { feature, edit, .. } => mission
                .feature(*feature)
                .map(|found| differing(&found.spec, &edit.applied_to(&found.spec)))
                .unwrap_or_default(),
            Self::Add { .. } | Self::Retire { .. } | Self::CancelFeature { .. } => Vec::new(),
        }
    }

    /// What it asks for, as a clause: `VAL-AUTH-001: another statement`.
    pub fn sentence(&self, mission: &Mission) -> String {
        let subject = self.subject();
        match self {
            Self::Reword { .. } | Self::RewordFeature { .. } => {
                let parts: Vec<&str> = self.rewords(mission).iter().map(|found| found.part.word()).collect();
                format!("{subject}: another {}", parts.join(", "))
            }
            Self::Add { wording, feature, .. } => format!("{subject} added for {feature}: {}", wording.title),
            Self::Retire { reason, .. } => format!("{subject} retired: {reason}"),
            Self::CancelFeature { reason, .. } => format!("{subject} cancelled: {reason}"),
        }
    }
}

impl From<ContractChange> for ProposedChange {
    fn from(change: ContractChange) -> Self {
        match change {
            ContractChange::Edit { assertion, base, edit } => Self::Reword { assertion, base, edit },
            ContractChange::Add { draft, feature } => {
                let AssertionDraft { id, wording, .. } = *draft;
                Self::Add { assertion: id, wording: Box::new(wording), feature }
            }
            ContractChange::Retire { assertion, reason } => Self::Retire { assertion, reason },
        }
    }
}

impl Mission {
    /// Proposals that wait for the person.
    pub fn open_proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.iter().filter(|proposal| proposal.is_open())
    }

    /// Whether changes of the contract's document wait for the person.
    pub fn has_changed_document(&self) -> bool {
        self.open_proposals().any(|proposal| proposal.from == ProposedBy::Document)
    }

    /// The parts of an assertion that the person worded.
    pub fn persons_parts(&self, id: &AssertionId) -> Vec<Part> {
        self.assertion_authors.get(id).map(|authors| authors.persons().collect()).unwrap_or_default()
    }

    /// The parts of a feature that the person worded.
    pub fn persons_feature_parts(&self, id: FeatureId) -> Vec<Part> {
        self.feature_authors.get(&id).map(|authors| authors.persons().collect()).unwrap_or_default()
    }

    /// What the person worded or took back, a line each: `VAL-AUTH-001: its statement`.
    pub fn persons_words(&self) -> Vec<String> {
        let named = |name: String, parts: Vec<Part>| {
            let parts: Vec<&str> = parts.into_iter().map(Part::word).collect();
            (!parts.is_empty()).then(|| format!("{name}: its {}", parts.join(", ")))
        };
        let active = self.contract.values().filter(|found| found.is_active());
        let assertions =
            active.filter_map(|found| named(found.id.to_string(), self.persons_parts(&found.id)));
        let wanted = self.features.iter().filter(|feature| feature.is_wanted());
        let features =
            wanted.filter_map(|found| named(Feature::quoted(found), self.persons_feature_parts(found.id)));
        let retired = self.contract.values().filter(|found| self.is_retired_by_person(found));
        let retired = retired.map(|found| format!("{} is retired and stays so", found.id));
        assertions.chain(features).chain(retired).collect()
    }

    /// Whether the person took an assertion back.
    pub fn is_retired_by_person(&self, assertion: &Assertion) -> bool {
        let retired = self.assertion_authors.get(&assertion.id).and_then(|authors| authors.retired);
        !assertion.is_active() && retired == Some(Actor::Person)
    }
}
