//! The person's words stay until they agree: what others would say in their place is kept as a proposal.

use super::transaction::Transaction;
use super::{Result, amendment, contract, planning};
use crate::domain::consequence::ContractChange;
use crate::domain::contract::AssertionDraft;
use crate::domain::event::{Actor, Event};
use crate::domain::id::{AssertionId, FeatureId, ProposalId};
use crate::domain::lint;
use crate::domain::mission::Mission;
use crate::domain::part::{Part, SpecEdit, WordingEdit};
use crate::domain::proposal::{Proposal, ProposalState, ProposedBy, ProposedChange, Ruling};
use crate::domain::rejection::Rejection;

/// An edit in two: what takes effect, and what would change the person's words.
pub(super) struct Split<E> {
    pub(super) taken: E,
    pub(super) held: E,
}

/// Splits an edit of an assertion by whose words it changes; where any change is the person's, all of it is held. When what is left would not hold together alone, all of it
/// is held.
pub(super) fn split_wording(tx: &Transaction, id: &AssertionId, edit: WordingEdit) -> Split<WordingEdit> {
    let parts = if tx.actor == Actor::Person { Vec::new() } else { tx.mission().persons_parts(id) };
    let Some(present) = tx.mission().contract.get(id).map(|found| &found.wording) else {
        return Split { taken: edit, held: WordingEdit::default() };
    };
    let changed = WordingEdit::between(present, &edit.applied_to(present));
    if tx.actor != Actor::Person && tx.mission().is_amended_by_person(id) {
        return Split { taken: WordingEdit::default(), held: changed };
    }
    let (taken, held) = both(&parts, |wanted| changed.clone().only(wanted));
    if held.is_empty() || lint::lint_wording(id, &taken.applied_to(present)).is_empty() {
        return Split { taken, held };
    }
    Split { taken: WordingEdit::default(), held: changed }
}

/// Splits an edit of a feature by whose words it changes.
pub(super) fn split_spec(tx: &Transaction, id: FeatureId, edit: SpecEdit) -> Split<SpecEdit> {
    let parts = if tx.actor == Actor::Person { Vec::new() } else { tx.mission().persons_feature_parts(id) };
    let Some(present) = tx.mission().feature(id).map(|found| &found.spec) else {
        return Split { taken: edit, held: SpecEdit::default() };
    };
    let changed = SpecEdit::between(present, &edit.applied_to(present));
    let (taken, held) = both(&parts, |wanted| changed.clone().only(wanted));
    Split { taken, held }
}

fn both<E>(persons: &[Part], only: impl Fn(&dyn Fn(Part) -> bool) -> E) -> (E, E) {
    (only(&|part| !persons.contains(&part)), only(&|part| persons.contains(&part)))
}

/// What became of a change that was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Proposed,
    /// It waits already, or was refused: nobody is asked twice.
    Known(ProposalId, ProposalState),
}

/// Keeps a change for the person to decide on. One of the same source about the same thing takes the place of an
/// earlier one.
pub(super) fn propose(tx: &mut Transaction, from: ProposedBy, change: ProposedChange) -> Kept {
    let settled = [ProposalState::Open, ProposalState::Refused];
    let known = tx
        .mission()
        .proposals
        .iter()
        .rev()
        .find(|known| settled.contains(&known.state) && known.change.is_same(&change));
    if let Some(known) = known {
        return Kept::Known(known.id, known.state);
    }
    let subject = change.subject();
    let same_source = |other: ProposedBy| (other == ProposedBy::Document) == (from == ProposedBy::Document);
    withdraw(tx, |other| same_source(other.from) && other.change.subject() == subject);
    let id = ProposalId(tx.mission().proposals.last().map_or(1, |last| last.id.0 + 1));
    let proposal = Proposal { id, from, at: tx.now, change, state: ProposalState::Open };
    tx.emit(Event::ProposalMade { proposal: Box::new(proposal) });
    Kept::Proposed
}

/// Keeps what an agent asked for; when nothing new comes of all it asked, it is told why.
pub(super) fn propose_for_agent(tx: &mut Transaction, change: ProposedChange, also: Also) -> Result {
    let Actor::Attempt(attempt) = tx.actor else { return Ok(()) };
    let subject = change.subject();
    let kept = propose(tx, ProposedBy::Attempt(attempt), change);
    match (kept, also) {
        (Kept::Proposed, _) | (_, Also::Changed) => Ok(()),
        (Kept::Known(id, ProposalState::Refused), Also::Nothing) => Err(Rejection::out_of_turn(format!(
            "{subject}: the person refused this change before ({id}): leave it, or ask them"
        ))),
        (Kept::Known(id, _), Also::Nothing) => Err(Rejection::out_of_turn(format!(
            "{subject}: the person is asked about this change already ({id})"
        ))),
    }
}

