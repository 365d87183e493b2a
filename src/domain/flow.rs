//! How the user testing of a round is divided among testers that work at the same time, each on an app of its own.

use serde::{Deserialize, Serialize};

use super::id::AssertionId;
use super::mission::Mission;
use super::round::{Round, UserTestingReport};

/// Which part of a round's user testing one tester does: all of it, or a share that is counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flow(pub u32);

/// One tester's part of a round, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowShare {
    pub to_test: Vec<AssertionId>,
    pub report: Option<UserTestingReport>,
}

impl Flow {
    /// One tester tries everything.
    pub const WHOLE: Self = Self(0);

    /// Whether one tester tries everything; such a flow is not written down, as in logs before there were several.
    pub fn is_whole(&self) -> bool {
        *self == Self::WHOLE
    }

    /// What follows the name of a tester's work: which part it is, where there are several.
    pub fn suffix(self) -> String {
        if self.is_whole() { String::new() } else { format!(", flow {}", self.0) }
    }

    /// Its number, where there are several.
    pub fn number(self) -> Option<u32> {
        (!self.is_whole()).then_some(self.0)
    }

    /// The place of its share in a round.
    fn index(self) -> Option<usize> {
        usize::try_from(self.0).ok()?.checked_sub(1)
    }
}

/// Divides assertions among at most so many testers, area after area, in shares that differ by one at most. Fewer than
/// two shares are no division.
pub fn divide(assertions: &[AssertionId], testers: u32) -> Vec<Vec<AssertionId>> {
    let count = usize::try_from(testers).unwrap_or(usize::MAX).min(assertions.len());
    if count < 2 {
        return Vec::new();
    }
    let mut by_area = assertions.to_vec();
    by_area.sort_by(|one, other| (one.area(), one).cmp(&(other.area(), other)));
    let (least, longer) = (by_area.len() / count, by_area.len() % count);
    let mut left = by_area.into_iter();
    (0..count).map(|share| left.by_ref().take(least + usize::from(share < longer)).collect()).collect()
}

impl Round {
    /// The parts of its user testing of which there is no report yet.
    pub fn open_flows(&self) -> Vec<Flow> {
        if self.flows.is_empty() {
            return if self.user_testing.is_some() { Vec::new() } else { vec![Flow::WHOLE] };
        }
        let numbered = (1..).map(Flow).zip(&self.flows);
        let open = |share: &FlowShare| share.report.is_none() && !share.to_test.is_empty();
        numbered.filter(|(_, share)| open(share)).map(|(flow, _)| flow).collect()
    }

    /// The assertions of one part.
    pub fn share(&self, flow: Flow) -> &[AssertionId] {
        if flow.is_whole() {
            return &self.to_test;
        }
        flow.index().and_then(|index| self.flows.get(index)).map_or(&[], |share| &share.to_test)
    }

    /// What its testers reported, each with the part it is about.
    pub fn testing_reports(&self) -> impl DoubleEndedIterator<Item = (Flow, &UserTestingReport)> {
        let shares = self.flows.iter().enumerate().filter_map(|(index, share)| {
            let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
            Some((Flow(number), share.report.as_ref()?))
        });
        self.user_testing.iter().map(|report| (Flow::WHOLE, report)).chain(shares)
    }

    /// The report on one part.
    pub fn testing_report(&self, flow: Flow) -> Option<&UserTestingReport> {
        self.testing_reports().find(|(of, _)| *of == flow).map(|(_, report)| report)
    }

    /// Keeps a tester's report.
    pub(super) fn take_report(&mut self, flow: Flow, report: UserTestingReport) {
        match flow.index() {
            None => self.user_testing = Some(report),
            Some(index) => {
                if let Some(share) = self.flows.get_mut(index) {
                    share.report = Some(report);
                }
            }
        }
    }

    /// Takes away from its testers what is proven without them.
    pub(super) fn need_not_try(&mut self, id: &AssertionId) {
        self.to_test.retain(|known| known != id);
        for share in &mut self.flows {
            share.to_test.retain(|known| known != id);
        }
    }

    /// Has one more assertion tried, by the tester who has the fewest of those that have not reported.
    pub(super) fn try_also(&mut self, id: &AssertionId) {
        if self.open_flows().is_empty() || self.to_test.contains(id) {
            return;
        }
        self.to_test.push(id.clone());
        let open = self.flows.iter_mut().filter(|share| share.report.is_none());
        if let Some(share) = open.min_by_key(|share| share.to_test.len()) {
            share.to_test.push(id.clone());
        }
    }
}

impl Mission {
    /// The parts of a round's user testing that are still to be done: without a report, and with something in them that
    /// nobody retired or waived.
    pub fn flows_due(&self, round: &Round) -> Vec<Flow> {
        let mut open = round.open_flows();
        open.retain(|flow| round.share(*flow).iter().any(|id| !self.standing(id).is_excused()));
        open
    }

    /// How many testers may work the app at the same time: as many as it allows, and the person.
    pub fn testers(&self) -> u32 {
        let allowed = self.environment.as_ref().map_or(1, super::environment::Environment::testers);
        allowed.min(self.limits().testers).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<AssertionId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn areas_stay_together_as_far_as_the_shares_are_even() {
        let all = ids(&["B-001", "A-001", "C-001", "A-002", "B-002"]);
        assert_eq!(divide(&all, 2), [ids(&["A-001", "A-002", "B-001"]), ids(&["B-002", "C-001"])]);
        assert_eq!(divide(&all, 9).len(), 5, "no tester without an assertion");
        for alone in [divide(&all, 1), divide(&all, 0), divide(&ids(&["A-001"]), 3), divide(&[], 3)] {
            assert!(alone.is_empty(), "{alone:?}");
        }
    }
}
