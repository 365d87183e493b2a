//! `JUnit` XML, as every tool writes it a little differently: suites in suites or none around them, counts left out.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::domain::tests::{TestCase, TestOutcome, TestRun};

/// Tests that are read; what has more is refused.
const MOST: usize = 500_000;

/// Reads a whole report.
pub(super) fn read(text: &str) -> Result<TestRun, String> {
    let mut reader = Reader::from_str(text);
    let mut cases: Vec<TestCase> = Vec::new();
    // The elements that are open, and the names of the suites among them.
    let (mut depth, mut suites, mut found) = (0_usize, Vec::<String>::new(), false);
    loop {
        match reader.read_event().map_err(|error| format!("it is malformed: {error}"))? {
            Event::Start(element) => {
                depth += 1;
                found |= open(&element, &mut suites, &mut cases);
            }
            Event::Empty(element) => {
                found |= open(&element, &mut suites, &mut cases);
                if is_suite(element.name().as_ref()) {
                    suites.pop();
                }
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                if is_suite(element.name().as_ref()) {
                    suites.pop();
                }
            }
            Event::Eof if depth > 0 => {
                return Err("it is malformed: its end is missing, elements are not closed".to_owned());
            }
            Event::Eof => break,
            _ => {}
        }
        if cases.len() > MOST {
            return Err(format!("it has more than {MOST} tests"));
        }
    }
    if found { Ok(TestRun::of_cases(cases)) } else { Err("it has no test suite".to_owned()) }
}

fn is_suite(name: &[u8]) -> bool {
    matches!(name, b"testsuite" | b"testsuites")
}

/// Takes in what begins; says whether it is a suite.
fn open(element: &BytesStart<'_>, suites: &mut Vec<String>, cases: &mut Vec<TestCase>) -> bool {
    match element.name().as_ref() {
        name if is_suite(name) => {
            suites.push(attribute(element, "name"));
            return true;
        }
        b"testcase" => {
            let class = attribute(element, "classname");
            let place = if class.is_empty() { suites.last().cloned().unwrap_or_default() } else { class };
            let name = format!("{place} {}", attribute(element, "name"));
            let status = attribute(element, "status");
            let outcome = if ["skipped", "disabled", "notrun"].contains(&status.as_str()) {
                TestOutcome::Skipped
            } else {
                TestOutcome::Passed
            };
            cases.push(TestCase::new(name, outcome));
        }
        b"failure" | b"error" => set(cases, TestOutcome::Failed),
        b"skipped" | b"disabled" => set(cases, TestOutcome::Skipped),
        _ => {}
    }
    false
}

fn set(cases: &mut [TestCase], outcome: TestOutcome) {
    if let Some(case) = cases.last_mut() {
        case.outcome = outcome;
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.attributes().flatten().find(|found| found.key.as_ref() == name.as_bytes());
    found.map(|found| String::from_utf8_lossy(&found.value).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::TestCounts;

    #[test]
    fn nested_suites_and_two_tests_of_one_name_are_counted() {
        let text = "<?xml version='1.0'?><testsuites><testsuite name='outer'><testsuite name='inner'>\
                    <testcase name='a'/><testcase name='a'><failure message='x'>no</failure></testcase></testsuite>\
                    <testcase classname='C' name='b'><skipped/></testcase></testsuite><testsuite name='e'/></testsuites>";
        let run = read(text).unwrap();
        assert_eq!(run.counts, TestCounts { passed: 1, failed: 1, skipped: 1 });
        let names: Vec<&str> = run.cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["inner a", "inner a", "C b"]);
    }

    #[test]
    fn an_entity_bomb_stays_what_it_is() {
        let text = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><testsuite><testcase name='&b;'/></testsuite>";
        assert_eq!(read(text).unwrap().cases[0].name, "&b;");
    }
}
