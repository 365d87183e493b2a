//! The sections about what was found: what is open, what it is about, and what was decided before.

use std::collections::BTreeSet;

use super::bound::newest_whole;
use super::section::{assertions, criteria, under};
use crate::domain::finding::{Finding, FindingState, Severity, Source};
use crate::domain::id::{AssertionId, FeatureId};
use crate::domain::mission::Mission;

/// Bytes of what was decided before that a brief carries whole.
const MOST_SETTLED: usize = 6_000;

pub(super) fn findings(mission: &Mission) -> String {
    let mut open: Vec<_> = mission.open_findings().collect();
    open.sort_by_key(|finding| (finding.severity != Severity::Blocking, finding.id));
    let mut text = String::new();
    for finding in open {
        text += &with_fix(finding, &marks(finding));
    }
    under("\n## Open findings\n", text)
}

/// What one must know of a finding before its words: how much it weighs, what it is about, and where it comes from.
pub(super) fn marks(finding: &Finding) -> String {
    let about = finding.feature.map(|feature| format!("{feature}, ")).unwrap_or_default();
    let from = match &finding.source {
        Source::Handoff { attempt } => format!("reported by {attempt}"),
        Source::LeftUndone { attempt } => format!("left undone by {attempt}"),
        Source::RefutedClaim { attempt } => format!("seen by the engine after {attempt}"),
        Source::GateCommand => "a gate command".to_owned(),
        Source::Review { attempt } => format!("review {attempt}"),
        Source::Scrutiny { attempt } => format!("scrutiny {attempt}"),
        Source::Verdict { attempt } => format!("verdict of {attempt}"),
        Source::UserTesting { attempt } => format!("user testing {attempt}"),
        Source::Gate => "the person's NO-GO".to_owned(),
        Source::Amendment { attempt } => format!("asked for by {attempt}"),
    };
    format!(" [{}] ({about}{from})", finding.severity.word())
}

/// A finding with its marks, and below it what was suggested.
pub(super) fn with_fix(finding: &Finding, marks: &str) -> String {
    let Finding { id, description, suggested_fix, .. } = finding;
    let fix = suggested_fix.as_ref().map(|fix| format!("  suggested: {fix}\n")).unwrap_or_default();
    format!("- {id}{marks} {description}\n{fix}")
}

/// The words of the features that open findings are about, without which nobody can tell what was asked for.
pub(super) fn features(mission: &Mission) -> String {
    let ids: BTreeSet<FeatureId> = mission.open_findings().filter_map(|finding| finding.feature).collect();
    let mut text = String::new();
    for feature in ids.into_iter().filter_map(|id| mission.feature(id)) {
        text += &format!("### {} {}\n{}\n", feature.id, feature.spec.title, feature.spec.description);
        text += criteria(feature).trim_start_matches(['\n', '#', ' ']);
        if let Some((attempt, handoff)) = mission.handoffs.get(&feature.id) {
            text += &format!("handed in by {attempt}: {}\n", handoff.summary);
        }
    }
    under("\n## The features they are about\n", text)
}

/// The assertions that open findings are about, in full.
pub(super) fn contract(mission: &Mission) -> String {
    let ids: BTreeSet<&AssertionId> = mission.open_findings().filter_map(|f| f.assertion.as_ref()).collect();
    if ids.is_empty() {
        return String::new();
    }
    let ids: Vec<AssertionId> = ids.into_iter().cloned().collect();
    format!("\n## The assertions they are about\n{}", assertions(mission, &ids))
}

/// What was decided before and why, so that nobody raises it again as if it were new.
pub(super) fn settled(mission: &Mission) -> String {
    let settled = mission.findings.values().filter(|finding| !finding.is_open());
    let settled: Vec<String> = settled.map(|finding| format!("- {}\n", with_state(finding))).collect();
    under(
        "\n## Decided before: only something new is a reason to decide it again\n",
        newest_whole(&settled, MOST_SETTLED),
    )
}

/// Where one sees for oneself what a finding says: the verdict it rests on, and the names of its evidence.
pub(super) fn evidence_line(mission: &Mission, finding: &Finding) -> String {
    let seen = mission.verdict_behind(finding).map(|verdict| {
        format!("  seen by {} at {}: {}\n", verdict.attempt, verdict.commit, verdict.observed)
    });
    let evidence: Vec<String> = mission.evidence_of(finding).into_iter().map(|one| one.0).collect();
    let named = (!evidence.is_empty()).then(|| format!("  evidence: {}\n", evidence.join(", ")));
    seen.unwrap_or_default() + &named.unwrap_or_default()
}

/// A finding in one line, with what was decided about it.
pub(super) fn with_state(finding: &Finding) -> String {
    let state = if finding.is_open() { String::new() } else { format!(" ({})", decision(&finding.state)) };
    format!("{} {}{state}", finding.id, finding.description)
}

/// What was decided about a finding.
pub(super) fn decision(state: &FindingState) -> String {
    match state {
        FindingState::Open => "open".to_owned(),
        FindingState::TakenUp { feature } => format!("taken up by {feature}"),
        FindingState::Dismissed { reason } => format!("dismissed: {reason}"),
    }
}
