//! What a worker asks to have changed of an assertion while it works, and what the orchestrator answers. Whoever decides, a
//! blocking assertion that a worker asked to amend changes by the person alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use super::attempt::{AgentWork, Attempt, Ending};
use super::contract::Assertion;
use super::finding::{Finding, FindingState, Source};
use super::id::{AssertionId, AttemptId, FindingId, ProposalId};
use super::mission::Mission;
use super::text::{Line, worded};

/// What the orchestrator says to a worker's request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentAnswer {
    pub outcome: AmendmentOutcome,
    /// Why, or what holds instead.
    pub words: Line,
    /// What waits for the person, where the change is theirs to decide on.
    pub proposal: Option<ProposalId>,
}

/// Whether an assertion changes as a worker asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(Serialize, Deserialize, JsonSchema, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AmendmentOutcome {
    /// It changes as the worker asks.
    Agreed,
    /// Something else is done than the worker asks.
    Countered,
    /// It stays as it is.
    Refused,
}

worded!(AmendmentOutcome);

impl AmendmentAnswer {
    /// It as the reason why the request is settled: `agreed: the goal says so; the person decides on PRO-1`.
    pub fn sentence(&self) -> String {
        let waits = self.proposal.map(|id| format!("; the person decides on {id}")).unwrap_or_default();
        format!("{}: {}{waits}", self.outcome.word(), self.words)
    }
}

impl Finding {
    /// The worker whose request to amend an assertion it is.
    pub fn amendment_of(&self) -> Option<AttemptId> {
        if let Source::Amendment { attempt } = self.source { Some(attempt) } else { None }
    }
}

impl Mission {
    /// Requests of workers who are still at work that nobody has decided on.
    pub fn open_amendments(&self) -> impl Iterator<Item = &Finding> {
        self.undecided_findings().filter(|finding| self.amendment_asker(finding).is_some())
    }

    /// The worker whose request a finding is, as long as it is at work.
    pub fn amendment_asker(&self, finding: &Finding) -> Option<AttemptId> {
        let asker = self.attempts.get(&finding.amendment_of()?)?;
        asker.is_live().then_some(asker.id)
    }

    /// Whether the orchestrator is to be woken for a request: once. What it leaves open then is decided at the triage.
    pub(super) fn has_unread_amendment(&self) -> bool {
        let unread = |finding: &Finding| {
            let asked = self.amendments_asked.get(&finding.id);
            asked.is_some_and(|newest| !self.attempts.values().any(|later| read(later, *newest)))
        };
        self.open_amendments().any(unread)
    }

    /// Whether a change of an assertion is the person's because it is blocking and a worker asked for one.
    pub fn is_amended_by_person(&self, id: &AssertionId) -> bool {
        let asked =
            |finding: &Finding| finding.amendment_of().is_some() && finding.assertion.as_ref() == Some(id);
        self.contract.get(id).is_some_and(Assertion::is_blocking) && self.findings.values().any(asked)
    }

    /// Takes in a finding; of a request also which attempts cannot have read it.
    pub(super) fn raise_finding(&mut self, finding: &Finding) {
        if finding.amendment_of().is_some() {
            let newest = self.attempts.keys().next_back().copied();
            self.amendments_asked.extend(newest.map(|newest| (finding.id, newest)));
        }
        self.findings.insert(finding.id, finding.clone());
    }

    pub(super) fn settle_amendment(&mut self, id: FindingId, answer: &AmendmentAnswer) {
        if let Some(finding) = self.findings.get_mut(&id) {
            finding.state = FindingState::Dismissed { reason: Line::clipped(answer.sentence()) };
        }
    }
}

/// Whether an attempt began after a request was made, talked, and came to an end of its own or by the person.
fn read(later: &Attempt, newest: AttemptId) -> bool {
    let ended = later.ended.as_ref().is_some_and(|ended| match ended.ending {
        Ending::Done | Ending::Failed { .. } | Ending::Stopped { .. } => true,
        Ending::Unusable { .. } | Ending::Interrupted => false,
    });
    later.work == AgentWork::Talk && later.id > newest && ended
}
