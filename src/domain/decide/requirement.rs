//! What the person asked for: which sentences of it are owed, and which assertions show each.

use super::Result;
use super::contract::active;
use super::transaction::Transaction;
use crate::domain::event::{Actor, Event};
use crate::domain::id::{AssertionId, RequirementId};
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;
use crate::domain::requirement::{Fate, Requirement, RequirementOrigin, SetAside};
use crate::domain::text::Prose;

/// The goal's sentences get their ids with the first contract, and keep them.
pub(super) fn read_goal(tx: &mut Transaction) {
    let mission = tx.mission();
    if mission.requirements.is_empty()
        && let Some(founding) = &mission.founding
    {
        let requirements = Requirement::of_goal(&founding.goal);
        note_all(tx, requirements);
    }
}

/// What a note asks for beyond what is known. Before the goal has been read nothing has an id, so nothing gets one.
pub(super) fn note(tx: &mut Transaction, words: &str, origin: RequirementOrigin) {
    if !tx.mission().requirements.is_empty() {
        let requirements = tx.mission().requirements_in(words, origin);
        note_all(tx, requirements);
    }
}

pub(super) fn add(tx: &mut Transaction, text: &Prose) -> Result {
    read_goal(tx);
    let mut added = tx.mission().requirements_in(text.as_str(), RequirementOrigin::Added);
    refuse_if!(added.is_empty(), Invalid, "that is a requirement already, or no sentence");
    for requirement in &mut added {
        requirement.decided_by = Some(Actor::Person);
    }
    note_all(tx, added);
    Ok(())
}

pub(super) fn keep(tx: &mut Transaction, id: RequirementId) -> Result {
    let mut requirement = known(tx.mission(), id)?.clone();
    refuse_if!(requirement.is_owed(), OutOfTurn, "{id} is a requirement already");
    requirement.fate = Fate::Owed;
    requirement.decided_by = Some(tx.actor);
    note_all(tx, vec![requirement]);
    Ok(())
}

/// What the person said of a sentence stays; what an orchestrator set aside and does not name again is owed again.
pub(super) fn set_aside(tx: &mut Transaction, aside: &[SetAside]) -> Result {
    let (mission, actor) = (tx.mission(), tx.actor);
    for wanted in aside {
        known(mission, wanted.requirement)?;
    }
    let mut changed = Vec::new();
    for requirement in &mission.requirements {
        let wanted = aside.iter().find(|wanted| wanted.requirement == requirement.id);
        let fate = match wanted {
            Some(wanted) => Fate::SetAside { reason: wanted.because.clone() },
            None if actor == Actor::Person => continue,
            None => Fate::Owed,
        };
        let is_kept = actor != Actor::Person && requirement.is_decided_by_person();
        if fate != requirement.fate && !is_kept {
            changed.push(Requirement { fate, decided_by: Some(actor), ..requirement.clone() });
        }
    }
    note_all(tx, changed);
    Ok(())
}

/// What an assertion shows. What the person said of it stays until they say otherwise.
pub(super) fn map(tx: &mut Transaction, id: AssertionId, mut shows: Vec<RequirementId>) -> Result {
    let mission = tx.mission();
    let assertion = active(mission, &id)?;
    are_known(mission, &shows)?;
    shows.sort();
    shows.dedup();
    refuse_if!(
        tx.actor != Actor::Person && mission.persons_mappings.contains(&id),
        NotAllowed,
        "the person said which requirements {id} shows: ask them to change it"
    );
    refuse_if!(shows == assertion.shows, Invalid, "{id} shows exactly that already: nothing would change");
    tx.accept(Event::AssertionMapped { assertion: id, shows })
}

/// Only what the person asked for can be shown.
pub(super) fn are_known(mission: &Mission, ids: &[RequirementId]) -> Result {
    ids.iter().try_for_each(|id| known(mission, *id).map(|_| ()))
}

fn known(mission: &Mission, id: RequirementId) -> Result<&Requirement> {
    mission.requirement(id).ok_or_else(|| {
        let all = &mission.requirements;
        Rejection::unknown(match (all.first(), all.last()) {
            (Some(first), Some(last)) => {
                format!("there is no requirement {id}; there are {} to {}", first.id, last.id)
            }
            _ => format!(
                "there is no requirement {id}: this mission's goal was never read sentence by sentence"
            ),
        })
    })
}

fn note_all(tx: &mut Transaction, requirements: Vec<Requirement>) {
    if !requirements.is_empty() {
        tx.emit(Event::RequirementsNoted { requirements });
    }
}
