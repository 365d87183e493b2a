//! What would take the place of the person's words, with what it would change.

use crate::domain::id::ProposalId;
use crate::domain::proposal::{Proposal, ProposalState, ProposedBy, ProposedChange};

use super::edit::{reworded, said};
use super::prelude::*;
use crate::domain::part::Worded;

/// Everything that was proposed, what waits first.
pub fn rows(mission: &Mission, which: &[&Proposal], width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for proposal in which {
        rows.push(head(proposal, mission));
        rows.extend(indented(detail(mission, proposal, width.saturating_sub(2)), 2));
    }
    rows
}

/// The line of one: its id, what it asks, and at the right who asks and what became of it.
fn head(proposal: &Proposal, mission: &Mission) -> Row {
    let (sign, style, fate) = match proposal.state {
        ProposalState::Open => (NEEDS.0, NEEDS.1, "waits for you"),
        ProposalState::Accepted => (GOOD.0, GOOD.1, "accepted"),
        ProposalState::Refused => (BAD.0, BAD.1, "refused"),
        ProposalState::Withdrawn => (NOTE.0, NOTE.1, "withdrawn"),
    };
    Row::new()
        .sign(style, sign)
        .then(StyleRole::Strong, format!("{} ", proposal.id))
        .then(StyleRole::Text, proposal.change.sentence(mission))
        .end(StyleRole::Dim, format!("{} · {fate}", source(proposal.from)))
}

/// What it would change, the words that hold and the other ones.
pub fn detail(mission: &Mission, proposal: &Proposal, width: usize) -> Vec<Row> {
    match &proposal.change {
        ProposedChange::Reword { assertion, edit, .. } => {
            let present = mission.contract.get(assertion).map(|found| &found.wording);
            present.map(|old| reworded(old, &edit.applied_to(old), width)).unwrap_or_default()
        }
        ProposedChange::RewordFeature { feature, edit, .. } => {
            let present = mission.feature(*feature).map(|found| &found.spec);
            present.map(|old| reworded(old, &edit.applied_to(old), width)).unwrap_or_default()
        }
        ProposedChange::Add { wording, .. } => {
            let parts = wording.parts().into_iter();
            parts.flat_map(|(part, words)| labelled(part.word(), &said(part, &words), width)).collect()
        }
        ProposedChange::Retire { reason, .. } | ProposedChange::CancelFeature { reason, .. } => {
            labelled("because", reason.as_str(), width)
        }
    }
}

/// One by its id, whole.
pub fn page(mission: &Mission, id: ProposalId, width: usize) -> Vec<Row> {
    let found = mission.proposals.iter().find(|proposal| proposal.id == id);
    found.map(|proposal| rows(mission, &[proposal], width)).unwrap_or_default()
}

fn source(from: ProposedBy) -> String {
    match from {
        ProposedBy::Attempt(attempt) => format!("by {attempt}"),
        ProposedBy::Document => "contract.md on disk".to_owned(),
    }
}
