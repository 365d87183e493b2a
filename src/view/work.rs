//! How pieces of work, attempts and standings are called on every screen.

use crate::domain::attempt::{AgentWork, Attempt, Ending, EngineWork, Work};
use crate::domain::gate::{DecidedBy, Decision, GateId};
use crate::domain::id::{AssertionId, FeatureId, MilestoneId};
use crate::domain::message::Party;
use crate::domain::mission::Status;
use crate::domain::verdict::{Outcome, Standing};

use super::prelude::*;

/// A piece of work with the name of what it is about: `F7 Session cookies`, `M2 user testing, round 2`.
pub fn subject(mission: &Mission, work: AgentWork) -> String {
    match (work.feature(), work.round()) {
        (Some(id), _) => feature_name(mission, id),
        (None, Some((milestone, round))) => {
            let round = if round > 1 { format!(" round {round}") } else { String::new() };
            format!("{milestone}{round}{}", work.flow().unwrap_or_default().suffix())
        }
        (None, None) => work.to_string(),
    }
}

/// A feature with its title: `F7 Session cookies`.
pub fn feature_name(mission: &Mission, id: FeatureId) -> String {
    let title = mission.feature(id).map_or("", |feature| feature.spec.title.as_str());
    format!("{id} {title}").trim_end().to_owned()
}

/// A milestone with its title: `M2 Sign-in`.
pub fn milestone_name(mission: &Mission, id: MilestoneId) -> String {
    let found = mission.milestones.iter().find(|milestone| milestone.id == id);
    format!("{id} {}", found.map_or("", |milestone| milestone.title.as_str())).trim_end().to_owned()
}

/// An assertion with its title: `VAL-AUTH-001 The right password lets in`.
pub fn assertion_name(mission: &Mission, id: &AssertionId) -> String {
    let title = mission.assertion(id).map_or("", |assertion| assertion.wording.title.as_str());
    format!("{id} {title}").trim_end().to_owned()
}

/// A piece of work in the column of subjects: `plan`, `F3`, `M1`.
pub fn short_subject(work: impl Into<Work>) -> String {
    match work.into() {
        Work::Agent(work) => match (work.feature(), work.round()) {
            (Some(feature), _) => feature.to_string(),
            (None, Some((milestone, _))) => milestone.to_string(),
            (None, None) => work.to_string(),
        },
        Work::Engine(EngineWork::CheckClaims { feature }) => feature.to_string(),
        Work::Engine(
            EngineWork::RunGateCommands { milestone, .. }
            | EngineWork::TryAgain { milestone, .. }
            | EngineWork::Sabotage { milestone, .. },
        ) => milestone.to_string(),
        Work::Engine(work @ EngineWork::TakeBaseline) => work.to_string(),
    }
}

/// The sign and style of an attempt, by how it goes or went.
pub fn attempt_sign(attempt: &Attempt) -> Sign {
    attempt.ended.as_ref().map_or(BEGINS, |ended| ending_sign(&ended.ending))
}

/// The sign and style of how an attempt ended.
pub fn ending_sign(ending: &Ending) -> Sign {
    match ending {
        Ending::Done => GOOD,
        Ending::Failed { .. } | Ending::Unusable { .. } => BAD,
        Ending::Interrupted | Ending::Stopped { .. } => WARNING,
    }
}

/// The sign and style of an attempt on the screen, and whose answer it waits for.
pub fn attempt_state(mission: &Mission, attempt: &Attempt) -> (Sign, Option<String>) {
    let mut asked = mission.questions.iter().filter(|question| question.is_open());
    match asked.find(|question| question.from == attempt.id && attempt.is_live()) {
        Some(question) => {
            let (sign, whose) = match question.to {
                Party::Person => (NEEDS, "your"),
                Party::Orchestrator | Party::Attempt(_) => (attempt_sign(attempt), "the orchestrator's"),
            };
            (sign, Some(format!("waits for {whose} answer to {}", question.id)))
        }
        None => (attempt_sign(attempt), None),
    }
}

/// How an attempt ended, in words; empty while it runs or when it did what it owed.
pub fn ending_words(ending: &Ending) -> String {
    match ending {
        Ending::Done => String::new(),
        Ending::Failed { reason } => format!("failed: {reason}"),
        Ending::Unusable { reason } => format!("no model: {reason}"),
        Ending::Interrupted => "interrupted".to_owned(),
        Ending::Stopped { reason } => format!("stopped: {reason}"),
    }
}

/// The sign and style of a standing.
pub fn standing_sign(standing: Standing) -> Sign {
    match standing {
        Standing::Pending => (Glyph::Pending, StyleRole::Dim),
        Standing::Passed => GOOD,
        Standing::Failed => BAD,
        Standing::Blocked => (Glyph::Blocked, StyleRole::Bad),
        Standing::Stale => (Glyph::Stale, StyleRole::Warn),
        Standing::Waived => (Glyph::Waived, StyleRole::Warn),
        Standing::Retired => (Glyph::Retired, StyleRole::Faint),
    }
}

/// The sign and style of a verdict.
pub fn outcome_sign(outcome: Outcome) -> Sign {
    match outcome {
        Outcome::Pass => GOOD,
        Outcome::Fail => BAD,
        Outcome::Blocked => (Glyph::Blocked, StyleRole::Bad),
    }
}

/// The sign and style of what a mission does.
pub fn status_sign(status: Status) -> Sign {
    match status {
        Status::Planning | Status::Running => (Glyph::Active, StyleRole::Accent),
        Status::Waiting => (Glyph::Needs, StyleRole::Warn),
        Status::Retrying | Status::Paused => (Glyph::Pending, StyleRole::Warn),
        Status::Blocked | Status::BudgetSpent => (Glyph::Blocked, StyleRole::Bad),
        Status::Completed | Status::Landed => (Glyph::Done, StyleRole::Good),
        Status::Abandoned => (Glyph::Retired, StyleRole::Dim),
    }
}

/// A gate by name: `the plan gate`, `the gate of M2`, `the final gate`.
pub fn gate_name(gate: GateId) -> String {
    match gate {
        GateId::Plan => "the plan gate".to_owned(),
        GateId::Milestone(id) => format!("the gate of {id}"),
        GateId::Final => "the final gate".to_owned(),
    }
}

/// A gate in the column of subjects: `plan gate`, `gate M2`, `final gate`.
pub fn gate_subject(gate: GateId) -> String {
    match gate {
        GateId::Milestone(id) => format!("gate {id}"),
        GateId::Plan | GateId::Final => format!("{gate} gate"),
    }
}

/// What is said of a gate that is open and waits for nobody yet.
pub const GATE_AHEAD: &str = "open; work goes on before it";

/// A decision at a gate: `GO by you  “note”`.
pub fn decision(decision: &Decision, by: DecidedBy) -> [Piece; 3] {
    let by = match by {
        DecidedBy::Person => " by you",
        DecidedBy::Autopilot => " by autopilot",
    };
    let (style, word, note) = match decision {
        Decision::Go { note } => (StyleRole::Good, "GO", note.as_ref()),
        Decision::NoGo { note } => (StyleRole::Bad, "NO-GO", Some(note)),
    };
    // On a border what follows would show.
    let note = note.map_or_else(String::new, |note| format!("  {}", quoted(note.as_str())));
    [Piece::new(style, word), Piece::new(StyleRole::Dim, by), Piece::new(StyleRole::Text, note)]
}
