//! What one run of tests has less than an earlier one. Names settle it where both have them; numbers do otherwise.

use std::collections::BTreeMap;

use super::{TestOutcome, TestRun};
use crate::domain::text::plural;

/// Names that a sentence has room for.
const NAMED: usize = 4;

/// What is missing from a run that an earlier one had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shrinkage {
    /// How many tests there were and are.
    pub before: u32,
    pub after: u32,
    /// How many of them are skipped that were not.
    pub skipped: u32,
    /// Tests that are gone, by name where names are known.
    pub gone: Vec<String>,
    /// Tests that are skipped now, by name where names are known.
    pub now_skipped: Vec<String>,
}

impl TestRun {
    /// What this run has less than an earlier one; nothing where there are as many tests and none is newly skipped. A test
    /// that is gone where another one came is a renamed one.
    pub fn less_than(&self, earlier: &Self) -> Option<Shrinkage> {
        let (before, after) = (earlier.counts.total(), self.counts.total());
        let by_name = !self.cases.is_empty() && !earlier.cases.is_empty();
        let (gone, now_skipped) = if by_name { names(earlier, self) } else { (Vec::new(), Vec::new()) };
        let newly = if by_name {
            u32::try_from(now_skipped.len()).unwrap_or(u32::MAX)
        } else {
            // New tests that are skipped take nothing away: what counts is whether fewer are run.
            let fewer = earlier.counts.ran().saturating_sub(self.counts.ran());
            fewer.min(self.counts.skipped.saturating_sub(earlier.counts.skipped))
        };
        let lost = after < before || newly > 0 || (earlier.counts.ran() > 0 && self.counts.ran() == 0);
        lost.then_some(Shrinkage { before, after, skipped: newly, gone, now_skipped })
    }
}

/// The tests that are gone and those that are skipped now. Two tests of one name are told apart by their number.
fn names(earlier: &TestRun, later: &TestRun) -> (Vec<String>, Vec<String>) {
    let mut present: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in &later.cases {
        let (all, run) = present.entry(&case.name).or_default();
        *all += 1;
        *run += usize::from(case.outcome != TestOutcome::Skipped);
    }
    let mut before: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in &earlier.cases {
        let (all, run) = before.entry(&case.name).or_default();
        *all += 1;
        *run += usize::from(case.outcome != TestOutcome::Skipped);
    }
    let (mut gone, mut skipped) = (Vec::new(), Vec::new());
    for (name, (all, run)) in before {
        let (all_now, run_now) = present.get(name).copied().unwrap_or_default();
        gone.extend(std::iter::repeat_n(name.to_owned(), all.saturating_sub(all_now)));
        let lost = run.saturating_sub(run_now).saturating_sub(all.saturating_sub(all_now));
        skipped.extend(std::iter::repeat_n(name.to_owned(), lost));
    }
    (gone, skipped)
}

impl Shrinkage {
    /// It in words: `9 tests instead of 12 (gone: a, b, c)`.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if self.after < self.before {
            let gone = listed("gone", &self.gone);
            words.push(format!(
                "{} instead of {}{gone}",
                plural(usize::try_from(self.after).unwrap_or(0), "test"),
                self.before
            ));
        }
        if self.skipped > 0 {
            let number = plural(usize::try_from(self.skipped).unwrap_or(0), "test");
            words.push(format!("{number} newly skipped{}", listed("", &self.now_skipped)));
        }
        if words.is_empty() {
            words.push(format!("no test is run any more, of {}", self.before));
        }
        words.join(", ")
    }
}

fn listed(what: &str, names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let mut shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = names.len().saturating_sub(NAMED);
    let rest = format!("{more} more");
    if more > 0 {
        shown.push(&rest);
    }
    let colon = if what.is_empty() { "" } else { ": " };
    format!(" ({what}{colon}{})", shown.join(", "))
}
