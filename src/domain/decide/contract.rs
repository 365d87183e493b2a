//! Changes to the contract while it is flown: edit, add, retire, waive.

use super::Result;
use super::proposal::{Also, Split, propose_for_agent, split_wording};
use super::requirement;
use super::transaction::{Transaction, without_complaints};
use crate::domain::command::WordingEdit;
use crate::domain::consequence::ContractChange;
use crate::domain::contract::{Assertion, AssertionDraft, Wording};
use crate::domain::event::{Actor, Event};
use crate::domain::finding::Finding;
use crate::domain::id::{AssertionId, FeatureId, FindingId, Revision};
use crate::domain::lint;
use crate::domain::mission::Mission;
use crate::domain::part::{Authors, Reworded, differing};
use crate::domain::proposal::ProposedChange;
use crate::domain::rejection::Rejection;
use crate::domain::text::{Line, Text};
use crate::domain::verdict::Standing;

/// Characters of a part's words that a refusal quotes.
const MOST_OF_A_PART: usize = 300;

/// Whether a change would be accepted from a person now.
///
/// # Errors
/// The rejection it would get.
pub fn check_change(mission: &Mission, change: &ContractChange) -> Result {
    match change {
        ContractChange::Edit { assertion, base, edit } => {
            check_edit(mission, assertion, *base, edit).map(|_| ())
        }
        ContractChange::Add { draft, feature } => check_add(mission, draft, *feature),
        ContractChange::Retire { assertion, .. } => active(mission, assertion).map(|_| ()),
    }
}

/// An agent's edit leaves the person's words, and is kept for them to decide on as far as it would change those.
pub(super) fn edit(tx: &mut Transaction, id: AssertionId, base: Revision, edit: WordingEdit) -> Result {
    check_edit(tx.mission(), &id, base, &edit)?;
    let Split { taken, held } = split_wording(tx, &id, edit);
    let also = if taken.is_empty() { Also::Nothing } else { Also::Changed };
    if also == Also::Changed {
        let wording = Box::new(check_edit(tx.mission(), &id, base, &taken)?);
        let revision = known(tx.mission(), &id)?.revision.next();
        tx.emit(Event::AssertionEdited { assertion: id.clone(), revision, wording });
    }
    if held.is_empty() {
        return Ok(());
    }
    let base = known(tx.mission(), &id)?.revision;
    propose_for_agent(tx, ProposedChange::Reword { assertion: id, base, edit: Box::new(held) }, also)
}

pub(super) fn add(tx: &mut Transaction, added: AssertionDraft, feature: FeatureId) -> Result {
    check_add(tx.mission(), &added, feature)?;
    tx.accept(Event::AssertionAdded { assertion: Box::new(Assertion::new(added)), feature })
}

pub(super) fn retire(tx: &mut Transaction, id: &AssertionId, reason: &Line) -> Result {
    active(tx.mission(), id)?;
    let is_persons = !tx.mission().persons_parts(id).is_empty() || tx.mission().is_amended_by_person(id);
    if tx.actor != Actor::Person && is_persons {
        let change = ProposedChange::Retire { assertion: id.clone(), reason: reason.clone() };
        return propose_for_agent(tx, change, Also::Nothing);
    }
    tx.emit(Event::AssertionRetired { assertion: id.clone(), reason: reason.clone() });
    dismiss_findings_about(tx, id, &Line::clipped(format!("{id} was retired: {reason}")));
    Ok(())
}

/// A waiver holds for the present revision only: an edit afterwards asks anew.
pub(super) fn waive(tx: &mut Transaction, id: &AssertionId, reason: &Line) -> Result {
    let mission = tx.mission();
    let revision = active(mission, id)?.revision;
    match mission.standing(id) {
        Standing::Passed => refuse!(OutOfTurn, "{id} passed: there is nothing to waive"),
        Standing::Waived => refuse!(OutOfTurn, "{id} was waived already"),
        Standing::Pending | Standing::Failed | Standing::Blocked | Standing::Stale | Standing::Retired => {}
    }
    tx.emit(Event::AssertionWaived { assertion: id.clone(), revision, reason: reason.clone() });
    dismiss_findings_about(tx, id, &Line::clipped(format!("{id} was waived: {reason}")));
    Ok(())
}

