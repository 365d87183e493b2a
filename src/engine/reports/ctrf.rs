//! Reports in JSON: CTRF, and the lines of `go test -json`.

use serde::Deserialize;

use crate::domain::tests::{TestCase, TestOutcome, TestRun};

#[derive(Deserialize)]
struct Ctrf {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    status: String,
    #[serde(default)]
    suite: serde_json::Value,
}

/// Reads a whole CTRF report.
pub(super) fn read(text: &str) -> Result<TestRun, String> {
    let report: Ctrf =
        serde_json::from_str(text).map_err(|error| format!("it is no CTRF report: {error}"))?;
    let case = |test: Test| {
        let suite = match &test.suite {
            serde_json::Value::String(suite) => format!("{suite} "),
            serde_json::Value::Array(parts) => {
                let parts = parts.iter().filter_map(|part| part.as_str());
                parts.map(|part| format!("{part} ")).collect::<Vec<_>>().concat()
            }
            _ => String::new(),
        };
        let outcome = match test.status.as_str() {
            "passed" => TestOutcome::Passed,
            "skipped" | "pending" => TestOutcome::Skipped,
            _ => TestOutcome::Failed,
        };
        TestCase::new(format!("{suite}{}", test.name), outcome)
    };
    Ok(TestRun::of_cases(report.results.tests.into_iter().map(case).collect()))
}

/// Collects what `go test -json` says.
#[derive(Default)]
pub(super) struct GoLines {
    cases: Vec<TestCase>,
    spoke: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GoEvent {
    action: String,
    #[serde(default)]
    package: String,
    test: Option<String>,
}

impl GoLines {
    /// Takes a line, and says whether it was one of these.
    pub(super) fn line(&mut self, line: &str) -> bool {
        if !line.starts_with("{\"") {
            return false;
        }
        let Ok(event) = serde_json::from_str::<GoEvent>(line) else { return false };
        self.spoke = true;
        let outcome = match event.action.as_str() {
            "pass" => TestOutcome::Passed,
            "fail" => TestOutcome::Failed,
            "skip" => TestOutcome::Skipped,
            _ => return true,
        };
        if let Some(test) = event.test {
            self.cases.push(TestCase::new(format!("{} {test}", event.package), outcome));
        }
        true
    }

    pub(super) fn finish(self) -> Option<TestRun> {
        self.spoke.then(|| TestRun::of_cases(self.cases))
    }
}
