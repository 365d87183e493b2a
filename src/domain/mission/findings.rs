//! Which findings of a mission are open, which are due for a decision, and when each was last seen.

use super::Mission;
use crate::domain::finding::{Finding, FindingState, Severity, Source, Until};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, Commit};
use crate::domain::plan::Feature;
use crate::domain::verdict::Verdict;

impl Mission {
    /// Findings that are neither mended nor dismissed, put off ones included.
    pub fn open_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values().filter(|finding| finding.is_open())
    }

    /// Findings that nobody has decided on yet.
    pub fn undecided_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values().filter(|finding| finding.is_undecided())
    }

    /// Findings that were put off.
    pub fn put_off_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values().filter(|finding| finding.is_put_off())
    }

    /// Findings that are due for a decision: those that the next feature waits for, and at the end of a round, when
    /// nothing is left to build, all the others.
    pub fn findings_to_decide(&self) -> impl Iterator<Item = &Finding> {
        let all = self
            .flown_milestone()
            .is_some_and(|milestone| self.next_feature(milestone).is_none() && !self.has_changed(milestone));
        self.undecided_findings().filter(move |finding| all || finding.is_pressing())
    }

    /// Whether a fix is about nothing but what handoffs said, so that it may have nothing to commit.
    pub fn sets_right(&self, feature: &Feature) -> bool {
        let mut mended = feature.mends().iter().filter_map(|id| self.findings.get(id)).peekable();
        mended.peek().is_some() && mended.all(Finding::is_claim)
    }

    /// All findings: the undecided ones first, then those put off, then what is being mended, then what was dismissed;
    /// heavy before light.
    pub fn findings_by_weight(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.values().collect();
        findings.sort_by_key(|finding| {
            let state = match finding.state {
                FindingState::Open => 0_u8,
                FindingState::Deferred { .. } => 1,
                FindingState::TakenUp { .. } => 2,
                FindingState::Dismissed { .. } => 3,
            };
            (state, finding.severity, finding.id)
        });
        findings
    }

    /// The round and the commit in which a validator last saw a finding; `None` for one that no round saw.
    pub fn last_seen<'a>(&'a self, finding: &'a Finding) -> Option<(u32, &'a Commit)> {
        if let Some(seen) = &finding.seen {
            return Some((seen.round, &seen.commit));
        }
        let attempt = self.attempts.get(&finding.source.attempt()?)?;
        let (_, round) = attempt.work.round()?;
        Some((round, &attempt.base))
    }

    /// The finding that an earlier failure of an assertion became, at the revision that a verdict is about.
    pub fn known_failure(&self, verdict: &Verdict) -> Option<&Finding> {
        self.findings.values().rfind(|finding| {
            let Source::Verdict { attempt } = finding.source else { return false };
            finding.about() == Some(&verdict.assertion)
                && self
                    .verdicts_of(&verdict.assertion)
                    .any(|earlier| earlier.attempt == attempt && earlier.revision == verdict.revision)
        })
    }

    /// All verdicts on an assertion, oldest first.
    fn verdicts_of(&self, id: &AssertionId) -> impl Iterator<Item = &Verdict> {
        self.verdicts.get(id).into_iter().flatten()
    }

    /// How far off a finding is put when nobody says until when: a blocking one to the next round, another to the next
    /// gate at which the person has not seen it yet.
    pub fn usual_until(&self, finding: &Finding) -> Until {
        let gate = GateId::Milestone(finding.milestone);
        match finding.severity {
            Severity::Blocking => Until::NextRound,
            Severity::NonBlocking | Severity::Suggestion if self.gates.contains_key(&gate) => Until::Final,
            Severity::NonBlocking | Severity::Suggestion => Until::Milestone,
        }
    }
}
