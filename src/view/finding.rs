//! Findings in rows: what was reported, by whom, and what became of it.

use crate::domain::finding::{Finding, FindingState, Severity, Source};
use crate::domain::mission::Mission;
use crate::view::glyph::Glyph;
use crate::view::style_role::StyleRole;

use super::prose::labelled;
use super::row::Row;

/// One line: `✗ blocking  the answer names which part was wrong      M2  → F12`.
pub fn row(mission: &Mission, finding: &Finding) -> Row {
    let mended = |id| mission.feature(id).is_some_and(crate::domain::plan::Feature::is_built);
    let (sign, style) = match finding.state {
        FindingState::TakenUp { feature } if mended(feature) => (Glyph::Done, StyleRole::Good),
        FindingState::Open => (Glyph::Needs, StyleRole::Warn),
        FindingState::TakenUp { .. } => (Glyph::Active, StyleRole::Accent),
        FindingState::Dismissed { .. } => (Glyph::Retired, StyleRole::Dim),
    };
    let fate = match &finding.state {
        FindingState::Open => "open".to_owned(),
        FindingState::TakenUp { feature } if mended(*feature) => format!("mended by {feature}"),
        FindingState::TakenUp { feature } => format!("→ {feature}"),
        FindingState::Dismissed { .. } => "dismissed".to_owned(),
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
    let mut rows = labelled("found", &format!("{}, by {}", finding.id, source_words(&finding.source)), width);
    rows.extend(labelled("says", finding.description.as_str(), width));
    if let Some(fix) = &finding.suggested_fix {
        rows.extend(labelled("suggests", fix.as_str(), width));
    }
    if let Some(id) = &finding.assertion {
        let title = mission.contract.get(id).map_or("", |assertion| assertion.wording.title.as_str());
        rows.extend(labelled("about", &format!("{id} {title}"), width));
    }
    let fate = match &finding.state {
        FindingState::Open => {
            "open: the orchestrator decides on it, or you tell it what you think".to_owned()
        }
        FindingState::TakenUp { feature } => {
            let title = mission.feature(*feature).map_or("", |known| known.spec.title.as_str());
            format!("taken up by {feature} {title}")
        }
        FindingState::Dismissed { reason } => format!("dismissed: “{reason}”"),
    };
    rows.extend(labelled("fate", &fate, width));
    rows
}

/// How much a finding weighs, in a word.
pub fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocking => "blocking",
        Severity::NonBlocking => "not blocking",
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

fn source_words(source: &Source) -> String {
    match source {
        Source::Handoff { attempt } => format!("the handoff of {attempt}"),
        Source::LeftUndone { attempt } => format!("the handoff of {attempt}, which left it undone"),
        Source::RefutedClaim { attempt } => {
            format!("the engine, which could not confirm what {attempt} claims")
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
