//! A worker's request to amend an assertion, and its answer while the worker is at work.

use super::Result;
use super::contract;
use super::finding::known;
use super::transaction::{Raised, Transaction};
use super::triage::{decision_on, still_open};
use crate::domain::amendment::{AmendmentAnswer, AmendmentOutcome};
use crate::domain::command::WordingEdit;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, Severity, Source};
use crate::domain::id::{AssertionId, AttemptId, FindingId, ProposalId};
use crate::domain::message::{Delivery, Party};
use crate::domain::mission::Mission;
use crate::domain::proposal::ProposedChange;
use crate::domain::text::{Line, Prose};

pub(super) fn request(
    tx: &mut Transaction,
    assertion: &AssertionId,
    proposal: Line,
    reason: &Line,
) -> Result {
    let asker = tx.asker()?.id;
    let source = Source::Amendment { attempt: asker };
    contract::known(tx.mission(), assertion)?;
    if let Some(known) = same_request(tx.mission(), assertion, &proposal) {
        refuse!(
            Conflict,
            "{} asks for the same words already, and is not decided yet: go on with your work; until then the assertion holds \
             as it stands",
            known.id
        );
    }
    let description = format!("{asker} asks to amend {assertion} and says: {reason}");
    tx.raise(Raised {
        feature: tx.mission().claimant(assertion).map(|feature| feature.id),
        assertion: Some(assertion.clone()),
        suggested_fix: Some(proposal),
        ..Raised::new(Severity::NonBlocking, source, description)
    });
    Ok(())
}

/// An open request for the very same words.
fn same_request<'a>(mission: &'a Mission, assertion: &AssertionId, proposal: &Line) -> Option<&'a Finding> {
    mission.undecided_findings().find(|known| {
        known.amendment_of().is_some()
            && known.assertion.as_ref() == Some(assertion)
            && known.suggested_fix.as_ref() == Some(proposal)
    })
}

/// Settles a request and tells the worker. What changes is decided where every edit of an agent is: it is made, or it waits
/// for the person.
pub(super) fn answer(
    tx: &mut Transaction,
    id: FindingId,
    outcome: AmendmentOutcome,
    words: Line,
    edit: WordingEdit,
) -> Result {
    refuse_if!(words.is_empty(), Invalid, "`words` is empty: say why, or what holds instead");
    let found = known(tx.mission(), id)?.clone();
    let (Some(asker), Some(assertion)) = (found.amendment_of(), found.assertion.clone()) else {
        refuse!(
            Invalid,
            "{} is no request to amend an assertion: it is decided at the triage",
            found.quoted()
        )
    };
    still_open(&found)?;
    refuse_if!(
        tx.mission().amendment_asker(&found).is_none(),
        OutOfTurn,
        "{asker}, who asked, has ended: {id} is decided at the triage"
    );
    let edit = wanted(found, outcome, edit)?;
    let before = contract::known(tx.mission(), &assertion)?.revision;
    let proposal = amend(tx, &assertion, &edit)?;
    let is_edited = contract::known(tx.mission(), &assertion)?.revision > before;
    let what = match (proposal, is_edited) {
        (Some(proposal), _) => format!(
            "The person decides on it ({proposal}); until then {assertion} holds as it stands, and you work under that"
        ),
        (None, true) => format!("{assertion} has its new wording from now on"),
        (None, false) => format!("{assertion} stays as it is"),
    };
    let text = format!("{id}, your request to amend {assertion}, is {}. {what}. {words}", outcome.word());
    let answer = AmendmentAnswer { outcome, words, proposal };
    tx.emit(Event::AmendmentAnswered { finding: id, answer });
    tx.send(Party::Orchestrator, Party::Attempt(asker), Prose::clipped(text), Delivery::Queue);
    Ok(())
}

/// The edit that an answer makes: the worker's words are the statement where the orchestrator agrees and gives no others.
fn wanted(found: Finding, outcome: AmendmentOutcome, edit: WordingEdit) -> Result<WordingEdit> {
    match outcome {
        AmendmentOutcome::Agreed if edit.is_empty() => {
            let statement = found.suggested_fix.map(|words| Prose::clipped(&words));
            Ok(WordingEdit { statement, ..WordingEdit::default() })
        }
        AmendmentOutcome::Refused if !edit.is_empty() => {
            refuse!(Invalid, "what is refused changes nothing: leave out `edit`, or counter with it")
        }
        AmendmentOutcome::Agreed | AmendmentOutcome::Countered | AmendmentOutcome::Refused => Ok(edit),
    }
}

/// Makes an edit, and gives the proposal where the person decides on it; one that waits for them already is that one.
fn amend(tx: &mut Transaction, id: &AssertionId, edit: &WordingEdit) -> Result<Option<ProposalId>> {
    if edit.is_empty() {
        return Ok(None);
    }
    let present = contract::active(tx.mission(), id)?;
    let (base, edit) =
        (present.revision, WordingEdit::between(&present.wording, &edit.applied_to(&present.wording)));
    let same = ProposedChange::Reword { assertion: id.clone(), base, edit: Box::new(edit.clone()) };
    if let Some(known) = tx.mission().open_proposals().find(|open| open.change.is_same(&same)) {
        return Ok(Some(known.id));
    }
    let made = tx.mission().proposals.len();
    contract::edit(tx, id.clone(), base, edit)?;
    Ok(tx.mission().proposals.get(made).map(|proposal| proposal.id))
}

/// The person decided on a request themselves: the worker is told.
pub(super) fn tell_decision(tx: &mut Transaction, id: FindingId) -> Result {
    let found = known(tx.mission(), id)?;
    let (Some(asker), Some(decision)) = (tx.mission().amendment_asker(found), decision_on(found)) else {
        return Ok(());
    };
    let text = format!("Your request {id} is decided on: {decision}.");
    tell(tx, asker, text);
    Ok(())
}

/// The person refused words that a worker at work had asked for: it is told that the present ones stay.
pub(super) fn tell_refusal(tx: &mut Transaction, refused: ProposalId, change: &ProposedChange) {
    let mission = tx.mission();
    let Some(assertion) = change.assertion() else { return };
    let about = mission.findings.values().filter(|finding| finding.assertion.as_ref() == Some(assertion));
    let asker = about.filter_map(|finding| mission.amendment_asker(finding)).next_back();
    if let Some(asker) = asker {
        tell(tx, asker, format!("I refused {refused}: {assertion} stays as it stands."));
    }
}

fn tell(tx: &mut Transaction, asker: AttemptId, text: String) {
    tx.send(Party::Person, Party::Attempt(asker), Prose::clipped(text), Delivery::Queue);
}
