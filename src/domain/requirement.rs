//! What the goal asks for, sentence by sentence, and which assertions show each: so that nothing that was asked for is
//! lost between the goal and the verdicts.

mod split;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::contract::Assertion;
use super::event::Actor;
use super::gate::GateId;
use super::goal::Goal;
use super::id::{AssertionId, RequirementId};
use super::mission::Mission;
use super::text::{Line, Prose, worded};

/// Sentences of a goal that get an id of their own; of a longer goal the last one holds the rest.
pub const MOST: usize = 200;

/// A sentence of what the person wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub id: RequirementId,
    pub text: Prose,
    #[serde(default)]
    pub origin: RequirementOrigin,
    #[serde(default)]
    pub fate: Fate,
    /// Who said that it is, or is not, a requirement; nobody before anybody did.
    #[serde(default)]
    pub decided_by: Option<Actor>,
}

/// Where the person said it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RequirementOrigin {
    #[default]
    Goal,
    /// In the note of a NO-GO to the plan.
    NoGo,
    /// By itself, while the mission flew.
    Added,
}

worded!(RequirementOrigin);

/// Whether a sentence asks for something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It does, and the mission owes it.
    #[default]
    Owed,
    /// It does not: it is context, a reason, a greeting.
    SetAside { reason: Line },
}

/// A sentence that asks for nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetAside {
    /// Such as REQ-2.
    pub requirement: RequirementId,
    pub because: Line,
}

/// How far a requirement is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// No assertion shows it.
    Unasserted,
    /// Of the assertions that show it, so many hold beyond doubt.
    Partly { shown: usize, of: usize },
    /// Every assertion that shows it holds beyond doubt.
    Shown { of: usize },
    /// It asks for nothing.
    SetAside,
}

/// Requirements by how far they are shown; those that were set aside stand apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RequirementTally {
    pub all: usize,
    pub shown: usize,
    pub unasserted: usize,
    pub set_aside: usize,
}

impl Coverage {
    /// Whether every assertion that shows it holds beyond doubt.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Shown { .. })
    }
}

impl Requirement {
    fn new((number, text): (u32, String), origin: RequirementOrigin) -> Self {
        let text = Prose::clipped(text);
        Self { id: RequirementId(number), text, origin, fate: Fate::Owed, decided_by: None }
    }

    /// The sentences of a goal, in order: the same goal gives the same ids.
    pub fn of_goal(goal: &Goal) -> Vec<Self> {
        let texts = (1..).zip(split::sentences_of(goal.as_str()));
        texts.map(|text| Self::new(text, RequirementOrigin::Goal)).collect()
    }

    /// Whether it asks for something.
    pub fn is_owed(&self) -> bool {
        self.fate == Fate::Owed
    }

    /// Whether the person said what it is.
    pub fn is_decided_by_person(&self) -> bool {
        self.decided_by == Some(Actor::Person)
    }
}

impl Mission {
    /// What the person asked for, sentence by sentence; before there is a contract, as the goal will be read. A contract
    /// of an older version names no requirements, so that nothing can be said of them: then there are none.
    pub fn all_requirements(&self) -> Cow<'_, [Requirement]> {
        if !self.requirements.is_empty() || !self.contract.is_empty() {
            return Cow::Borrowed(&self.requirements);
        }
        let goal = self.founding.as_ref().map(|founding| Requirement::of_goal(&founding.goal));
        Cow::Owned(goal.unwrap_or_default())
    }

    /// A requirement by id.
    pub fn requirement(&self, id: RequirementId) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }

    /// The requirements that the mission owes.
    pub fn owed_requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter().filter(|requirement| requirement.is_owed())
    }

    /// The assertions that show a requirement.
    pub fn assertions_showing(&self, id: RequirementId) -> impl Iterator<Item = &Assertion> {
        self.active_assertions().filter(move |assertion| assertion.shows.contains(&id))
    }

    /// How far a requirement is shown, as a gate sees it.
    pub fn coverage(&self, requirement: &Requirement, gate: GateId) -> Coverage {
        if !requirement.is_owed() {
            return Coverage::SetAside;
        }
        let ids: Vec<&AssertionId> = self.assertions_showing(requirement.id).map(|found| &found.id).collect();
        let shown = ids.iter().filter(|id| self.doubt(id, gate).is_none()).count();
        match ids.len() {
            0 => Coverage::Unasserted,
            of if of == shown => Coverage::Shown { of },
            of => Coverage::Partly { shown, of },
        }
    }

    /// Counts the requirements.
    pub fn requirement_tally(&self, gate: GateId) -> RequirementTally {
        let mut tally = RequirementTally::default();
        for requirement in &self.requirements {
            match self.coverage(requirement, gate) {
                Coverage::SetAside => {
                    tally.set_aside += 1;
                    continue;
                }
                Coverage::Unasserted => tally.unasserted += 1,
                Coverage::Shown { .. } => tally.shown += 1,
                Coverage::Partly { .. } => {}
            }
            tally.all += 1;
        }
        tally
    }

    /// The sentences of a note that are no requirement yet, with the ids that come next.
    pub(super) fn requirements_in(&self, note: &str, origin: RequirementOrigin) -> Vec<Requirement> {
        let known = |text: &String| self.requirements.iter().any(|found| found.text.as_str() == text);
        let last = self.requirements.iter().map(|found| found.id.0).max().unwrap_or(0);
        let texts = split::sentences_of(note).into_iter().filter(|text| !known(text));
        (last.saturating_add(1)..).zip(texts).map(|text| Requirement::new(text, origin)).collect()
    }

    /// What a contract does not show of what was asked for, in lines for its author; empty where it shows all of it.
    pub fn uncovered_report(&self) -> String {
        let bare =
            self.owed_requirements().filter(|found| self.assertions_showing(found.id).next().is_none());
        let lines = bare.map(|found| format!("- {} {}\n", found.id, found.text)).collect::<Vec<_>>().concat();
        if lines.is_empty() {
            return String::new();
        }
        format!(
            "No assertion shows these requirements; the person reads that first at the gate. Add assertions, name them \
             in `shows` of an assertion, or say in `no_requirement` why they ask for nothing:\n{lines}"
        )
    }
}
