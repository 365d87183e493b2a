//! How pieces of work, attempts and standings are called on every screen.

use crate::domain::attempt::{AgentWork, Attempt, Ending};
use crate::domain::gate::GateId;
use crate::domain::id::{AttemptId, QuestionId};
use crate::domain::message::{Party, Question};
use crate::domain::mission::{Mission, Status};
use crate::domain::verdict::Standing;
use crate::view::glyph::Glyph;
use crate::view::style_role::StyleRole;

/// A piece of work with the name of what it is about: `F7 Session cookies`, `M2 user testing, round 2`.
pub fn subject(mission: &Mission, work: AgentWork) -> String {
    match (work.feature(), work.round()) {
        (Some(id), _) => {
            let title = mission.feature(id).map_or("", |feature| feature.spec.title.as_str());
            format!("{id} {title}").trim_end().to_owned()
        }
        (None, Some((milestone, round))) if round > 1 => format!("{milestone} round {round}"),
        (None, Some((milestone, _))) => milestone.to_string(),
        (None, None) => work.topic().to_owned(),
    }
}

/// The sign and style of an attempt, by how it goes or went.
pub fn attempt_sign(attempt: &Attempt) -> (Glyph, StyleRole) {
    match attempt.ended.as_ref().map(|ended| &ended.ending) {
        None => (Glyph::Active, StyleRole::Accent),
        Some(Ending::Done) => (Glyph::Done, StyleRole::Good),
        Some(Ending::Failed { .. } | Ending::Unusable { .. }) => (Glyph::Failed, StyleRole::Bad),
        Some(Ending::Interrupted | Ending::Stopped { .. }) => (Glyph::Blocked, StyleRole::Warn),
    }
}

/// The question of a running attempt that the person has not answered.
pub fn asks(mission: &Mission, attempt: AttemptId) -> Option<QuestionId> {
    let open = |question: &&Question| question.answer.is_none() && question.to == Party::Person;
    let mut asked = mission.questions.iter().filter(open);
    asked.find(|question| question.from == attempt).map(|question| question.id)
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
pub fn standing_sign(standing: Standing) -> (Glyph, StyleRole) {
    match standing {
        Standing::Pending => (Glyph::Pending, StyleRole::Dim),
        Standing::Passed => (Glyph::Done, StyleRole::Good),
        Standing::Failed => (Glyph::Failed, StyleRole::Bad),
        Standing::Blocked => (Glyph::Blocked, StyleRole::Bad),
        Standing::Stale => (Glyph::Stale, StyleRole::Warn),
        Standing::Waived => (Glyph::Waived, StyleRole::Warn),
        Standing::Retired => (Glyph::Retired, StyleRole::Faint),
    }
}

/// The sign and style of what a mission does.
pub fn status_sign(status: Status) -> (Glyph, StyleRole) {
    match status {
        Status::Planning | Status::Running => (Glyph::Active, StyleRole::Accent),
        Status::Waiting => (Glyph::Needs, StyleRole::Warn),
        Status::Paused => (Glyph::Pending, StyleRole::Warn),
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
