//! Findings in rows: what was reported, by whom, and what became of it.

use crate::domain::finding::{Finding, FindingState, Severity, Sight, Sighting, Source, Until};
use crate::domain::id::MilestoneId;
use crate::domain::plan::Feature;

use super::prelude::*;
use super::work::{assertion_name, feature_name};

/// One line: `✗ blocking  the answer names which part was wrong      M2  → F12`.
pub fn row(mission: &Mission, finding: &Finding) -> Row {
    let (sign, style, fate) = match &finding.state {
        FindingState::Open => (Glyph::Needs, StyleRole::Warn, "open".to_owned()),
        FindingState::TakenUp { feature } if mission.feature(*feature).is_some_and(Feature::is_built) => {
            (Glyph::Done, StyleRole::Good, format!("{} by {feature}", settled_word(finding)))
        }
        FindingState::TakenUp { feature } => (Glyph::Active, StyleRole::Accent, format!("→ {feature}")),
        FindingState::Dismissed { .. } => (Glyph::Retired, StyleRole::Dim, "dismissed".to_owned()),
        FindingState::Deferred { .. } => (Glyph::Waived, StyleRole::Warn, "open, put off".to_owned()),
    };
    Row::new()
        .sign(style, sign)
        .then(weight_ink(finding.severity), format!("{:<13}", weight(finding.severity)))
        .then(StyleRole::Text, finding.description.as_str())
        .end(StyleRole::Dim, format!("{}  ", finding.milestone))
        .end(style, fate)
}

/// A finding in full.
pub fn detail(mission: &Mission, finding: &Finding, width: usize) -> Vec<Row> {
    let mut rows = found(finding, width);
    rows.extend(labelled("says", finding.description.as_str(), width));
    rows.extend(facts(mission, finding, width));
    rows
}

/// A finding among others on a page: its line, and the rest of it set in below.
pub fn entry(mission: &Mission, finding: &Finding, width: usize) -> Vec<Row> {
    let mut below = found(finding, width.saturating_sub(2));
    below.extend(facts(mission, finding, width.saturating_sub(2)));
    std::iter::once(row(mission, finding)).chain(indented(below, 2)).collect()
}

fn found(finding: &Finding, width: usize) -> Vec<Row> {
    labelled("found", &format!("{}, by {}", finding.id, source_words(&finding.source)), width)
}

/// What is suggested, what it is about, and what became of it.
fn facts(mission: &Mission, finding: &Finding, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(fix) = &finding.suggested_fix {
        rows.extend(labelled("suggests", fix.as_str(), width));
    }
    if let Some(hunk) = &finding.hunk {
        rows.extend(hunk_rows(hunk.as_str()));
    }
    if let Some(id) = finding.about() {
        let sealed = if mission.is_sealed(id) { ", which is sealed: who mends it is not told" } else { "" };
        rows.extend(labelled("about", &format!("{}{sealed}", assertion_name(mission, id)), width));
    }
    if let Some(id) = finding.feature {
        rows.extend(labelled("about", &feature_name(mission, id), width));
    }
    if let Some(seen) = &finding.seen {
        rows.extend(labelled("seen", &seen_words(seen), width));
    }
    rows.extend(labelled("fate", &fate(mission, finding), width));
    rows
}

/// What became of it.
pub fn fate(mission: &Mission, finding: &Finding) -> String {
    match &finding.state {
        FindingState::Open => "open: the orchestrator decides on it, or you do".to_owned(),
        FindingState::TakenUp { feature } => {
            let is_built = mission.feature(*feature).is_some_and(Feature::is_built);
            let how = if is_built && finding.is_claim() {
                ", whose handoff corrects it or no longer says it"
            } else {
                ""
            };
            let ahead = if is_built { "" } else { "to be " };
            format!("{ahead}{} by {}{how}", settled_word(finding), feature_name(mission, *feature))
        }
        FindingState::Dismissed { reason } => format!("dismissed: “{reason}”"),
        FindingState::Deferred { until, reason, .. } => {
            format!("open, put off until {}: “{reason}”", until_words(*until, finding.milestone))
        }
    }
}

/// What a feature has done to a finding: a claim is not mended.
fn settled_word(finding: &Finding) -> &'static str {
    if finding.is_claim() { "set right" } else { "mended" }
}

/// The lines that show it, in the colours of a diff.
fn hunk_rows(hunk: &str) -> Vec<Row> {
    let ink = |line: &str| match line.chars().next() {
        Some('+') => StyleRole::Good,
        Some('-') => StyleRole::Bad,
        _ => StyleRole::Dim,
    };
    hunk.lines().map(|line| Row::of(ink(line), format!("  {line}"))).collect()
}

/// When a finding that is put off is asked about again.
pub fn until_words(until: Until, milestone: MilestoneId) -> String {
    match until {
        Until::NextRound => "the next round has looked at it".to_owned(),
        Until::Milestone => format!("the gate of {milestone}"),
        Until::Final => "the final gate".to_owned(),
    }
}

/// What a later validator saw of a finding.
pub fn seen_words(seen: &Sighting) -> String {
    let Sighting { attempt, round, commit, observed, .. } = seen;
    let holds = match seen.sight {
        Sight::StillHolds => "still holds",
        Sight::NoLongerHolds => "no longer holds",
    };
    format!("{holds} in round {round}, at {commit}, as {attempt} saw: {observed}")
}

/// How much a finding weighs, in a word.
pub fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocking => "blocking",
        Severity::NonBlocking => "non-blocking",
        Severity::Suggestion => "suggestion",
    }
}

fn weight_ink(severity: Severity) -> StyleRole {
    match severity {
        Severity::Blocking => StyleRole::Bad,
        Severity::NonBlocking => StyleRole::Warn,
        Severity::Suggestion => StyleRole::Dim,
    }
}

pub fn source_words(source: &Source) -> String {
    match source {
        Source::Handoff { attempt } => format!("the handoff of {attempt}"),
        Source::LeftUndone { attempt } => format!("the handoff of {attempt}, which left it undone"),
        Source::RefutedClaim { attempt } => {
            format!("the engine, which could not confirm what {attempt} claims")
        }
        Source::FalseClaim { attempt } => format!("the review {attempt}, which found a claim false"),
        Source::Flaky { attempt } => format!("{attempt}, which saw it fail, and not the second time"),
        Source::FlakyCheck => "the engine, which ran its command again".to_owned(),
        Source::Sabotage => "the engine, which undid what was built".to_owned(),
        Source::Tampering { attempt } => {
            format!("the engine, which compared the tests and gates before and after {attempt}")
        }
        Source::GateCommand => "a gate command that failed".to_owned(),
        Source::Review { attempt } => format!("the review {attempt}"),
        Source::Scrutiny { attempt } => format!("the scrutiny {attempt}"),
        Source::Verdict { attempt } => format!("a failed verdict of {attempt}"),
        Source::UserTesting { attempt } => format!("the user testing {attempt}"),
        Source::Gate => "your NO-GO".to_owned(),
        Source::Amendment { attempt } => format!("{attempt}, which asks to change the contract"),
    }
}
