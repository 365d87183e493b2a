//! Proving again, at the present commit, what was proven at an older one.

use super::Result;
use super::transaction::Transaction;
use crate::domain::event::Event;
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::verdict::{ProvenAgain, Standing, Verdict};

/// The next round of the milestone that is flown tries them, whether they passed before or not.
pub(super) fn prove_again(tx: &mut Transaction, assertions: Vec<AssertionId>) -> Result {
    let mission = tx.mission();
    refuse_if!(!mission.is_go(GateId::Plan), OutOfTurn, "nothing is built yet that could be proven again");
    refuse_if!(assertions.is_empty(), Invalid, "nothing was proven at an older commit than the present one");
    assertions.iter().try_for_each(|id| mission.may_prove_again(id))?;
    let new: Vec<AssertionId> =
        assertions.into_iter().filter(|id| !mission.prove_again.contains(id)).collect();
    if new.is_empty() { Ok(()) } else { tx.accept(Event::ProofAskedAgain { assertions: new }) }
}

/// They are not tried again after all, and what passed before stands as it did. The mission is held at it no longer.
pub(super) fn take_back(tx: &mut Transaction, assertions: Vec<AssertionId>) -> Result {
    let mission = tx.mission();
    refuse_if!(
        assertions.is_empty(),
        Invalid,
        "nothing that you asked to have proven again can be taken back: it was tried, or nobody asked"
    );
    assertions.iter().try_for_each(|id| mission.may_take_back_proof(id))?;
    tx.emit(Event::ProofTakenBack { assertions });
    let held_at = tx.mission().hold.as_ref().and_then(|hold| hold.work);
    if held_at.is_some_and(|work| tx.mission().is_moot(work)) {
        tx.emit(Event::MissionResumed);
    }
    Ok(())
}

/// The verdicts that hold at the round's commit as well: their testers' steps showed the same there. What was edited
/// meanwhile, or is red by its own command, is left to a tester.
pub(super) fn record(tx: &mut Transaction, round: (MilestoneId, u32), proven: &[ProvenAgain]) -> Result {
    let (milestone, number) = round;
    let mission = tx.mission();
    let Some(open) = mission.round(milestone, number).filter(|round| round.is_open()) else {
        refuse!(OutOfTurn, "round {number} of {milestone} is not under way")
    };
    let (commit, at) = (open.commit.clone(), tx.now);
    let given = proven.iter().filter_map(|again| {
        let verdict =
            mission.steps_due(milestone).into_iter().find(|due| due.assertion == again.assertion)?;
        let red = open.check(&again.assertion, again.revision).is_some_and(|run| !run.passed());
        let same = verdict.revision == again.revision && !red && open.to_test.contains(&again.assertion);
        let (commit, evidence) = (commit.clone(), again.evidence.clone());
        let now = Verdict { milestone, round: number, commit, evidence, again: true, at, ..verdict.clone() };
        same.then_some(now)
    });
    let given: Vec<Verdict> = given.collect();
    for verdict in given {
        tx.emit(Event::VerdictGiven { verdict: Box::new(verdict) });
    }
    Ok(())
}

impl Mission {
    /// The verdicts that are to be proven again in the next round, because somebody asked or later work overtook them, and
    /// whose steps can be done again.
    pub fn steps_due(&self, milestone: MilestoneId) -> Vec<&Verdict> {
        let again = |id: &AssertionId| self.prove_again.contains(id) || self.is_overtaken(id, milestone);
        let asked = self.assertions_to_test(milestone).into_iter().filter(again);
        let due = asked.filter(|id| self.standing(id) == Standing::Passed);
        due.filter_map(|id| self.newest_verdict(&id).filter(|verdict| verdict.steps.is_some())).collect()
    }
}
