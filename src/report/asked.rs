//! What was asked for, sentence by sentence, and what a critic held against the plan that answers it.

use serde::Serialize;

use crate::domain::gate::GateId;
use crate::domain::mission::Mission;
use crate::domain::negotiation::{Criticism, Objection, ObjectionOutcome, Said};
use crate::domain::requirement::{Fate, Requirement};
use crate::view::requirement::{coverage_words, origin, short};
use crate::view::terms;
use crate::view::words::one_line;

/// A sentence of what the person wants, and how far it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct RequirementPart {
    pub id: String,
    pub text: String,
    pub origin: &'static str,
    /// Such as `2 of 3 shown`.
    pub shown: String,
    pub is_shown: bool,
    /// The assertions that show it.
    pub by: Vec<String>,
    /// Why it asks for nothing; empty where it does ask.
    pub set_aside: String,
}

/// What a critic said of one plan.
#[derive(Debug, Clone, Serialize)]
pub struct CriticPart {
    pub round: u32,
    pub by: String,
    pub model: String,
    /// `agrees`, `objects`, or `could not be had`.
    pub said: &'static str,
    pub summary: String,
    pub objections: Vec<ObjectionPart>,
}

/// An objection, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectionPart {
    pub id: String,
    pub kind: String,
    pub about: String,
    pub why: String,
    pub instead: String,
    /// What was done about it, and why.
    pub outcome: &'static str,
    pub answer: String,
}

/// A word that the report uses in a sense of its own.
#[derive(Debug, Clone, Serialize)]
pub struct TermPart {
    pub word: &'static str,
    pub meaning: &'static str,
}

pub(super) fn requirements(mission: &Mission) -> Vec<RequirementPart> {
    mission.requirements.iter().map(|found| requirement(mission, found)).collect()
}

fn requirement(mission: &Mission, found: &Requirement) -> RequirementPart {
    let coverage = mission.coverage(found, GateId::Final);
    RequirementPart {
        id: found.id.to_string(),
        text: short(found.text.as_str()),
        origin: origin(found.origin),
        shown: coverage_words(coverage, GateId::Final),
        is_shown: coverage.is_shown(),
        by: mission.assertions_showing(found.id).map(|shows| shows.id.to_string()).collect(),
        set_aside: match &found.fate {
            Fate::SetAside { reason } => reason.to_string(),
            Fate::Owed => String::new(),
        },
    }
}

pub(super) fn critics(mission: &Mission) -> Vec<CriticPart> {
    let part = |criticism: &Criticism| {
        let (said, summary) = match &criticism.said {
            Said::Agreed { summary } => ("agrees", summary.as_str()),
            Said::Objected { summary, .. } => ("objects", summary.as_str()),
            Said::Nothing { reason } => ("could not be had", reason.as_str()),
        };
        let model = mission.attempts.get(&criticism.attempt).map(|by| by.model.to_string());
        CriticPart {
            round: criticism.round,
            by: criticism.attempt.to_string(),
            model: model.unwrap_or_default(),
            said,
            summary: one_line(summary),
            objections: criticism.objections().iter().map(objection).collect(),
        }
    };
    mission.criticisms.iter().map(part).collect()
}

fn objection(objection: &Objection) -> ObjectionPart {
    let answer = objection.answer.as_ref();
    let outcome = match answer.map(|answer| answer.outcome) {
        None => "not answered",
        Some(ObjectionOutcome::Changed) => "the plan was changed",
        Some(ObjectionOutcome::Kept) => "the plan stays",
    };
    ObjectionPart {
        id: objection.id.to_string(),
        kind: objection.kind.word().replace('_', " "),
        about: objection.about.to_string(),
        why: objection.why.to_string(),
        instead: objection.instead.to_string(),
        outcome,
        answer: answer.map(|answer| answer.words.to_string()).unwrap_or_default(),
    }
}

pub(super) fn words(mission: &Mission) -> Vec<TermPart> {
    let part = |term: terms::Term| TermPart { word: term.word(), meaning: term.sentence() };
    terms::at(mission, GateId::Final).into_iter().map(part).collect()
}
