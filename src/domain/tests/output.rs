//! Reading what a command printed, line by line, with every runner that is known.

use super::{TestCase, TestCounts, TestOutcome, TestRun, javascript, native, python};

/// Characters of a line that are looked at.
const LONGEST: usize = 4_000;
/// Cases that are collected while a run is read; a run that has more is told by its numbers.
const MOST: usize = 50_000;

/// A test runner's way of speaking.
pub(super) trait Runner {
    /// Takes the next line, without the white space around it.
    fn line(&mut self, line: &str, indent: usize);
    /// What it said in all; nothing where it never spoke.
    fn finish(&mut self) -> Option<TestRun>;
}

/// Takes lines and says at the end which tests were run.
pub struct OutputReader {
    runners: Vec<Box<dyn Runner>>,
}

impl Default for OutputReader {
    fn default() -> Self {
        let mut runners = native::runners();
        runners.extend(python::runners());
        runners.extend(javascript::runners());
        Self { runners }
    }
}

impl OutputReader {
    /// Takes the next line.
    pub fn line(&mut self, line: &str) {
        let line = line.get(..line.floor_char_boundary(LONGEST)).unwrap_or_default().trim_end();
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if !bare.is_empty() {
            self.runners.iter_mut().for_each(|runner| runner.line(bare, indent));
        }
    }

    /// What was said in all.
    pub fn finish(mut self) -> Option<TestRun> {
        let runs = self.runners.iter_mut().filter_map(|runner| runner.finish());
        runs.reduce(TestRun::and)
    }
}

/// Numbers and names that one runner gave.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counts: Option<TestCounts>,
    pub(super) cases: Vec<TestCase>,
}

impl Tally {
    /// Adds a closing line's numbers.
    pub(super) fn add(&mut self, counts: TestCounts) {
        self.counts = Some(self.counts.unwrap_or_default().and(counts));
    }

    /// Adds a test by its name.
    pub(super) fn case(&mut self, name: &str, outcome: TestOutcome) {
        if self.cases.len() < MOST {
            self.cases.push(TestCase::new(name, outcome));
        }
    }

    /// What was said, where there was a closing line.
    pub(super) fn closed(&mut self) -> Option<TestRun> {
        Some(TestRun::new(self.counts.take()?, std::mem::take(&mut self.cases)))
    }

    /// What was said, where tests were named.
    pub(super) fn named(&mut self) -> Option<TestRun> {
        let cases = std::mem::take(&mut self.cases);
        (!cases.is_empty()).then(|| TestRun::of_cases(cases))
    }
}

/// Reads `3 passed`, `1 failed` and the like; the words of numbers that do not count are named in `others`.
pub(super) fn numbers<'a>(
    parts: impl Iterator<Item = &'a str>,
    outcome: fn(&str) -> Option<TestOutcome>,
    others: &[&str],
) -> Option<TestCounts> {
    let mut counts = TestCounts::default();
    for part in parts {
        let (number, word) = part.trim().split_once(' ')?;
        let number: u32 = number.parse().ok()?;
        match outcome(word.trim()) {
            Some(TestOutcome::Passed) => counts.passed = counts.passed.saturating_add(number),
            Some(TestOutcome::Failed) => counts.failed = counts.failed.saturating_add(number),
            Some(TestOutcome::Skipped) => counts.skipped = counts.skipped.saturating_add(number),
            None if others.contains(&word.trim()) => {}
            None => return None,
        }
    }
    Some(counts)
}

/// The number that a text begins with.
pub(super) fn leading(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// The number behind a word, as in `failures=2` or `Failures: 2`.
pub(super) fn behind(text: &str, word: &str) -> u32 {
    text.split_once(word).and_then(|(_, rest)| leading(rest.trim_start())).unwrap_or(0)
}
