//! Texts that a person began and has not sent, by what they are about. Each remembers what stood there when it was begun,
//! so that what others changed meanwhile can be told from what the person wrote. They outlive their screen, and the
//! console where the machine keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::attempt::Role;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, FindingId, RequirementId, Timestamp};
use crate::view::row::{Piece, Row};
use crate::view::style_role::StyleRole;
use crate::view::text::plural;
use crate::view::work::gate_name;

/// What a draft is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Assertion(AssertionId),
    NewAssertion,
    NoGo(GateId),
    Waive(AssertionId),
    Map(AssertionId),
    SetAside(RequirementId),
    Retire(AssertionId),
    Dismiss(FindingId),
    Defer(FindingId),
    Mend(FindingId),
    Model(Role),
    Directive,
    Budget,
    Abandon,
    Message,
    Contract,
    Environment,
    Goal,
}

impl Subject {
    /// In words: `VAL-AUTH-001`, `the NO-GO at the gate of M1`.
    pub fn words(&self) -> String {
        match self {
            Self::Assertion(id) => id.to_string(),
            Self::NewAssertion => "a new assertion".to_owned(),
            Self::NoGo(gate) => format!("the note to {}", gate_name(*gate)),
            Self::Waive(id) => format!("the waiver of {id}"),
            Self::Map(id) => format!("what {id} shows"),
            Self::SetAside(id) => format!("why {id} asks for nothing"),
            Self::Retire(id) => format!("why {id} is retired"),
            Self::Dismiss(id) => format!("why {id} is dismissed"),
            Self::Defer(id) => format!("why {id} can wait"),
            Self::Mend(id) => format!("how {id} is mended"),
            Self::Model(role) => format!("the model of the {role}"),
            Self::Directive => "a directive".to_owned(),
            Self::Budget => "a higher budget".to_owned(),
            Self::Abandon => "why the mission is abandoned".to_owned(),
            Self::Message => "a message".to_owned(),
            Self::Contract => "the contract from your editor".to_owned(),
            Self::Environment => "the environment from your editor".to_owned(),
            Self::Goal => "the goal".to_owned(),
        }
    }

    /// Whether it says something of an assertion.
    pub fn is_about(&self, id: &AssertionId) -> bool {
        matches!(self, Self::Assertion(about) | Self::Waive(about) | Self::Retire(about) if about == id)
    }
}

/// A text that was begun.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    /// What stood there when it was begun; empty where nothing did.
    #[serde(default)]
    pub base: String,
    /// When it was last written.
    pub at: Timestamp,
}

/// What becomes of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftChange {
    Keep(Subject, Draft),
    Discard(Subject),
}

/// Drafts as they are kept, in a file or in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept(Vec<(Subject, Draft)>);

impl Kept {
    /// Takes changes in. What nobody changed here stays: another console may have written it.
    pub fn apply(&mut self, changes: Vec<DraftChange>) {
        for change in changes {
            let (DraftChange::Keep(subject, _) | DraftChange::Discard(subject)) = &change;
            self.0.retain(|(known, _)| known != subject);
            if let DraftChange::Keep(subject, draft) = change {
                self.0.push((subject, draft));
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether drafts outlive the console.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Keeping {
    /// They are in memory alone.
    #[default]
    No,
    Yes,
    /// The machine could not keep them, and why.
    Failed(String),
}

/// All drafts of a console, and what has not been handed to the machine to keep.
#[derive(Debug, Default)]
pub struct Drafts {
    known: BTreeMap<Subject, Draft>,
    changes: Vec<DraftChange>,
    pub keeping: Keeping,
}

impl Drafts {
    /// The drafts that a machine has kept.
    pub fn kept(kept: Kept) -> Self {
        Self { known: kept.0.into_iter().collect(), changes: Vec::new(), keeping: Keeping::Yes }
    }

    /// Drafts of a machine that cannot keep them, and why.
    pub fn lost(why: String) -> Self {
        Self { keeping: Keeping::Failed(why), ..Self::default() }
    }

    /// The draft about something.
    pub fn get(&self, subject: &Subject) -> Option<&Draft> {
        self.known.get(subject)
    }

    /// All of them, in the order of their subjects.
    pub fn iter(&self) -> impl Iterator<Item = (&Subject, &Draft)> {
        self.known.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes a change in. A draft that says what it said keeps its time.
    pub fn apply(&mut self, change: DraftChange, now: Timestamp) {
        match change {
            DraftChange::Keep(subject, draft) => {
                let same = |known: &Draft| known.text == draft.text && known.base == draft.base;
                if !self.known.get(&subject).is_some_and(same) {
                    let draft = Draft { at: now, ..draft };
                    self.known.insert(subject.clone(), draft.clone());
                    self.changes.push(DraftChange::Keep(subject, draft));
                }
            }
            DraftChange::Discard(subject) => {
                if self.known.remove(&subject).is_some() {
                    self.changes.push(DraftChange::Discard(subject));
                }
            }
        }
    }

    /// What changed since it was asked last; the machine is to keep it.
    pub fn take_changes(&mut self) -> Vec<DraftChange> {
        std::mem::take(&mut self.changes)
    }

    /// All of them in words: `2 drafts: VAL-AUTH-001, a message`.
    pub fn words(&self) -> String {
        let subjects: Vec<String> = self.known.keys().map(Subject::words).collect();
        format!("{}: {}", plural(self.len(), "draft"), subjects.join(", "))
    }

    /// A row that says so where there is a draft about what it shows.
    pub fn marked(&self, row: Row, about: impl Fn(&Subject) -> bool) -> Row {
        if !self.known.keys().any(about) {
            return row;
        }
        let mut row = row;
        row.right.insert(0, Piece::new(StyleRole::Accent, "draft "));
        row
    }
}
