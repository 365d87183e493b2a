//! An assertion above its evidence: what it says, and its verdicts down to the one that rests on the piece that is looked
//! at; all of it, or as much as a small screen has room for.

use super::{
    VerdictRows, decided, head, name, no_verdict, seen_red, since_proof, stale, tries, verdict, verdict_rows,
};
use crate::domain::id::AssertionId;
use crate::domain::verdict::{EvidenceRef, Verdict};
use crate::view::prelude::*;

/// What is looked at of an assertion's evidence.
#[derive(Debug, Clone, Copy)]
pub enum Looking<'a> {
    /// No piece: what the newest verdict says counts.
    Newest,
    At(&'a EvidenceRef),
}

/// What it says, how it is checked, what was decided, and what the verdicts saw, the newest first, down to the one that
/// rests on a piece of evidence; without one, what the newest saw.
pub fn claim(mission: &Mission, id: &AssertionId, looking: Looking<'_>, width: usize) -> Vec<Row> {
    let Some(assertion) = mission.assertion(id) else { return Vec::new() };
    let mut rows = head(mission, assertion, width);
    rows.extend(verdicts_to(mission, id, looking, width));
    rows
}

/// The same where there is little room: what it says, how it is checked and what was seen, in two lines each.
pub fn brief_claim(mission: &Mission, id: &AssertionId, looking: Looking<'_>, width: usize) -> Vec<Row> {
    // Of the verdicts that are newer than what is looked at it is enough that they are there.
    briefly(mission, id, looking, width, At::Evidence)
}

/// The same where it is decided on: with what makes a proof of less worth than it seems, and what every verdict saw.
pub fn gate_claim(mission: &Mission, id: &AssertionId, looking: Looking<'_>, width: usize) -> Vec<Row> {
    briefly(mission, id, looking, width, At::Gate)
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Evidence,
    Gate,
}

fn briefly(mission: &Mission, id: &AssertionId, looking: Looking<'_>, width: usize, at: At) -> Vec<Row> {
    let Some(assertion) = mission.assertion(id) else { return Vec::new() };
    let wording = &assertion.wording;
    let check = format!("{}: {}", wording.check.via.word(), wording.check.how);
    let mut rows = vec![name(assertion)];
    rows.extend(shortly(paragraph(StyleRole::Text, wording.statement.as_str(), width)));
    rows.extend(shortly(labelled("check", &check, width)));
    if at == At::Gate {
        let since = since_proof(mission, id).map(|since| ("since", since));
        let seen = Some(("seen red", seen_red(mission, assertion))).filter(|(_, seen)| !seen.is_empty());
        let told = since.into_iter().chain(seen);
        rows.extend(told.flat_map(|(label, words)| shortly(labelled(label, &words, width))));
    }
    rows.extend(decided(mission, assertion, width).into_iter().flat_map(shortly));
    rows.extend(stale(mission, id));
    let given = placed(mission, id, looking);
    for (index, one) in (1..).zip(&given) {
        let VerdictRows { head, observed, again, .. } = verdict_rows(mission, one, width);
        rows.push(head);
        if index == given.len() || at == At::Gate {
            rows.extend([shortly(observed), shortly(again)].concat());
        }
    }
    if given.is_empty() {
        rows.push(no_verdict(mission, id));
    }
    rows
}

/// The verdicts before the one that rests on a piece of evidence, the later ones first, and each time its check was tried on
/// an app that it should fail on.
pub fn history(mission: &Mission, id: &AssertionId, looking: Looking<'_>, width: usize) -> Vec<Row> {
    let above = placed(mission, id, looking).len().max(1);
    let earlier = mission.verdicts.get(id).into_iter().flatten().rev().skip(above);
    let mut rows: Vec<Row> =
        earlier.flat_map(|earlier| [vec![Row::new()], verdict(mission, earlier, width)].concat()).collect();
    let tries = mission.assertion(id).map(|known| tries(mission, known, width)).unwrap_or_default();
    rows.extend((!tries.is_empty()).then(Row::new));
    rows.extend(tries);
    rows
}

/// The verdicts from the newest to the one that rests on a piece of evidence; the newest alone where none does.
fn placed<'a>(mission: &'a Mission, id: &AssertionId, looking: Looking<'_>) -> Vec<&'a Verdict> {
    let given = mission.verdicts.get(id).map_or(&[][..], Vec::as_slice);
    let rests = |verdict: &Verdict| matches!(looking, Looking::At(piece) if verdict.pieces().any(|known| known == piece));
    let at = given.iter().rev().position(rests).unwrap_or(0);
    given.iter().rev().take(at + 1).collect()
}

fn verdicts_to(mission: &Mission, id: &AssertionId, looking: Looking<'_>, width: usize) -> Vec<Row> {
    let given = placed(mission, id, looking);
    if given.is_empty() {
        return vec![no_verdict(mission, id)];
    }
    let mut rows = Vec::new();
    for (index, one) in given.into_iter().enumerate() {
        rows.extend((index > 0).then(Row::new));
        rows.extend(verdict(mission, one, width));
    }
    rows
}

/// Two lines of a text, and that there are more.
fn shortly(mut rows: Vec<Row>) -> Vec<Row> {
    const LINES: usize = 2;
    if rows.len() > LINES {
        rows.truncate(LINES);
        if let Some(last) = rows.last_mut() {
            last.right = vec![Piece::new(StyleRole::Dim, "…")];
        }
    }
    rows
}
