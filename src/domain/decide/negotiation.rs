//! A critic objects, the orchestrator answers, and the person gets the plan.

use super::Result;
use super::transaction::Transaction;
use crate::domain::attempt::AgentWork;
use crate::domain::event::Event;
use crate::domain::gate::GateId;
use crate::domain::id::{AttemptId, ObjectionId};
use crate::domain::mission::Mission;
use crate::domain::negotiation::{AnswerDraft, Criticism, Objection, ObjectionAnswer, ObjectionDraft, Said};
use crate::domain::text::{Line, Prose};

/// What one critic may object to at most: more is no help to anybody.
const MOST: usize = 12;

pub(super) fn criticize(tx: &mut Transaction, summary: Prose, objections: Vec<ObjectionDraft>) -> Result {
    let asker = tx.asker()?;
    let AgentWork::Criticize { .. } = asker.work else {
        refuse!(OutOfTurn, "only a critic objects to a plan")
    };
    refuse_if!(
        objections.len() > MOST,
        Invalid,
        "at most {MOST} objections are answered: name those that matter most"
    );
    let attempt = asker.id;
    let next = tx.mission().objections().map(|known| known.id.0).max().unwrap_or(0) + 1;
    let said = if objections.is_empty() {
        Said::Agreed { summary }
    } else {
        let numbered = (next..).map(ObjectionId).zip(objections);
        let objections = numbered.map(|(id, ObjectionDraft { kind, about, why, instead })| Objection {
            id,
            kind,
            about,
            why,
            instead,
            answer: None,
        });
        Said::Objected { summary, objections: objections.collect() }
    };
    record(tx, attempt, said);
    tx.end_asker()?;
    open_plan_gate(tx);
    Ok(())
}

/// No plan waits for a critic that fails: the person is told that nobody objected because nobody could.
pub(super) fn give_up(tx: &mut Transaction, attempt: AttemptId, reason: &Line) {
    record(tx, attempt, Said::Nothing { reason: reason.clone() });
    open_plan_gate(tx);
}

fn record(tx: &mut Transaction, attempt: AttemptId, said: Said) {
    let round = u32::try_from(tx.mission().criticisms.len()).unwrap_or(u32::MAX).saturating_add(1);
    let plan = tx.mission().plans_proposed;
    tx.emit(Event::PlanCriticized { criticism: Box::new(Criticism { round, plan, attempt, said }) });
}

/// Answers objections, by a change or a reason; it is said with the plan that it is about.
pub(super) fn answer(tx: &mut Transaction, answers: Vec<AnswerDraft>) -> Result {
    let open: Vec<ObjectionId> = tx.mission().unanswered_objections().map(|open| open.id).collect();
    for AnswerDraft { objection, outcome, words } in answers {
        refuse_if!(
            !tx.mission().objections().any(|known| known.id == objection),
            Unknown,
            "there is no objection {objection}"
        );
        if open.contains(&objection) {
            let answer = ObjectionAnswer { outcome, words };
            tx.emit(Event::ObjectionAnswered { objection, answer });
        }
    }
    Ok(())
}

/// No plan passes over what a critic held against the one before it.
pub(super) fn all_answered(mission: &Mission) -> Result {
    let owed: Vec<String> = mission.unanswered_objections().map(|owed| owed.id.to_string()).collect();
    refuse_if!(
        !owed.is_empty(),
        Invalid,
        "the critic objected, and `answers` says nothing to {}: changed or kept, with what you changed or why it stays",
        owed.join(", ")
    );
    Ok(())
}

/// Once nobody has to say anything more, the plan is the person's to decide on.
pub(super) fn open_plan_gate(tx: &mut Transaction) {
    let mission = tx.mission();
    let is_ready = mission.criticism_due().is_none() && mission.unanswered_objections().next().is_none();
    if is_ready && !mission.is_gate_open(GateId::Plan) {
        tx.emit(Event::GateOpened { gate: GateId::Plan });
    }
}
