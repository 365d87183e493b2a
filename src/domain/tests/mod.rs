//! What a run of tests says: how many passed, failed and were skipped, and which, where their names are known.
//!
//! A test runner is believed only by its own words: [`TestRun::of_output`] knows the closing lines of the usual ones.

mod comparison;
mod javascript;
mod name;
mod naming;
mod native;
mod output;
mod python;

pub use comparison::Shrinkage;
pub use name::{is_identifier, words};
pub use naming::naming;
pub use output::OutputReader;

use serde::{Deserialize, Serialize};

/// How many cases are kept by name; of a larger run the numbers are enough.
const MOST_CASES: usize = 20_000;
/// Characters of a name that are kept.
const NAME: usize = 240;

/// How a run of tests ended, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCounts {
    pub passed: u32,
    pub failed: u32,
    /// Skipped, ignored, pending, or expected to fail: nothing rests on them.
    pub skipped: u32,
}

/// What became of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    Passed,
    Failed,
    Skipped,
}

/// One test of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCase {
    pub name: String,
    pub outcome: TestOutcome,
}

/// What a run of tests says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRun {
    pub counts: TestCounts,
    /// By name, in the order of the run: all of them, or none where the runner does not name them or there are too many.
    #[serde(default)]
    pub cases: Vec<TestCase>,
}

impl TestCounts {
    /// How many tests there are.
    pub fn total(self) -> u32 {
        self.passed.saturating_add(self.failed).saturating_add(self.skipped)
    }

    /// How many tests were run to an end.
    pub fn ran(self) -> u32 {
        self.passed.saturating_add(self.failed)
    }

    /// The numbers of two runs together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            skipped: self.skipped.saturating_add(other.skipped),
        }
    }

    fn count(&mut self, outcome: TestOutcome) {
        let number = match outcome {
            TestOutcome::Passed => &mut self.passed,
            TestOutcome::Failed => &mut self.failed,
            TestOutcome::Skipped => &mut self.skipped,
        };
        *number = number.saturating_add(1);
    }
}

impl TestCase {
    /// A test by its name, which is clipped where it is very long.
    pub fn new(name: impl AsRef<str>, outcome: TestOutcome) -> Self {
        Self { name: name.as_ref().trim().chars().take(NAME).collect(), outcome }
    }
}

impl TestRun {
    /// What the output of a command says of the tests that it ran; nothing where no known runner spoke.
    pub fn of_output(output: &str) -> Option<Self> {
        let mut reader = OutputReader::default();
        output.lines().for_each(|line| reader.line(line));
        reader.finish()
    }

    /// A run of which each test is known.
    pub fn of_cases(cases: Vec<TestCase>) -> Self {
        let mut counts = TestCounts::default();
        for case in &cases {
            counts.count(case.outcome);
        }
        Self::new(counts, cases)
    }

    /// A run of which the numbers are known. Names that do not account for all of them say too little to be compared.
    pub fn new(counts: TestCounts, cases: Vec<TestCase>) -> Self {
        let known = u32::try_from(cases.len()).is_ok_and(|known| known == counts.total());
        let cases = if known && cases.len() <= MOST_CASES { cases } else { Vec::new() };
        Self { counts, cases }
    }

    /// Two runs together, such as those of two commands.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let counts = self.counts.and(other.counts);
        self.cases.extend(other.cases);
        Self::new(counts, self.cases)
    }
}
