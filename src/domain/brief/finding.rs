//! The sections about what was found: what is open, what it is about, and what was decided before.

use std::collections::BTreeSet;

use super::bound::newest_whole;
use super::section::{assertions, criteria, list, under};
use crate::domain::finding::{Finding, FindingState, Sight, Source};
use crate::domain::id::{AssertionId, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::plan::Feature;

/// Bytes of what was decided before that a brief carries whole.
const MOST_SETTLED: usize = 6_000;

/// What is open, in parts: what is due for a decision, what may wait, and what was put off.
pub(super) fn findings(mission: &Mission) -> String {
    let due: Vec<&Finding> = mission.findings_to_decide().collect();
    let waits =
        mission.undecided_findings().filter(|finding| !due.iter().any(|other| other.id == finding.id));
    [
        under("\n## Open findings\n", entries(mission, due.iter().copied(), marks_and_fate)),
        under(
            "\n## Open, to be decided on at the milestone; you may decide on them now\n",
            entries(mission, waits, marks_and_fate),
        ),
        under(
            "\n## Open, put off: nobody dismissed them, and they may still hold\n",
            entries(mission, mission.put_off_findings(), marks_and_fate),
        ),
    ]
    .concat()
}

/// What a validator who reads the code may meet again: what is open, put off or not, and what a fix was built for.
pub(super) fn known<'a>(mission: &'a Mission, findings: impl Iterator<Item = &'a Finding>) -> String {
    met_again(mission, findings, weight_and_fate)
}

/// What testers before reported themselves: nothing that others know of the code, and nothing of what others made of it.
pub(super) fn known_to_testers(mission: &Mission, id: MilestoneId) -> String {
    let own = |finding: &&Finding| matches!(finding.source, Source::UserTesting { .. });
    met_again(mission, of_milestone(mission, id).filter(own), weight)
}

fn met_again<'a>(
    mission: &'a Mission,
    findings: impl Iterator<Item = &'a Finding>,
    marks: fn(&Finding) -> String,
) -> String {
    let met = findings.filter(|finding| match finding.state {
        FindingState::Open | FindingState::Deferred { .. } => true,
        FindingState::TakenUp { feature } => mission.feature(feature).is_some_and(Feature::is_built),
        FindingState::Dismissed { .. } => false,
    });
    let text = entries(mission, met, marks);
    under("\n## Known findings: say in `known` whether each still holds, and do not report it again\n", text)
}

/// What validators and handoffs of a milestone reported.
pub(super) fn of_milestone(mission: &Mission, id: MilestoneId) -> impl Iterator<Item = &Finding> {
    mission.findings.values().filter(move |finding| finding.milestone == id)
}

/// Findings with what stands before their words, what was suggested, and when they were seen; heavy before light.
fn entries<'a>(
    mission: &'a Mission,
    findings: impl Iterator<Item = &'a Finding>,
    marks: fn(&Finding) -> String,
) -> String {
    let mut findings: Vec<&Finding> = findings.collect();
    findings.sort_by_key(|finding| (finding.severity, finding.id));
    let entry = |finding: &&Finding| {
        let seen = mission.last_seen(finding).filter(|_| finding.is_open() || finding.seen.is_some());
        let gone = finding.seen.as_ref().is_some_and(|seen| seen.sight == Sight::NoLongerHolds);
        let word = if gone { "no longer held" } else { "last seen" };
        let seen = seen.map(|(round, commit)| format!("  {word} in round {round}, at {commit}\n"));
        let claim = finding.is_claim() && matches!(finding.state, FindingState::TakenUp { .. });
        let claim =
            if claim { "  a claim: it holds still only if a later handoff says it again\n" } else { "" };
        with_fix(finding, &marks(finding)) + &seen.unwrap_or_default() + claim
    };
    findings.iter().map(entry).collect()
}

fn weight(finding: &Finding) -> String {
    format!(" [{}]", finding.severity.word())
}

/// What a validator is told before its words: not who reported it.
fn weight_and_fate(finding: &Finding) -> String {
    let about = finding.feature.map(|feature| format!(" ({feature})")).unwrap_or_default();
    format!("{}{about}{}", weight(finding), fate(finding))
}

fn marks_and_fate(finding: &Finding) -> String {
    marks(finding) + &fate(finding)
}

