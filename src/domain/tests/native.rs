//! cargo test, nextest, go test, ctest, TAP, Maven.

use super::output::{Runner, Tally, behind, leading, numbers};
use super::{TestCase, TestCounts, TestOutcome, TestRun};

pub(super) fn runners() -> Vec<Box<dyn Runner>> {
    vec![
        Box::new(Cargo::default()),
        Box::new(Nextest::default()),
        Box::new(Go::default()),
        Box::new(Ctest::default()),
        Box::new(Tap::default()),
        Box::new(Maven::default()),
    ]
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s`, once a binary.
#[derive(Default)]
struct Cargo {
    tally: Tally,
    binary: String,
}

impl Runner for Cargo {
    fn line(&mut self, line: &str, _indent: usize) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            let parts = rest.split_once(". ").map_or("", |(_, numbers)| numbers);
            let parts = parts.split("; ").filter(|part| !part.starts_with("finished"));
            if let Some(counts) = numbers(parts, word, &["filtered out", "measured"]) {
                self.tally.add(counts);
            }
        } else if let Some(rest) = line.strip_prefix("Running ").or_else(|| line.strip_prefix("Doc-tests ")) {
            rest.split(" (").next().unwrap_or(rest).clone_into(&mut self.binary);
        } else if let Some((name, said)) =
            line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
            && let Some(outcome) = word(said.split(',').next().unwrap_or(said))
        {
            self.tally.case(&format!("{} {name}", self.binary), outcome);
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}

fn word(word: &str) -> Option<TestOutcome> {
    match word {
        "ok" | "passed" => Some(TestOutcome::Passed),
        "FAILED" | "failed" | "timed out" | "exec failed" => Some(TestOutcome::Failed),
        "ignored" | "skipped" => Some(TestOutcome::Skipped),
        _ => None,
    }
}

/// `Summary [   0.014s] 3 tests run: 2 passed (1 slow), 1 failed, 1 skipped`.
#[derive(Default)]
struct Nextest {
    tally: Tally,
    closed: bool,
}

impl Runner for Nextest {
    fn line(&mut self, line: &str, _indent: usize) {
        let Some((word_of_line, rest)) = line.split_once(" [") else { return };
        let Some((_, rest)) = rest.split_once(']') else { return };
        let outcome = match word_of_line.trim() {
            "Summary" => {
                let Some((_, said)) = rest.split_once(" run: ") else { return };
                let said = without_brackets(said);
                if let Some(counts) = numbers(said.split(", "), word, &["flaky", "leaky", "slow"]) {
                    self.tally.add(counts);
                    self.closed = true;
                }
                return;
            }
            "PASS" | "LEAK" => TestOutcome::Passed,
            "FAIL" | "TIMEOUT" | "ABORT" => TestOutcome::Failed,
            signal if signal.starts_with("SIG") => TestOutcome::Failed,
            "SKIP" => TestOutcome::Skipped,
            _ => return,
        };
        // Failures are told once more below the summary.
        if !self.closed {
            let name = rest.trim_start();
            let name =
                name.strip_prefix('(').and_then(|name| name.split_once(')')).map_or(name, |(_, name)| name);
            self.tally.case(name, outcome);
        }
    }

    /// It does not name what it leaves out, so names that account for all that ran are enough.
    fn finish(&mut self) -> Option<TestRun> {
        let counts = self.tally.counts?;
        let cases = std::mem::take(&mut self.tally.cases);
        let ran = cases.iter().filter(|case| case.outcome != TestOutcome::Skipped).count();
        let all = u32::try_from(ran).is_ok_and(|ran| ran == counts.ran());
        let unnamed = TestRun::new(counts, Vec::new());
        Some(if all && counts.skipped == 0 { TestRun::new(counts, cases) } else { unnamed })
    }
}

/// A text without what stands in round brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let kept = text.chars().filter(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    });
    kept.collect()
}

/// `--- PASS: TestX (0.00s)` with `-v`, then `ok  pkg 0.01s`; without it, packages are all that is counted.
#[derive(Default)]
struct Go {
    /// Tests of the package that is not closed yet.
    pending: Vec<TestCase>,
    tests: Vec<TestCase>,
    packages: Vec<TestCase>,
    spoke: bool,
}

impl Runner for Go {
    fn line(&mut self, line: &str, _indent: usize) {
        if let Some((said, rest)) = line.strip_prefix("--- ").and_then(|rest| rest.split_once(": ")) {
            let outcome = match said {
                "PASS" => TestOutcome::Passed,
                "FAIL" => TestOutcome::Failed,
                "SKIP" => TestOutcome::Skipped,
                _ => return,
            };
            if self.pending.len() + self.tests.len() < super::MOST_CASES {
                self.pending.push(TestCase::new(rest.split(" (").next().unwrap_or(rest), outcome));
            }
            return;
        }
        let mut words = line.split('\t').map(str::trim);
        let (said, package) = (words.next().unwrap_or_default(), words.next());
        let Some(package) = package.filter(|package| !package.is_empty()) else { return };
        let rest = words.collect::<Vec<_>>().join(" ");
        match said {
            "ok" => self.close(package, TestOutcome::Passed, rest.contains("[no tests to run]")),
            "FAIL" => self.close(package, TestOutcome::Failed, false),
            "?" => self.spoke |= rest.contains("[no test files]"),
            _ => {}
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tests.append(&mut self.pending);
        // Without `-v` only failures are named.
        let is_verbose = self.tests.iter().any(|test| test.outcome != TestOutcome::Failed);
        let cases = std::mem::take(if is_verbose { &mut self.tests } else { &mut self.packages });
        (self.spoke || !cases.is_empty()).then(|| TestRun::of_cases(cases))
    }
}

impl Go {
    fn close(&mut self, package: &str, outcome: TestOutcome, is_empty: bool) {
        self.spoke = true;
        if !is_empty {
            self.packages.push(TestCase::new(package, outcome));
        }
        let named = self
            .pending
            .drain(..)
            .map(|test| TestCase::new(format!("{package} {}", test.name), test.outcome));
        self.tests.extend(named);
    }
}

/// ` 1/5 Test #1: name ....   Passed    0.00 sec`, then `100% tests passed, 0 tests failed out of 5`.
#[derive(Default)]
struct Ctest {
    tally: Tally,
    /// Failed, and of how many.
    closed: Option<(u32, u32)>,
}

impl Runner for Ctest {
    fn line(&mut self, line: &str, _indent: usize) {
        if line.starts_with("No tests were found!!!") {
            self.closed = Some((0, 0));
        } else if let Some((_, rest)) = line.split_once("% tests passed, ") {
            let of = rest.split_once(" out of ").and_then(|(_, of)| leading(of));
            self.closed = leading(rest).zip(of);
        } else if let Some((_, rest)) = line.split_once(" Test ").filter(|(place, _)| place.contains('/'))
            && let Some((_, rest)) = rest.split_once(": ")
        {
            let name = rest.split(" .").next().unwrap_or(rest);
            let outcome = match rest {
                said if said.contains("***Skipped") || said.contains("***Not Run (Disabled)") => {
                    TestOutcome::Skipped
                }
                said if said.contains(" Passed ") => TestOutcome::Passed,
                _ => TestOutcome::Failed,
            };
            self.tally.case(name, outcome);
        }
    }

    fn finish(&mut self) -> Option<TestRun> {
        let (failed, all) = self.closed.take()?;
        let cases = std::mem::take(&mut self.tally.cases);
        if !cases.is_empty() {
            return Some(TestRun::of_cases(cases));
        }
        Some(TestRun::new(TestCounts { passed: all.saturating_sub(failed), failed, skipped: 0 }, cases))
    }
}

/// `ok 1 - name # SKIP why`, with a plan `1..3` or the version in front.
#[derive(Default)]
struct Tap {
    tally: Tally,
    announced: bool,
    planned: Option<u32>,
    /// node's own summary counts these better: here suites are tests too.
    is_node: bool,
}

impl Runner for Tap {
    fn line(&mut self, line: &str, indent: usize) {
        if indent > 0 {
            return;
        }
        self.announced |= line.starts_with("TAP version ");
        self.is_node |= line.starts_with("# tests ");
        if let Some(plan) = line.strip_prefix("1..") {
            self.planned = leading(plan);
        }
        let (failed, rest) = match (line.strip_prefix("not ok"), line.strip_prefix("ok")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return,
        };
        let Some(rest) = rest.strip_prefix(' ') else { return };
        let (said, directive) = rest.split_once(" # ").unwrap_or((rest, ""));
        let directive = directive.to_ascii_lowercase();
        let outcome = if directive.starts_with("skip") || directive.starts_with("todo") {
            TestOutcome::Skipped
        } else if failed {
            TestOutcome::Failed
        } else {
            TestOutcome::Passed
        };
        let name = said.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        self.tally.case(name.strip_prefix("- ").unwrap_or(name), outcome);
    }

    fn finish(&mut self) -> Option<TestRun> {
        if self.is_node || !(self.announced || self.planned.is_some()) {
            return None;
        }
        let mut run = self.tally.named().unwrap_or_default();
        // What was planned and never came has failed.
        let missing = self.planned.unwrap_or(0).saturating_sub(run.counts.total());
        run.counts.failed = run.counts.failed.saturating_add(missing);
        Some(TestRun::new(run.counts, run.cases))
    }
}

/// `Tests run: 5, Failures: 0, Errors: 0, Skipped: 1`, at the end of each module.
#[derive(Default)]
struct Maven {
    tally: Tally,
}

impl Runner for Maven {
    fn line(&mut self, line: &str, _indent: usize) {
        let Some((_, rest)) = line.split_once("Tests run: ") else { return };
        // Each class has such a line too, with its time.
        if rest.contains("Time elapsed") || !rest.contains("Failures: ") {
            return;
        }
        let failed = behind(rest, "Failures: ").saturating_add(behind(rest, "Errors: "));
        let skipped = behind(rest, "Skipped: ");
        let passed = leading(rest).unwrap_or(0).saturating_sub(failed).saturating_sub(skipped);
        self.tally.add(TestCounts { passed, failed, skipped });
    }

    fn finish(&mut self) -> Option<TestRun> {
        self.tally.closed()
    }
}
