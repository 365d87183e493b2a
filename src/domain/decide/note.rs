//! What agents learned is proposed, and confirmed, merged or rejected once.

use std::collections::BTreeSet;

use super::Result;
use super::transaction::Transaction;
use crate::domain::event::Event;
use crate::domain::id::NoteId;
use crate::domain::note::{NoteDecision, NoteRuling, NoteState, confirmed, proposed};
use crate::domain::text::Line;

/// What was proposed or confirmed before in the same words is not proposed again.
pub(super) fn propose(tx: &mut Transaction, notes: Vec<Line>) -> Result {
    for words in notes {
        let known = tx.mission().notes.iter().any(|note| note.words == words)
            || tx.mission().knowledge.iter().any(|known| known.note == words);
        if !known {
            let note = proposed(tx.mission(), words, tx.asker()?);
            tx.emit(Event::NoteProposed { note });
        }
    }
    Ok(())
}

/// Scrutiny decides on what it was shown; what it says nothing of is passed over, and nobody is asked again.
pub(super) fn decide(tx: &mut Transaction, rulings: Vec<NoteRuling>) -> Result {
    let asker = tx.asker()?;
    let by = asker.id;
    let shown: BTreeSet<NoteId> = tx.mission().notes_before(asker).map(|note| note.id).collect();
    for NoteRuling { note: id, decision, words, into } in rulings {
        let Some(note) = tx.mission().notes.iter().find(|note| note.id == id).cloned() else {
            refuse!(Unknown, "there is no note {id}: your brief lists those to decide on")
        };
        refuse_if!(note.state != NoteState::Proposed, OutOfTurn, "{id} was decided on before");
        let state = match (decision, words, into) {
            (NoteDecision::Confirm, Some(words), _) if note.is_of_a_tester() && words != note.words => {
                refuse!(
                    Invalid,
                    "{id} comes from a user tester, and the next one reads it, who must not know the code: confirm it in its own words, or reject it and say in `knowledge` what you know"
                )
            }
            (NoteDecision::Confirm, words, _) => {
                let knowledge = confirmed(&note, words.unwrap_or_else(|| note.words.clone()), by, tx.now);
                tx.emit(Event::KnowledgeConfirmed { knowledge });
                NoteState::Confirmed
            }
            (NoteDecision::Merge, _, Some(into)) => {
                let known = into != id && tx.mission().notes.iter().any(|other| other.id == into);
                refuse_if!(!known, Unknown, "{id} cannot be merged into {into}: name another note");
                NoteState::Merged { into }
            }
            (NoteDecision::Merge, _, None) => {
                refuse!(Invalid, "{id}: say in `into` which note says it already")
            }
            (NoteDecision::Reject, Some(reason), _) => NoteState::Rejected { reason },
            (NoteDecision::Reject, None, _) => refuse!(Invalid, "{id}: say in `words` why it is rejected"),
        };
        tx.emit(Event::NoteDecided { note: id, state });
    }
    let left: Vec<NoteId> =
        tx.mission().proposed_notes().map(|note| note.id).filter(|id| shown.contains(id)).collect();
    for note in left {
        tx.emit(Event::NoteDecided { note, state: NoteState::PassedOver });
    }
    Ok(())
}
