//! What was asked for, in rows: each sentence with how far it is shown.

use crate::domain::gate::GateId;
use crate::domain::id::RequirementId;
use crate::domain::requirement::{Coverage, Fate, Requirement, RequirementOrigin, RequirementTally};

use super::prelude::*;
use super::work::standing_sign;
use super::{contract, words};
use crate::domain::unshown::Doubt;
use crate::domain::verdict::Standing;

/// One line: `✓ REQ-3 Entries survive a restart.      2 of 2 shown`.
pub fn row(mission: &Mission, found: &Requirement, gate: GateId) -> Row {
    let coverage = mission.coverage(found, gate);
    let (sign, style) = sign(coverage);
    let text = if found.is_owed() { StyleRole::Text } else { StyleRole::Dim };
    Row::new()
        .sign(style, sign)
        .then(StyleRole::Dim, format!("{} ", found.id))
        .then(text, short(found.text.as_str()))
        .end(style, format!("  {}", coverage_words(coverage, gate)))
}

/// Everything that was asked for, each sentence whole.
pub fn entries(mission: &Mission, gate: GateId, width: usize) -> Vec<Row> {
    mission.requirements.iter().flat_map(|found| entry(mission, found, gate, width)).collect()
}

fn entry(mission: &Mission, found: &Requirement, gate: GateId, width: usize) -> Vec<Row> {
    let coverage = mission.coverage(found, gate);
    let (sign, style) = sign(coverage);
    let text = if found.is_owed() { StyleRole::Text } else { StyleRole::Dim };
    let words = format!("  {}", coverage_words(coverage, gate));
    let lead = Row::new().sign(style, sign).plain();
    let lead = format!("{} {} ", lead.trim_end(), found.id);
    let room = width.saturating_sub(super::text::width(&words));
    let mut rows = hanging((style, &lead), text, &short(found.text.as_str()), room);
    if let Some(first) = rows.first_mut() {
        first.right.push(Piece::new(style, words));
    }
    rows
}

/// A requirement in full, with what shows it.
pub fn detail(mission: &Mission, id: RequirementId, width: usize) -> Vec<Row> {
    let Some(found) = mission.requirement(id) else { return Vec::new() };
    let head = Row::of(StyleRole::Strong, id.to_string()).end(StyleRole::Dim, origin(found.origin));
    let mut rows = vec![head, Row::new()];
    rows.extend(paragraph(StyleRole::Text, found.text.as_str(), width));
    if let Fate::SetAside { reason } = &found.fate {
        let by = found.decided_by.map(|by| format!(" by {}", words::actor(mission, by)));
        rows.extend(labelled("asks for", &format!("nothing: “{reason}”{}", by.unwrap_or_default()), width));
    }
    let showing = mission.assertions_showing(id).map(|shows| contract::row(mission, &shows.id)).collect();
    rows.extend(section("Shown by", showing));
    if found.is_owed() && mission.assertions_showing(id).next().is_none() {
        rows.extend([Row::new(), Row::of(StyleRole::Warn, "no assertion shows it")]);
    }
    rows
}

/// Where a requirement comes from.
pub fn origin(origin: RequirementOrigin) -> &'static str {
    match origin {
        RequirementOrigin::Goal => "of the goal",
        RequirementOrigin::NoGo => "of a NO-GO to the plan",
        RequirementOrigin::Added => "added",
    }
}

/// The counts in words: `11 of 12 requirements · 3 set aside`.
pub fn tally_words(tally: RequirementTally) -> String {
    let aside =
        if tally.set_aside > 0 { format!(" · {} set aside", tally.set_aside) } else { String::new() };
    format!("{} of {}{aside}", tally.shown, plural(tally.all, "requirement"))
}

/// The counts as a sentence of their own: `5 of 6 requirements are shown to hold · 3 sentences ask for nothing`.
pub fn shown_words(tally: RequirementTally) -> String {
    let are = if tally.shown == 1 || tally.all == 1 { "is" } else { "are" };
    let all = plural(tally.all, "requirement");
    let aside = match tally.set_aside {
        0 => String::new(),
        1 => " · 1 sentence asks for nothing".to_owned(),
        number => format!(" · {number} sentences ask for nothing"),
    };
    format!("{} of {all} {are} shown to hold{aside}", tally.shown)
}

/// How many requirements were shown before the last change, and only that is to be said against them.
pub fn held_before(mission: &Mission) -> usize {
    let doubts = |found: &Requirement| {
        let showing = mission.assertions_showing(found.id);
        showing.map(|one| mission.doubt(&one.id, GateId::Final)).collect::<Vec<_>>()
    };
    let is_only_older = |doubts: &Vec<Option<Doubt>>| {
        doubts.contains(&Some(Doubt::Older)) && doubts.iter().flatten().all(|doubt| *doubt == Doubt::Older)
    };
    mission.owed_requirements().map(doubts).filter(is_only_older).count()
}

/// What an assertion shows, as a sentence's end: `shows REQ-1, REQ-3`.
pub fn shows_words(ids: &[RequirementId]) -> String {
    if ids.is_empty() { "shows no requirement".to_owned() } else { format!("shows {}", list(ids)) }
}

/// Ids one after the other.
pub fn list(ids: &[RequirementId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A requirement's words on one line.
pub fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How far a requirement is shown, in words; of a plan, only whether something is to show it.
pub fn coverage_words(coverage: Coverage, gate: GateId) -> String {
    match coverage {
        Coverage::SetAside => "asks for nothing".to_owned(),
        Coverage::Unasserted => "no assertion".to_owned(),
        Coverage::Shown { of } | Coverage::Partly { of, .. } if gate == GateId::Plan => {
            plural(of, "assertion")
        }
        Coverage::Shown { of } => format!("{of} of {of} shown"),
        Coverage::Partly { shown, of } => format!("{shown} of {of} shown"),
    }
}

fn sign(coverage: Coverage) -> Sign {
    match coverage {
        Coverage::SetAside => standing_sign(Standing::Retired),
        Coverage::Unasserted => (Glyph::Pending, StyleRole::Warn),
        Coverage::Shown { .. } => GOOD,
        Coverage::Partly { .. } => (Glyph::Pending, StyleRole::Dim),
    }
}
