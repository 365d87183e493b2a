//! One validation pass over a milestone: gate commands, reviews, scrutiny, then user testing.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::environment::CommandRun;
use super::finding::{Finding, FindingState, Severity, Source};
use super::flow::FlowShare;
use super::handoff::Issue;
use super::id::{AssertionId, AttemptId, Commit, FeatureId, MilestoneId, Revision, Timestamp};
use super::tests;
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
    /// Those of its assertions that are tried only because the person wants them proven again.
    #[serde(default)]
    pub asked: Vec<AssertionId>,
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
    /// The person took back what it was to prove again, before anything came of it.
    #[strum(serialize = "taken back")]
    TakenBack,
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

/// Something that a handoff says and that is not so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct FalseClaim {
    /// What the handoff says, in its words.
    #[schemars(extend("x-cut" = true))]
    pub said: Line,
    /// What is so instead, and how you saw it.
    #[schemars(extend("x-cut" = true))]
    pub seen: Line,
    pub severity: Severity,
}

impl ReviewIssue {
    /// The issue with its place in front.
    pub fn placed(self) -> Issue {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        let description = Line::clipped(format!("{}{line}: {}", self.file, self.issue.description));
        Issue { description, ..self.issue }
    }

    /// Whether it is a finding that a reviewer reported before: as grave, at the same place, in nearly the same words. What
    /// was dismissed is not taken up again by it, and what is known without a place is another thing.
    pub fn is_also(&self, known: &Finding) -> bool {
        let reviewed = matches!(known.source, Source::Review { .. });
        let dismissed = matches!(known.state, FindingState::Dismissed { .. });
        let Some((file, line, words)) = place(known.description.as_str()) else { return false };
        let near = match (self.line, line) {
            (Some(one), Some(other)) => one.abs_diff(other) <= NEAR,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        reviewed
            && !dismissed
            && known.severity == self.issue.severity
            && file == self.file.as_str()
            && near
            && alike(self.issue.description.as_str(), words)
    }
}

/// Lines that lie between two reports of one fault at most.
const NEAR: u32 = 10;

/// The file, the line and the words of an issue, as [`ReviewIssue::placed`] joins them.
fn place(description: &str) -> Option<(&str, Option<u32>, &str)> {
    let (place, words) = description.split_once(": ")?;
    let placed = place.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    Some(placed.map_or((place, None, words), |(file, line)| (file, Some(line), words)))
}

/// Whether two descriptions say the same: most of the words that tell are in both, and each number and name in code is.
fn alike(one: &str, other: &str) -> bool {
    let telling = |text: &str| -> BTreeSet<String> {
        tests::words(text).into_iter().filter(|word| word.chars().count() > 3).collect()
    };
    let exact = |text: &str| -> BTreeSet<String> {
        let quoted = text.split('`').skip(1).step_by(2).map(str::to_owned);
        quoted.chain(tests::words(text).into_iter().filter(|word| word.parse::<u64>().is_ok())).collect()
    };
    let (first, second) = (telling(one), telling(other));
    let (both, all) = (first.intersection(&second).count(), first.union(&second).count());
    all > 0 && both * 10 >= all * 6 && exact(one) == exact(other)
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
            asked: Vec::new(),
            outcome: None,
        }
    }

    /// Whether it still runs.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    /// Whether it tries an assertion only because the person wants it proven again. Rounds of older versions say so only
    /// where they prove again and nothing else.
    pub fn is_asked(&self, id: &AssertionId) -> bool {
        self.asked.contains(id) || (self.again && self.to_test.contains(id))
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
