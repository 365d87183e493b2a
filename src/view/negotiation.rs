//! What a critic held against the plan, and what workers held against the contract, and what the orchestrator made of it.

use super::prelude::*;
use super::words::first_sentence;
use crate::domain::amendment::AmendmentAnswer;
use crate::domain::finding::Finding;
use crate::domain::id::{FindingId, ObjectionId};
use crate::domain::negotiation::{Criticism, Objection, ObjectionAnswer, ObjectionOutcome, Said};

/// What the section and the item of the plan gate are called.
pub const NEGOTIATED: &str = "What the critic said";

/// Whether a critic was asked.
pub fn is_shown(mission: &Mission) -> bool {
    !mission.criticisms.is_empty()
}

/// What it came to, in a few words.
pub fn count(mission: &Mission) -> String {
    let kept = mission.objections().filter(|objection| is_kept(objection)).count();
    match (mission.objections().count(), kept, mission.criticisms.last().map(|last| &last.said)) {
        (0, _, Some(Said::Nothing { .. })) => "could not be had".to_owned(),
        (0, ..) => "agreed".to_owned(),
        (all, 0, _) => plural(all, "objection"),
        (all, kept, _) => format!("{}, {kept} not followed", plural(all, "objection")),
    }
}

fn is_kept(objection: &Objection) -> bool {
    objection.answer.as_ref().is_some_and(|answer| answer.outcome == ObjectionOutcome::Kept)
}

/// Both sides, in their order.
pub fn rows(mission: &Mission, width: usize) -> Vec<Row> {
    mission.criticisms.iter().flat_map(|criticism| criticism_rows(mission, criticism, width)).collect()
}

fn criticism_rows(mission: &Mission, criticism: &Criticism, width: usize) -> Vec<Row> {
    let model = mission.attempts.get(&criticism.attempt).map(|by| by.model.to_string()).unwrap_or_default();
    let head = Row::of(StyleRole::Strong, format!("round {}", criticism.round))
        .end(StyleRole::Dim, format!("{} {model}", criticism.attempt));
    let mut rows = vec![head];
    match &criticism.said {
        Said::Agreed { summary } => rows.extend(labelled("agrees", summary.as_str(), width)),
        Said::Objected { summary, objections } => {
            rows.extend(labelled("objects", summary.as_str(), width));
            rows.extend(objections.iter().flat_map(|objection| objection_rows(objection, width)));
        }
        Said::Nothing { reason } => rows.extend(labelled("failed", reason.as_str(), width)),
    }
    rows
}

fn objection_rows(objection: &Objection, width: usize) -> Vec<Row> {
    let mut rows = vec![
        Row::new(),
        Row::of(StyleRole::Warn, format!("{} {}", objection.id, objection.kind.word().replace('_', " ")))
            .then(StyleRole::Text, format!("  {}", objection.about)),
    ];
    let mut below = labelled("why", objection.why.as_str(), width.saturating_sub(2));
    below.extend(labelled("instead", objection.instead.as_str(), width.saturating_sub(2)));
    let (label, words) = match &objection.answer {
        None => ("answer", "not answered yet"),
        Some(ObjectionAnswer { outcome: ObjectionOutcome::Changed, words }) => ("changed", words.as_str()),
        Some(ObjectionAnswer { outcome: ObjectionOutcome::Kept, words }) => ("kept", words.as_str()),
    };
    below.extend(labelled(label, words, width.saturating_sub(2)));
    rows.extend(indented(below, 2));
    rows
}

/// What is logged of a criticism.
pub fn line(criticism: &Criticism) -> LogLine {
    match &criticism.said {
        Said::Agreed { summary } => {
            LogLine::new(GOOD, "critic", format!("agrees: {}", first_sentence(summary.as_str())))
        }
        Said::Objected { objections, .. } => {
            let more = objections.iter().map(|one| format!("{} {}: {}", one.id, one.about, one.why));
            let text = format!("{} to the plan", plural(objections.len(), "objection"));
            LogLine::new(WARNING, "critic", text).with(more)
        }
        Said::Nothing { reason } => LogLine::new(WARNING, "critic", format!("could not be had: {reason}")),
    }
}

/// What is logged of the answer to a worker's request.
pub fn amendment_line(finding: FindingId, answer: &AmendmentAnswer, mission: &Mission) -> LogLine {
    let asker = mission.findings.get(&finding).and_then(Finding::amendment_of);
    let request = asker.map_or_else(|| "the request".to_owned(), |asker| format!("the request of {asker}"));
    let waits = answer.proposal.map(|id| format!(" · {id} waits for you")).unwrap_or_default();
    LogLine::new(NOTE, &finding, format!("{request} is {}: {}{waits}", answer.outcome.word(), answer.words))
}

/// What is logged of an answer.
pub fn answer_line(objection: ObjectionId, answer: &ObjectionAnswer) -> LogLine {
    let outcome = match answer.outcome {
        ObjectionOutcome::Changed => "the plan was changed",
        ObjectionOutcome::Kept => "the plan stays",
    };
    LogLine::new(NOTE, &objection, format!("{outcome}: {}", answer.words))
}
