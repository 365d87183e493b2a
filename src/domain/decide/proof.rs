//! Proving again, at the present commit, what was proven at an older one.

use super::Result;
use super::transaction::Transaction;
use crate::domain::event::Event;
use crate::domain::gate::GateId;
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::verdict::Standing;

/// The next round of the milestone that is flown tries them, whether they passed before or not.
pub(super) fn prove_again(tx: &mut Transaction, assertions: Vec<AssertionId>) -> Result {
    let mission = tx.mission();
    refuse_if!(!mission.is_go(GateId::Plan), OutOfTurn, "nothing is built yet that could be proven again");
    refuse_if!(assertions.is_empty(), Invalid, "nothing was proven at an older commit than the present one");
    if let Some(milestone) = mission.flown_milestone().filter(|id| mission.is_exhausted(*id)) {
        refuse!(OutOfTurn, "{milestone} used up its rounds: decide on it first");
    }
    assertions.iter().try_for_each(|id| may_be_proven_again(mission, id))?;
    let new: Vec<AssertionId> =
        assertions.into_iter().filter(|id| !mission.prove_again.contains(id)).collect();
    if new.is_empty() { Ok(()) } else { tx.accept(Event::ProofAskedAgain { assertions: new }) }
}

fn may_be_proven_again(mission: &Mission, id: &AssertionId) -> Result {
    if mission.assertion(id).is_none() {
        return Err(Rejection::unknown(format!("{id} is not in the contract")));
    }
    let standing = mission.standing(id);
    refuse_if!(
        standing != Standing::Passed,
        OutOfTurn,
        "{id} is {}: only what passed can be proven again",
        standing.word()
    );
    refuse_if!(
        mission.proven_before_head(id).is_none(),
        OutOfTurn,
        "{id} was proven at the present commit already"
    );
    Ok(())
}
