//! The typed summary a worker's attempt ends with.

use serde::{Deserialize, Serialize};

use super::finding::Severity;
use super::text::{Line, Prose, Title};

/// What a worker says it did. The engine believes none of it without looking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    pub summary: Prose,
    pub implemented: Vec<Line>,
    /// Each item becomes a finding, to be taken up or dismissed.
    pub left_undone: Vec<Line>,
    pub commands: Vec<ClaimedRun>,
    pub checks: Vec<ManualCheck>,
    pub tests: TestsAdded,
    pub issues: Vec<Issue>,
    pub procedure: Procedure,
    /// Short notes for later agents, used once a validator confirms them.
    pub learned: Vec<Line>,
}

/// A command the worker says it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedRun {
    pub command: Line,
    pub exit_code: i32,
    pub observation: Line,
}

/// Something tried by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualCheck {
    pub action: Line,
    pub observed: Line,
}

/// The tests that came with the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestsAdded {
    pub added: Vec<TestFile>,
    pub coverage: Option<Line>,
}

/// The test cases of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestFile {
    pub file: Title,
    pub cases: Vec<Title>,
}

/// Something that is wrong, as its finder tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub severity: Severity,
    pub description: Line,
    pub suggested_fix: Option<Line>,
}

/// Whether the worker went about it as told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Procedure {
    Followed,
    Deviated { deviations: Vec<Deviation> },
}

/// A step that was done otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    pub step: Line,
    pub instead: Line,
    pub why: Line,
}

impl Handoff {
    /// How many test cases came with the work.
    pub fn tests_added(&self) -> usize {
        self.tests.added.iter().map(|file| file.cases.len()).sum()
    }
}
