//! The sections about what a critic holds against a plan.

use super::section::list;
use crate::domain::mission::Mission;
use crate::domain::negotiation::{Objection, ObjectionOutcome};

/// What the critic objects to and nobody has answered yet.
pub(super) fn objections(mission: &Mission) -> String {
    let lines = mission.unanswered_objections().map(objection);
    list(
        "\n## The critic objects: change the plan or say why not, each in `answers` of propose_plan\n",
        lines,
    )
}

/// What a critic objected to before, and how it was answered.
pub(super) fn answered(mission: &Mission) -> String {
    let lines = mission.objections().filter_map(|known| {
        let answer = known.answer.as_ref()?;
        let outcome = match answer.outcome {
            ObjectionOutcome::Changed => "changed",
            ObjectionOutcome::Kept => "kept as it was",
        };
        Some(format!("{}; answered: {outcome}: {}", objection(known), answer.words))
    });
    list("\n# Objections before yours, and their answers\n", lines)
}

fn objection(objection: &Objection) -> String {
    let Objection { id, kind, about, why, instead, answer: _ } = objection;
    format!("{id} [{}] {about}: {why} Instead: {instead}", kind.word())
}
