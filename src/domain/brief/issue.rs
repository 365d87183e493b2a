//! The sections about what was found: what is open, what it is about, and what was decided before.

use std::collections::BTreeSet;

use super::section::{assertions, criteria, line, list};
use crate::domain::finding::{FindingState, Severity};
use crate::domain::id::{AssertionId, FeatureId};
use crate::domain::mission::Mission;

/// Findings decided before that a brief carries, the newest ones.
const MOST_SETTLED: usize = 40;

pub(super) fn findings(mission: &Mission) -> String {
    let mut text = String::new();
    let mut open: Vec<_> = mission.open_findings().collect();
    open.sort_by_key(|finding| (finding.severity != Severity::Blocking, finding.id));
    for finding in open {
        let about = finding.feature.map(|feature| format!(" ({feature})")).unwrap_or_default();
        line(
            &mut text,
            format_args!("- {} [{}]{about} {}", finding.id, finding.severity.word(), finding.description),
        );
        if let Some(fix) = &finding.suggested_fix {
            line(&mut text, format_args!("  suggested: {fix}"));
        }
    }
    if text.is_empty() { text } else { format!("\n## Open findings\n{text}") }
}

/// The words of the features that open findings are about, without which nobody can tell what was asked for.
pub(super) fn features(mission: &Mission) -> String {
    let ids: BTreeSet<FeatureId> = mission.open_findings().filter_map(|finding| finding.feature).collect();
    let mut text = String::new();
    for feature in ids.into_iter().filter_map(|id| mission.feature(id)) {
        line(&mut text, format_args!("### {} {}", feature.id, feature.spec.title));
        line(&mut text, format_args!("{}", feature.spec.description));
        text += criteria(feature).trim_start_matches(['\n', '#', ' ']);
        if let Some((attempt, handoff)) = mission.handoffs.get(&feature.id) {
            line(&mut text, format_args!("handed in by {attempt}: {}", handoff.summary));
        }
    }
    if text.is_empty() { text } else { format!("\n## The features they are about\n{text}") }
}

/// The assertions that open findings are about, in full.
pub(super) fn contract(mission: &Mission) -> String {
    let ids: BTreeSet<AssertionId> =
        mission.open_findings().filter_map(|finding| finding.assertion.clone()).collect();
    if ids.is_empty() {
        return String::new();
    }
    let ids: Vec<AssertionId> = ids.into_iter().collect();
    format!("\n## The assertions they are about\n{}", assertions(mission, &ids))
}

/// What was decided before and why, so that nobody raises it again as if it were new.
pub(super) fn settled(mission: &Mission) -> String {
    let lines: Vec<String> = mission
        .findings
        .values()
        .filter_map(|finding| match &finding.state {
            FindingState::Open => None,
            FindingState::TakenUp { feature } => {
                Some(format!("{} {} (taken up by {feature})", finding.id, finding.description))
            }
            FindingState::Dismissed { reason } => {
                Some(format!("{} {} (dismissed: {reason})", finding.id, finding.description))
            }
        })
        .collect();
    let newest = lines.iter().skip(lines.len().saturating_sub(MOST_SETTLED));
    list("\n## Decided before: only something new is a reason to decide it again\n", newest)
}