fn dismiss_findings_about(tx: &mut Transaction, id: &AssertionId, reason: &Line) {
    let about = |finding: &&Finding| finding.about() == Some(id);
    let open: Vec<FindingId> = tx.mission().open_findings().filter(about).map(|f| f.id).collect();
    for finding in open {
        tx.emit(Event::FindingDismissed { finding, reason: reason.clone() });
    }
}

/// The wording after an edit. What others worded meanwhile stays, unless the edit words it too: then nothing happens.
pub(super) fn check_edit(
    mission: &Mission,
    id: &AssertionId,
    base: Revision,
    edit: &WordingEdit,
) -> Result<Wording> {
    let assertion = active(mission, id)?;
    let authors = mission.assertion_authors.get(id).cloned().unwrap_or_default();
    is_known(&id.to_string(), assertion.revision, base)?;
    let wording = edit.applied_to(&assertion.wording);
    refuse_if!(wording == assertion.wording, Invalid, "{id} already says that: nothing would change");
    without_conflict(&id.to_string(), &authors, base, &differing(&assertion.wording, &wording))?;
    without_complaints(&lint::lint_wording(id, &wording))?;
    Ok(wording)
}

/// An edit cannot start from a revision that nobody has written.
pub(super) fn is_known(name: &str, present: Revision, base: Revision) -> Result {
    refuse_if!(
        base > present,
        Conflict,
        "{name} is at revision {} by now, and this edit starts from revision {}: read it again and edit that",
        present.0,
        base.0
    );
    Ok(())
}

/// Refuses to put words over others that came after the revision which the edit started from.
pub(super) fn without_conflict(name: &str, authors: &Authors, base: Revision, edits: &[Reworded]) -> Result {
    let newer = edits.iter().filter(|edit| authors.is_newer(edit.part, base));
    let both: Vec<String> = newer
        .map(|Reworded { part, old, new }| {
            let (old, new) = (Text::<MOST_OF_A_PART>::clipped(old), Text::<MOST_OF_A_PART>::clipped(new));
            format!("its {part} says \"{old}\" by now, and yours says \"{new}\"")
        })
        .collect();
    refuse_if!(
        !both.is_empty(),
        Conflict,
        "{name} was worded anew since revision {}: {}; read it again and edit that",
        base.0,
        both.join("; ")
    );
    Ok(())
}

pub(super) fn check_add(mission: &Mission, added: &AssertionDraft, feature: FeatureId) -> Result {
    refuse_if!(
        mission.assertion(&added.id).is_some(),
        Invalid,
        "{} exists already: choose another number",
        added.id
    );
    may_fulfill(mission, feature)?;
    requirement::are_known(mission, &added.shows)?;
    without_complaints(&lint::lint_wording(&added.id, &added.wording))
}

/// Whether a feature can be given an assertion more.
pub(super) fn may_fulfill(mission: &Mission, feature: FeatureId) -> Result {
    match mission.feature(feature) {
        None => refuse!(Unknown, "there is no feature {feature} to fulfill it"),
        Some(found) if !found.is_wanted() => {
            refuse!(Invalid, "{feature} was cancelled: name a feature that is wanted")
        }
        Some(_) => Ok(()),
    }
}

/// An assertion, retired ones included. Who must not know a sealed one is told before that there is none.
pub(super) fn known<'a>(mission: &'a Mission, id: &AssertionId) -> Result<&'a Assertion> {
    mission.assertion(id).ok_or_else(|| unknown(id))
}

/// What is said of an assertion that is not there, or not for the one who asks.
pub(super) fn unknown(id: &AssertionId) -> Rejection {
    Rejection::unknown(format!("there is no assertion {id} in the contract"))
}

pub(super) fn active<'a>(mission: &'a Mission, id: &AssertionId) -> Result<&'a Assertion> {
    let assertion = known(mission, id)?;
    if assertion.is_active() {
        return Ok(assertion);
    }
    Err(Rejection::out_of_turn(format!("{id} is retired")))
}
