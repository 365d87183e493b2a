//! What stands above a piece: what it is, who took it and when, at which commit, and which verdict rests on it.

use crate::domain::event::Actor;
use crate::domain::evidence::{EvidenceDoc, EvidenceKind, Settled};
use crate::domain::id::{AssertionId, Timestamp};
use crate::domain::verdict::Verdict;

use super::super::prelude::*;
use crate::view::words::actor;
use crate::view::work::outcome_sign;

/// A piece of evidence, and the assertion whose verdicts it is looked at for.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    pub doc: &'a EvidenceDoc,
    pub assertion: Option<&'a AssertionId>,
}

/// The title with the reference, then a line of facts and one for each verdict that rests on it.
pub fn head(mission: &Mission, proof: Proof<'_>, place: &str, now: Timestamp, width: usize) -> Vec<Row> {
    let doc = proof.doc;
    let mut rows = vec![
        Row::new()
            .sign(StyleRole::Accent, Glyph::Evidence)
            .then(StyleRole::Strong, one_line(&doc.title))
            .end(StyleRole::Dim, [doc.reference.0.as_str(), place].join("  ").trim_end()),
    ];
    rows.extend(facts(mission, doc, now, width));
    rows.extend(verdict(mission, proof, width));
    if mission.lost_evidence.contains(&doc.reference) {
        rows.push(Row::of(StyleRole::Bad, "it was changed or removed on disk after it was taken"));
    }
    rows
}

/// The same in one row, which stays in sight when the rest is scrolled past: with what it was taken, by whom, in which
/// round and at which commit.
pub fn in_short(doc: &EvidenceDoc, place: &str) -> Row {
    let facts = doc.facts.as_ref();
    let mut words = vec![instrument(doc.kind).to_owned()];
    words.extend(facts.map(|facts| match facts.by {
        Actor::Attempt(id) => id.to_string(),
        Actor::Engine => "the engine".to_owned(),
        Actor::Person => "you".to_owned(),
    }));
    words.extend(
        facts.and_then(|facts| facts.round).map(|(milestone, round)| format!("{milestone} round {round}")),
    );
    words.extend(facts.and_then(|facts| facts.commit.as_ref()).map(ToString::to_string));
    if facts.is_none() {
        words.push(one_line(&doc.title));
    }
    let row = Row::new().sign(StyleRole::Accent, Glyph::Evidence).then(StyleRole::Strong, words.join(" · "));
    row.end(StyleRole::Dim, place)
}

/// With which instrument a piece was taken, and what it is.
fn instrument(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Command => "command",
        EvidenceKind::Http => "http exchange",
        EvidenceKind::Terminal => "terminal screen",
        EvidenceKind::Recording => "terminal recording",
        EvidenceKind::Screenshot => "browser picture",
        EvidenceKind::Page => "browser page",
        EvidenceKind::App => "the app's services",
        EvidenceKind::Steps => "a tester's steps",
        EvidenceKind::Unknown => "evidence",
    }
}

fn facts(mission: &Mission, doc: &EvidenceDoc, now: Timestamp, width: usize) -> Vec<Row> {
    let Some(facts) = &doc.facts else { return Vec::new() };
    let mut words = vec![format!("{}, taken by {}", instrument(doc.kind), actor(mission, facts.by))];
    words.extend(facts.round.map(|(milestone, round)| format!("{milestone} round {round}")));
    words.extend(facts.commit.as_ref().map(|commit| format!("at {commit}")));
    words.extend(facts.app.filter(|start| *start > 1).map(|start| format!("start {start} of the app")));
    let when = ago(now.since(facts.at));
    words.push(if when == "now" { "just now".to_owned() } else { format!("{when} ago") });
    let mut rows = paragraph(StyleRole::Dim, &words.join(" · "), width);
    if let Some(stranger) = &facts.stranger {
        let words = format!("it was not answered by a service of the app: {}", one_line(stranger));
        rows.extend(paragraph(StyleRole::Warn, &words, width));
    }
    rows.extend(match facts.settled {
        Settled::Ended | Settled::Still => None,
        Settled::Moving => Some(Row::of(StyleRole::Warn, "it still changed when it was taken")),
        Settled::Nothing => Some(Row::of(StyleRole::Warn, "it was empty when it was taken")),
        Settled::NotDone => {
            Some(Row::of(StyleRole::Warn, "what was to be done was not done, or nothing answered"))
        }
        Settled::Unknown => Some(Row::of(StyleRole::Dim, "in a state that only a newer version knows")),
    });
    rows
}

/// The newest verdict on the assertion that names it.
fn verdict(mission: &Mission, proof: Proof<'_>, width: usize) -> Vec<Row> {
    let names = |verdict: &&Verdict| verdict.pieces().any(|piece| *piece == proof.doc.reference);
    let given = proof.assertion.and_then(|id| mission.verdicts.get(id));
    let found = given.into_iter().flatten().rev().find(names);
    let Some(found) = found else { return Vec::new() };
    let (sign, style) = outcome_sign(found.outcome);
    let words = format!(
        "for {} in {} round {} at {}",
        found.outcome.word(),
        found.milestone,
        found.round,
        found.commit
    );
    let row = Row::new().sign(style, sign).then(StyleRole::Dim, clip(&words, width.saturating_sub(2)));
    vec![row]
}
