//! Sealing assertions from those who build, and breaking the seal.

use super::transaction::{Transaction, without_complaints};
use super::{Result, contract, requirement};
use crate::domain::attempt::AgentWork;
use crate::domain::command::{Asker, Command};
use crate::domain::contract::Assertion;
use crate::domain::event::Event;
use crate::domain::id::{AssertionId, FeatureId};
use crate::domain::lint;
use crate::domain::mission::Mission;
use crate::domain::sealed::{MOST_SEALED, Sealed, SealedDraft};

/// To those who must not know it, a sealed assertion is none.
pub(super) fn conceal(mission: &Mission, asker: Asker, command: &Command) -> Result {
    let Asker::Agent(role) = asker else { return Ok(()) };
    match command.assertion() {
        Some(id) if mission.is_sealed(id) && !role.may_know_sealed() => Err(contract::unknown(id)),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn seal(tx: &mut Transaction, drafts: Vec<SealedDraft>) -> Result {
    let AgentWork::Criticize { .. } = tx.asker()?.work else {
        refuse!(OutOfTurn, "only a critic seals assertions")
    };
    let left = MOST_SEALED.saturating_sub(tx.mission().sealed.len());
    refuse_if!(
        drafts.len() > left,
        Invalid,
        "a mission has at most {MOST_SEALED} sealed assertions, and {left} more can be added: seal those that matter most"
    );
    for SealedDraft { assertion: draft, milestone } in drafts {
        let mission = tx.mission();
        refuse_if!(
            mission.assertion(&draft.id).is_some(),
            Invalid,
            "{} exists already: choose another number",
            draft.id
        );
        if let Some(unknown) = milestone.filter(|id| !mission.milestones.iter().any(|known| known.id == *id))
        {
            let known: Vec<String> = mission.milestones.iter().map(|known| known.id.to_string()).collect();
            refuse!(Unknown, "there is no milestone {unknown}; there are {}", known.join(", "));
        }
        requirement::are_known(mission, &draft.shows)?;
        without_complaints(&lint::lint_wording(&draft.id, &draft.wording))?;
        let sealed = Sealed { assertion: Assertion::new(draft), milestone };
        tx.emit(Event::AssertionSealed { sealed: Box::new(sealed) });
    }
    Ok(())
}

/// From now on it is part of the contract, which everybody may know.
pub(super) fn unseal(tx: &mut Transaction, id: AssertionId, feature: FeatureId) -> Result {
    let mission = tx.mission();
    contract::active(mission, &id)?;
    refuse_if!(!mission.is_sealed(&id), OutOfTurn, "{id} is not sealed: everybody may know it already");
    contract::may_fulfill(mission, feature)?;
    tx.accept(Event::AssertionUnsealed { assertion: id, feature })
}
