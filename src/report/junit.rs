//! The contract as a `JUnit` report: a suite for each milestone, a case for each assertion.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::error::ReportError;
use super::facts::MissionReport;
use super::proof::AssertionPart;
use crate::domain::verdict::Standing;

/// The report as XML.
///
/// # Errors
/// When it cannot be written.
pub fn junit(report: &MissionReport) -> Result<String, ReportError> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    let held = report.contract.iter().filter(|part| part.standing != Standing::Retired);
    for part in held {
        let name = if part.milestone.is_empty() { "claimed by no feature" } else { &part.milestone };
        suites.entry(name).or_insert_with(|| TestSuite::new(name)).add_test_case(case(part));
    }
    let mut all = Report::new(report.title.as_str());
    all.add_test_suites(suites.into_values());
    Ok(all.to_string()?)
}

fn case(part: &AssertionPart) -> TestCase {
    let newest = part.newest();
    let observed = newest.map_or("", |verdict| verdict.observed.as_str());
    let status = match part.standing {
        Standing::Passed if part.seen_red.proves_nothing() => {
            skipped(&format!("its check proves nothing: {}", part.seen_red_words))
        }
        Standing::Passed => TestCaseStatus::success(),
        Standing::Failed => non_success(NonSuccessKind::Failure, observed),
        Standing::Blocked => non_success(NonSuccessKind::Error, observed),
        Standing::Waived => skipped(&format!("waived: {}", part.waived)),
        Standing::Stale => skipped("stale: it was worded anew, or its evidence is gone, since its verdict"),
        Standing::Pending | Standing::Retired => skipped("no verdict yet"),
    };
    let mut case = TestCase::new(format!("{} {}", part.id, part.title), status);
    case.set_classname(format!("{}.{}", part.milestone, part.via));
    for doubt in &part.doubts {
        case.add_property(("doubt", *doubt));
    }
    if let Some(verdict) = newest {
        let evidence = verdict.evidence.join(" ");
        case.set_system_out(format!("{} at {}, evidence: {evidence}", verdict.by, verdict.commit));
    }
    case
}

fn non_success(kind: NonSuccessKind, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}
