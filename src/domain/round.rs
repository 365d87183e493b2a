//! One validation pass over a milestone: gate commands, reviews, scrutiny, then user testing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::environment::CommandRun;
use super::flow::FlowShare;
use super::handoff::Issue;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, MilestoneId, Revision, Timestamp};
use super::text::{Line, Prose, Title, worded};

/// One pass, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub milestone: MilestoneId,
    /// 1 for the first.
    pub number: u32,
    /// The commit under test.
    pub commit: Commit,
    pub opened: Timestamp,
    pub runs: Vec<CommandRun>,
    /// What the contract's own commands did when the engine ran them; none in rounds of older versions.
    #[serde(default)]
    pub checks: Vec<CheckRun>,
    /// The features whose diff is read in this round: new ones and those whose review failed.
    pub to_review: Vec<FeatureId>,
    pub reviews: BTreeMap<FeatureId, Review>,
    pub scrutiny: Option<ScrutinyReport>,
    /// The assertions that are tried in this round: failed, stale and new ones.
    pub to_test: Vec<AssertionId>,
    /// What the one tester of it reported.
    pub user_testing: Option<UserTestingReport>,
    /// The shares of several testers; empty where one tries everything.
    #[serde(default)]
    pub flows: Vec<FlowShare>,
    /// Whether it only proves again what passed before: nothing is reviewed in it.
    #[serde(default)]
    pub again: bool,
    pub outcome: Option<RoundOutcome>,
}

/// What the command of an assertion's check did when the engine ran it at the commit of a round. No agent can overrule
/// it: while it is red, the assertion does not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    pub assertion: AssertionId,
    /// The revision whose command it is.
    pub revision: Revision,
    pub run: CommandRun,
}

/// What a round looks at, as it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundScope {
    pub milestone: MilestoneId,
    pub round: u32,
    pub commit: Commit,
    pub to_review: Vec<FeatureId>,
    pub to_test: Vec<AssertionId>,
    /// How they are divided among testers at the same time; empty where one tries them all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Vec<AssertionId>>,
    /// Whether it only proves again what passed before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RoundOutcome {
    Passed,
    Failed,
    /// Nothing failed, but something could not be tried.
    Blocked,
}

worded!(RoundOutcome);

/// What a reviewer says of one feature's diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub attempt: AttemptId,
    pub summary: Prose,
    pub opinion: Opinion,
    pub issues: Vec<ReviewIssue>,
}

/// Fail names at least one blocking issue; pass names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    Pass,
    Fail,
}

/// An issue at a place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewIssue {
    pub file: Title,
    pub line: Option<u32>,
    pub issue: Issue,
}

impl ReviewIssue {
    /// The issue with its place in front.
    pub fn placed(self) -> Issue {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        let description = Line::clipped(format!("{}{line}: {}", self.file, self.issue.description));
        Issue { description, ..self.issue }
    }
}

/// The scrutiny validator's synthesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrutinyReport {
    pub attempt: AttemptId,
    pub summary: Prose,
    pub issues: Vec<Issue>,
    /// Notes it confirms for later agents.
    pub knowledge: Vec<Line>,
}

/// The user-testing validator's summary; its verdicts stand on their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserTestingReport {
    pub attempt: AttemptId,
    pub summary: Prose,
    pub frictions: Vec<Line>,
    pub issues: Vec<Issue>,
}

impl Round {
    /// A round of which nothing is done yet.
    pub fn opened(scope: &RoundScope, at: Timestamp) -> Self {
        Self {
            milestone: scope.milestone,
            number: scope.round,
            commit: scope.commit.clone(),
            opened: at,
            runs: Vec::new(),
            checks: Vec::new(),
            to_review: scope.to_review.clone(),
            reviews: BTreeMap::new(),
            scrutiny: None,
            to_test: scope.to_test.clone(),
            user_testing: None,
            flows: scope
                .flows
                .iter()
                .map(|to_test| FlowShare { to_test: to_test.clone(), report: None })
                .collect(),
            again: scope.again,
            outcome: None,
        }
    }

    /// Whether it still runs.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    /// What the command of an assertion did in it, at that revision.
    pub fn check(&self, assertion: &AssertionId, revision: Revision) -> Option<&CommandRun> {
        let found = |check: &&CheckRun| check.assertion == *assertion && check.revision == revision;
        self.checks.iter().rev().find(found).map(|check| &check.run)
    }

    /// What the contract's own commands did last, each once: one that was red may have been tried again.
    pub fn newest_checks(&self) -> impl Iterator<Item = &CheckRun> {
        let later =
            |index: usize, id: &AssertionId| self.checks.iter().skip(index + 1).any(|it| it.assertion == *id);
        let all = self.checks.iter().enumerate();
        all.filter(move |(index, check)| !later(*index, &check.assertion)).map(|(_, check)| check)
    }

    /// Takes in what the contract's own commands did. An assertion whose command is red is tried, even if it passed before:
    /// by the tester who has the fewest.
    pub(super) fn check_with(&mut self, checks: &[CheckRun]) {
        for check in checks {
            if !check.run.passed() && !self.to_test.contains(&check.assertion) {
                self.to_test.push(check.assertion.clone());
                if let Some(share) = self.flows.iter_mut().min_by_key(|share| share.to_test.len()) {
                    share.to_test.push(check.assertion.clone());
                }
            }
        }
        self.checks.extend(checks.iter().cloned());
    }

    /// Whether it got as far as its testers' reports: one that failed earlier has not tried everything it was to try.
    pub fn is_thorough(&self) -> bool {
        let tested = self.to_test.is_empty() || self.open_flows().is_empty();
        self.runs.iter().all(CommandRun::passed) && (self.again || self.scrutiny.is_some()) && tested
    }
}