/// Whether something else of what was asked took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Also {
    Changed,
    Nothing,
}

/// Withdraws open proposals.
pub(super) fn withdraw(tx: &mut Transaction, which: impl Fn(&Proposal) -> bool) {
    let open: Vec<ProposalId> =
        tx.mission().open_proposals().filter(|one| which(one)).map(|one| one.id).collect();
    for proposal in open {
        tx.emit(Event::ProposalDecided { proposal, state: ProposalState::Withdrawn });
    }
}

/// The person accepts or refuses; accepted words are theirs from then on.
pub(super) fn decide(tx: &mut Transaction, id: ProposalId, ruling: Ruling) -> Result {
    let Some(found) = tx.mission().proposals.iter().find(|proposal| proposal.id == id) else {
        refuse!(Unknown, "there is no proposal {id}")
    };
    match found.state {
        ProposalState::Open => {}
        ProposalState::Accepted => refuse!(OutOfTurn, "{id} was accepted already"),
        ProposalState::Refused => refuse!(OutOfTurn, "{id} was refused already"),
        ProposalState::Withdrawn => refuse!(OutOfTurn, "{id} was withdrawn: nothing waits for you there"),
    }
    let change = found.change.clone();
    let state = match ruling {
        Ruling::Accept => ProposalState::Accepted,
        Ruling::Refuse => ProposalState::Refused,
    };
    tx.emit(Event::ProposalDecided { proposal: id, state });
    match ruling {
        Ruling::Accept => make(tx, change),
        Ruling::Refuse => {
            amendment::tell_refusal(tx, id, &change);
            Ok(())
        }
    }
}

fn make(tx: &mut Transaction, change: ProposedChange) -> Result {
    match change {
        ProposedChange::Reword { assertion, base, edit } => contract::edit(tx, assertion, base, *edit),
        ProposedChange::Add { assertion, wording, feature } => {
            contract::add(tx, AssertionDraft { id: assertion, wording: *wording, shows: Vec::new() }, feature)
        }
        ProposedChange::Retire { assertion, reason } => contract::retire(tx, &assertion, &reason),
        ProposedChange::RewordFeature { feature, base, edit } => {
            planning::edit_feature(tx, feature, base, *edit)
        }
        ProposedChange::CancelFeature { feature, reason } => {
            planning::cancel_feature(tx, feature, &reason)?;
            planning::leaves_nothing_owed(tx.mission(), feature)
        }
    }
}

/// Changes of the contract's document on disk wait for the person, whoever made them. What stands there no longer is
/// withdrawn.
pub(super) fn propose_document(tx: &mut Transaction, changes: Vec<ContractChange>) -> Result {
    for change in &changes {
        contract::check_change(tx.mission(), change)?;
    }
    let changes: Vec<ProposedChange> = changes.into_iter().map(ProposedChange::from).collect();
    withdraw(tx, |one| {
        one.from == ProposedBy::Document && !changes.iter().any(|change| change.is_same(&one.change))
    });
    for change in changes {
        propose(tx, ProposedBy::Document, change);
    }
    Ok(())
}

/// An open proposal that could not be made any more, or would change nothing.
pub(super) fn moot(mission: &Mission) -> Option<ProposalId> {
    let possible = |change: &ProposedChange| match change {
        ProposedChange::Reword { assertion, base, edit } => {
            contract::check_edit(mission, assertion, *base, edit).is_ok()
        }
        ProposedChange::Add { assertion, wording, feature } => {
            let draft =
                AssertionDraft { id: assertion.clone(), wording: (**wording).clone(), shows: Vec::new() };
            contract::check_add(mission, &draft, *feature).is_ok()
        }
        ProposedChange::Retire { assertion, .. } => contract::active(mission, assertion).is_ok(),
        ProposedChange::RewordFeature { feature, base, edit } => {
            planning::check_feature_edit(mission, *feature, *base, edit).is_ok()
        }
        ProposedChange::CancelFeature { feature, .. } => planning::unbuilt(mission, *feature).is_ok(),
    };
    mission.open_proposals().find(|proposal| !possible(&proposal.change)).map(|proposal| proposal.id)
}