/// What one must know of a finding before its words: how much it weighs, what it is about, and where it comes from.
pub(super) fn marks(finding: &Finding) -> String {
    let about = finding.feature.map(|feature| format!("{feature}, ")).unwrap_or_default();
    let from = match &finding.source {
        Source::Handoff { attempt } => format!("reported by {attempt}"),
        Source::LeftUndone { attempt } => format!("left undone by {attempt}"),
        Source::RefutedClaim { attempt } => format!("seen by the engine after {attempt}"),
        Source::FalseClaim { attempt } => format!("a claim that review {attempt} found false"),
        Source::Flaky { attempt } => format!("a failure of {attempt} that did not come again"),
        Source::FlakyCheck => "a command of the contract that failed and then passed".to_owned(),
        Source::Sabotage => "seen by the engine when it undid what was built".to_owned(),
        Source::Tampering { attempt } => format!("seen by the engine in what {attempt} changed"),
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
    let Finding { id, description, suggested_fix, hunk, .. } = finding;
    let fix = suggested_fix.as_ref().map(|fix| format!("  suggested: {fix}\n")).unwrap_or_default();
    let hunk = hunk.as_ref().map(|hunk| format!("```diff\n{hunk}\n```\n")).unwrap_or_default();
    format!("- {id}{marks} {description}\n{fix}{hunk}")
}

/// The words of the features that undecided findings are about, without which nobody can tell what was asked for.
pub(super) fn features(mission: &Mission) -> String {
    let ids: BTreeSet<FeatureId> =
        mission.undecided_findings().filter_map(|finding| finding.feature).collect();
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

/// The assertions that undecided findings are about, in full.
pub(super) fn contract(mission: &Mission) -> String {
    let ids: BTreeSet<&AssertionId> =
        mission.undecided_findings().filter_map(|f| f.assertion.as_ref()).collect();
    if ids.is_empty() {
        return String::new();
    }
    let ids: Vec<AssertionId> = ids.into_iter().cloned().collect();
    format!("\n## The assertions they are about\n{}", assertions(mission, &ids))
}

/// What was dismissed and why, so that nobody raises it again as if it were new; the newest of it.
pub(super) fn settled(mission: &Mission) -> String {
    let is_settled = |finding: &&Finding| matches!(finding.state, FindingState::Dismissed { .. });
    let settled = mission.findings.values().filter(is_settled);
    let settled: Vec<String> = settled.map(|finding| format!("- {}\n", with_state(finding))).collect();
    under(
        "\n## Dismissed before: report it again only if you saw something new\n",
        newest_whole(&settled, MOST_SETTLED),
    )
}

/// What a fix is to mend and has not mended yet.
pub(super) fn under_way(mission: &Mission) -> String {
    let pending = mission.findings.values().filter(|finding| match finding.state {
        FindingState::TakenUp { feature } => mission.feature(feature).is_some_and(|fix| !fix.is_built()),
        FindingState::Open | FindingState::Deferred { .. } | FindingState::Dismissed { .. } => false,
    });
    list("\n## Being mended already\n", pending.map(with_state))
}

/// Where one sees for oneself what a finding says: the verdict it rests on, and the names of its evidence.
pub(super) fn evidence_line(mission: &Mission, finding: &Finding) -> String {
    let verdict = mission.verdict_behind(finding).filter(|_| finding.sealed.is_none());
    let seen = verdict.map(|verdict| {
        format!("  seen by {} at {}: {}\n", verdict.attempt, verdict.commit, verdict.observed)
    });
    let evidence: Vec<String> = mission.shown_evidence_of(finding).into_iter().map(|one| one.0).collect();
    let named = (!evidence.is_empty()).then(|| format!("  evidence: {}\n", evidence.join(", ")));
    seen.unwrap_or_default() + &named.unwrap_or_default()
}

/// A finding in one line, with what was decided about it.
pub(super) fn with_state(finding: &Finding) -> String {
    format!("{} {}{}", finding.id, finding.description, fate(finding))
}

/// What became of a finding, in brackets; nothing while nobody has decided on it.
fn fate(finding: &Finding) -> String {
    match &finding.state {
        FindingState::Open => String::new(),
        FindingState::TakenUp { feature } => format!(" (taken up by {feature})"),
        FindingState::Dismissed { reason } => format!(" (dismissed: {reason})"),
        FindingState::Deferred { until, reason, .. } => {
            format!(" (still open, put off until {}: {reason})", until.word())
        }
    }
}

/// What was decided about a finding.
pub(super) fn decision(finding: &Finding) -> String {
    if finding.is_undecided() { "open".to_owned() } else { fate(finding).trim().to_owned() }
}
