//! pytest, unittest; and `RSpec`, which closes in much the same words.

use super::output::{Runner, Tally, behind, leading, numbers};
use super::{TestCounts, TestOutcome, TestRun};

pub(super) fn runners() -> Vec<Box<dyn Runner>> {
    vec![Box::new(Pytest::default()), Box::new(Unittest::default()), Box::new(Rspec::default())]
}

/// `==== 3 passed, 1 skipped in 0.02s ====`, or the same without the rules.
#[derive(Default)]
struct Pytest {
    tally: Tally,
}

/// Numbers in pytest's closing line that are no tests of the run: what was deselected is what a filter leaves out.
const ASIDE: [&str; 7] =
    ["deselected", "warning", "warnings", "rerun", "subtests passed", "subtests failed", "snapshots passed"];

impl Runner for Pytest {
    fn line(&mut self, line: &str, _indent: usize) {
        let bare = line.trim_matches(|c| c == '=' || c == ' ');
        if let Some((said, rest)) = bare.rsplit_once(" in ")
            && is_time(rest)
        {
            let counts = match said {
                "no tests ran" => Some(TestCounts::default()),
                said => numbers(said.split(", "), pytest_word, &ASIDE),
            };
            if let Some(counts) = counts {
                self.tally.add(counts);
            }
        } else if line.contains("::") {
            let line = line
                .rsplit_once(" [")
                .filter(|(_, rest)| rest.ends_with("%]"))
                .map_or(line, |(said, _)| said);
            if let Some((name, said)) = line.trim_end().split_once(' ')
                && let Some(outcome) = pytest_word(said.split([' ', '(']).next().unwrap_or(said))
            {
                self.tally.case(name, outcome);
            }
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}

/// `0.02s`, `75.31s (0:01:15)`.
fn is_time(text: &str) -> bool {
    let seconds = text.split(' ').next().and_then(|time| time.strip_suffix('s'));
    seconds.is_some_and(|seconds| seconds.parse::<f64>().is_ok())
}

fn pytest_word(word: &str) -> Option<TestOutcome> {
    match word {
        "passed" | "xpassed" | "PASSED" | "XPASS" => Some(TestOutcome::Passed),
        "failed" | "error" | "errors" | "FAILED" | "ERROR" => Some(TestOutcome::Failed),
        "skipped" | "xfailed" | "SKIPPED" | "XFAIL" => Some(TestOutcome::Skipped),
        _ => None,
    }
}

/// `Ran 5 tests in 0.001s`, then `OK (skipped=1)` or `FAILED (failures=1, errors=1)`.
#[derive(Default)]
struct Unittest {
    tally: Tally,
    ran: Option<u32>,
}

impl Runner for Unittest {
    fn line(&mut self, line: &str, _indent: usize) {
        if let Some(rest) = line.strip_prefix("Ran ") {
            let is_closing = rest.contains(" test in ") || rest.contains(" tests in ");
            self.ran = leading(rest).filter(|_| is_closing).or(self.ran);
        } else if let Some(ran) = self.ran
            && (line == "OK"
                || line.starts_with("OK (")
                || line.starts_with("FAILED (")
                || line == "NO TESTS RAN"
                || line.starts_with("NO TESTS RAN ("))
        {
            let failed = behind(line, "(failures=")
                .max(behind(line, " failures="))
                .saturating_add(behind(line, "errors="));
            let skipped = behind(line, "skipped=").saturating_add(behind(line, "expected failures="));
            let passed = ran.saturating_sub(failed).saturating_sub(skipped);
            self.tally.add(TestCounts { passed, failed, skipped });
            self.ran = None;
        } else if let Some((name, said)) = line.rsplit_once(" ... ").filter(|(name, _)| name.ends_with(')')) {
            let outcome = match said {
                "ok" | "unexpected success" => TestOutcome::Passed,
                "FAIL" | "ERROR" => TestOutcome::Failed,
                _ if said.starts_with("skipped") || said == "expected failure" => TestOutcome::Skipped,
                _ => return,
            };
            self.tally.case(name, outcome);
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}

/// `5 examples, 0 failures, 1 pending`.
#[derive(Default)]
struct Rspec {
    tally: Tally,
}

impl Runner for Rspec {
    fn line(&mut self, line: &str, _indent: usize) {
        let Some((all, rest)) = line.split_once(" example") else { return };
        let (Ok(all), Some(rest)) = (all.parse::<u32>(), rest.trim_start_matches('s').strip_prefix(", "))
        else {
            return;
        };
        let number =
            |word: &str| rest.split(", ").find(|part| part.contains(word)).and_then(leading).unwrap_or(0);
        let (failed, skipped) = (number("failure"), number("pending"));
        self.tally.add(TestCounts {
            passed: all.saturating_sub(failed).saturating_sub(skipped),
            failed,
            skipped,
        });
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}
