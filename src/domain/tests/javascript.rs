//! node --test, vitest, jest, mocha.

use super::output::{Runner, Tally, leading, numbers};
use super::{TestCounts, TestOutcome, TestRun};

pub(super) fn runners() -> Vec<Box<dyn Runner>> {
    vec![Box::new(Node::default()), Box::new(Jest::default()), Box::new(Mocha::default())]
}

/// `ℹ tests 5`, `ℹ pass 4` and so on; the same behind `#` where the output is TAP.
#[derive(Default)]
struct Node {
    tests: Option<u32>,
    failed: u32,
    skipped: u32,
    tally: Tally,
}

impl Runner for Node {
    fn line(&mut self, line: &str, indent: usize) {
        let said = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ").filter(|_| indent == 0));
        let Some((word, number)) = said.and_then(|said| said.split_once(' ')) else { return };
        let Ok(number) = number.parse::<u32>() else { return };
        match word {
            "tests" => {
                self.close();
                self.tests = Some(number);
            }
            "fail" | "cancelled" => self.failed = self.failed.saturating_add(number),
            "skipped" | "todo" => self.skipped = self.skipped.saturating_add(number),
            _ => {}
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.close();
        self.tally.closed()
    }
}

impl Node {
    fn close(&mut self) {
        let (failed, skipped) = (std::mem::take(&mut self.failed), std::mem::take(&mut self.skipped));
        if let Some(all) = self.tests.take() {
            let passed = all.saturating_sub(failed).saturating_sub(skipped);
            self.tally.add(TestCounts { passed, failed, skipped });
        }
    }
}

/// jest: `Tests:       1 failed, 1 skipped, 4 passed, 6 total`; vitest: `Tests  1 failed | 4 passed | 1 skipped (6)`.
#[derive(Default)]
struct Jest {
    tally: Tally,
}

impl Runner for Jest {
    fn line(&mut self, line: &str, _indent: usize) {
        if line.starts_with("No tests found, exiting with code") || line.starts_with("No test files found") {
            self.tally.add(TestCounts::default());
            return;
        }
        if let Some(said) = line.strip_prefix("Tests:") {
            if let Some(counts) = numbers(said.split(", "), word, &["total"]) {
                self.tally.add(counts);
            }
        } else if let Some(said) = line.strip_prefix("Tests  ") {
            let said = said.rsplit_once(" (").map_or(said, |(said, _)| said).trim();
            let counts = if said == "no tests" {
                Some(TestCounts::default())
            } else {
                numbers(said.split(" | "), word, &[])
            };
            if let Some(counts) = counts {
                self.tally.add(counts);
            }
        } else if let Some((name, outcome)) = marked(line) {
            self.tally.case(name, outcome);
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}

fn word(word: &str) -> Option<TestOutcome> {
    match word {
        "passed" | "passing" => Some(TestOutcome::Passed),
        "failed" | "failing" => Some(TestOutcome::Failed),
        "skipped" | "pending" | "todo" => Some(TestOutcome::Skipped),
        _ => None,
    }
}

/// A test behind its mark, without its time.
fn marked(line: &str) -> Option<(&str, TestOutcome)> {
    let (mark, name) = line.split_once(' ')?;
    let outcome = match mark {
        "✓" | "✔" | "√" => TestOutcome::Passed,
        "✗" | "✕" | "✖" | "×" => TestOutcome::Failed,
        "○" | "↓" | "﹣" => TestOutcome::Skipped,
        _ => return None,
    };
    let name = name.trim();
    let name = name.strip_prefix("skipped ").unwrap_or(name);
    let bare = name.rsplit_once(' ').filter(|(_, time)| time.ends_with("ms")).map_or(name, |(name, _)| name);
    Some((
        bare.rsplit_once(" (")
            .filter(|(_, time)| time.ends_with("s)") || leading(time).is_some())
            .map_or(bare, |(name, _)| name),
        outcome,
    ))
}

/// `5 passing (10ms)`, `1 failing`, `2 pending`.
#[derive(Default)]
struct Mocha {
    tally: Tally,
}

impl Runner for Mocha {
    fn line(&mut self, line: &str, _indent: usize) {
        let said = line.split(" (").next().unwrap_or(line);
        if let Some((number, word_of_line)) = said.split_once(' ')
            && number.parse::<u32>().is_ok()
            && ["passing", "failing", "pending"].contains(&word_of_line)
            && let Some(counts) = numbers(std::iter::once(said), word, &[])
        {
            self.tally.add(counts);
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}
