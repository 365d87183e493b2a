//! One assertion in full: what it says, how it is checked, what was seen, what was decided.

use crate::domain::contract::Weight;
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::{Outcome, Standing, Verdict};
use crate::view::glyph::Glyph;
use crate::view::style_role::StyleRole;

use super::prose::{labelled, paragraph};
use super::row::Row;
use super::work::standing_sign;

/// What it says, how it is checked, what was decided, and what the newest verdict saw.
pub fn claim(mission: &Mission, id: &AssertionId, width: usize) -> Vec<Row> {
    let Some(assertion) = mission.contract.get(id) else { return Vec::new() };
    let wording = &assertion.wording;
    let standing = mission.standing(id);
    let (sign, style) = standing_sign(standing);
    let optional = if wording.weight == Weight::NonBlocking { " · optional" } else { "" };
    let mut rows = vec![
        Row::of(StyleRole::Strong, format!("{id} {}", wording.title))
            .end(StyleRole::Dim, format!("revision {}{optional}", assertion.revision.0)),
        Row::new(),
    ];
    rows.extend(paragraph(StyleRole::Text, wording.statement.as_str(), width));
    rows.push(Row::new());
    rows.extend(labelled("check", &format!("{}: {}", wording.check.via.word(), wording.check.how), width));
    if let Some(command) = &wording.check.command {
        rows.extend(labelled("command", command.as_str(), width));
    }
    rows.extend(labelled("evidence", wording.evidence.as_str(), width));
    if let Some(feature) = mission.claimant(id) {
        rows.extend(labelled("feature", &format!("{} {}", feature.id, feature.spec.title), width));
    }
    if let Some(waiver) = mission.waivers.get(id) {
        rows.extend(labelled("waived", &format!("“{}”", waiver.reason), width));
    }
    rows.push(Row::new());
    match newest(mission, id) {
        Some(last) => {
            if standing == Standing::Stale {
                rows.push(
                    Row::new().sign(style, sign).then(style, "the wording was changed after this verdict:"),
                );
            }
            rows.extend(verdict(mission, last, width));
        }
        None => rows.push(Row::new().sign(style, sign).then(style, "no verdict yet")),
    }
    rows
}

/// The verdicts before the newest, the later ones first.
pub fn history(mission: &Mission, id: &AssertionId, width: usize) -> Vec<Row> {
    let earlier = mission.verdicts.get(id).into_iter().flatten().rev().skip(1);
    let rows = earlier.flat_map(|earlier| {
        let lead = [Row::new()];
        lead.into_iter().chain(verdict(mission, earlier, width))
    });
    rows.collect()
}

/// The verdict that counts.
pub fn newest<'a>(mission: &'a Mission, id: &AssertionId) -> Option<&'a Verdict> {
    mission.verdicts.get(id).and_then(|verdicts| verdicts.last())
}

fn verdict(mission: &Mission, verdict: &Verdict, width: usize) -> Vec<Row> {
    let (sign, style) = match verdict.outcome {
        Outcome::Pass => (Glyph::Done, StyleRole::Good),
        Outcome::Fail => (Glyph::Failed, StyleRole::Bad),
        Outcome::Blocked => (Glyph::Blocked, StyleRole::Bad),
    };
    let by = mission.attempts.get(&verdict.attempt).map_or_else(String::new, |by| format!(" {}", by.role));
    let place = format!(
        "  {}{by} · {} round {} · at {} · revision {}",
        verdict.attempt, verdict.milestone, verdict.round, verdict.commit, verdict.revision.0
    );
    let mut rows =
        vec![Row::new().sign(style, sign).then(style, verdict.outcome.word()).then(StyleRole::Dim, place)];
    rows.extend(paragraph(StyleRole::Text, verdict.observed.as_str(), width));
    rows
}
