//! The typed summary a worker's attempt ends with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finding::Severity;
use super::text::{Line, Prose, Title};

/// What you did and leave behind. flightdeck looks for itself before it believes any of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handoff {
    /// For somebody who reads only this.
    #[schemars(extend("x-cut" = true))]
    pub summary: Prose,
    /// What exists now; empty if nothing was to be done.
    pub implemented: Vec<Line>,
    /// Asked for and not done.
    #[serde(default)]
    pub left_undone: Vec<Line>,
    /// Run at the end, and what they said; each is run again.
    #[serde(default)]
    pub commands: Vec<ClaimedRun>,
    /// Tried by hand.
    #[serde(default)]
    pub checks: Vec<ManualCheck>,
    #[serde(default)]
    pub tests: TestsAdded,
    /// Wrong, and not mended.
    #[serde(default)]
    pub issues: Vec<Issue>,
    /// An agent gives it as a [`ProcedureDraft`].
    #[serde(default)]
    #[schemars(skip)]
    pub procedure: Procedure,
    /// Facts for later workers.
    // They are used once a validator confirms them.
    #[serde(default)]
    pub learned: Vec<Line>,
}

/// A command the worker says it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct ClaimedRun {
    pub command: Line,
    pub exit_code: i32,
    pub observation: Line,
}

/// Something tried by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct ManualCheck {
    pub action: Line,
    #[schemars(extend("x-cut" = true))]
    pub observed: Line,
}

/// The tests that came with the work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct TestsAdded {
    #[serde(default)]
    pub added: Vec<TestFile>,
    pub coverage: Option<Line>,
}

/// The test cases of one file, each by the name that its runner gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct TestFile {
    pub file: Title,
    // A long name of a test is clipped: it is no reason to refuse a handoff.
    #[schemars(with = "Vec<String>", inner(length(min = 1)))]
    pub cases: Vec<Title>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct Issue {
    pub severity: Severity,
    /// How it shows and what follows from it.
    pub description: Line,
    pub suggested_fix: Option<Line>,
}

/// Whether the worker followed its procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Procedure {
    /// Step by step.
    #[default]
    Followed,
    /// Not in these steps.
    Deviated { deviations: Vec<Deviation> },
}

/// A [`Procedure`] as an agent gives it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct ProcedureDraft {
    pub followed: bool,
    #[serde(default)]
    pub deviations: Vec<Deviation>,
}

impl From<ProcedureDraft> for Procedure {
    fn from(ProcedureDraft { followed, deviations }: ProcedureDraft) -> Self {
        if followed && deviations.is_empty() { Self::Followed } else { Self::Deviated { deviations } }
    }
}

/// A step that was done otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
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
