//! How many assertions are proven, and how many are not: counted in one place, so that a waived one is proven nowhere.

use serde::Serialize;

use super::id::AssertionId;
use super::mission::Mission;
use super::verdict::Standing;

/// Assertions by where they stand; retired ones are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub all: usize,
    pub proven: usize,
    /// Of those proven, the ones whose check nobody ever saw fail.
    pub unseen: usize,
    /// Passed by a check that says nothing of the app, and not proven.
    pub toothless: usize,
    /// Let pass by the person, and not proven.
    pub waived: usize,
    pub failed: usize,
    pub blocked: usize,
    pub stale: usize,
    pub pending: usize,
}

impl Tally {
    /// Of a hundred, how many are proven; all of nothing.
    pub fn percent(self) -> i64 {
        let of = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        (100 * of(self.proven)).checked_div(of(self.all)).unwrap_or(100)
    }
}

impl Mission {
    /// Counts some of its assertions.
    pub fn tally<'a>(&self, ids: impl IntoIterator<Item = &'a AssertionId>) -> Tally {
        let mut tally = Tally::default();
        for id in ids {
            let seen = self.seen_red(id);
            let place = match self.standing(id) {
                Standing::Passed if seen.proves_nothing() => &mut tally.toothless,
                Standing::Passed => {
                    tally.unseen += usize::from(!seen.is_seen());
                    &mut tally.proven
                }
                Standing::Waived => &mut tally.waived,
                Standing::Failed => &mut tally.failed,
                Standing::Blocked => &mut tally.blocked,
                Standing::Stale => &mut tally.stale,
                Standing::Pending => &mut tally.pending,
                Standing::Retired => continue,
            };
            *place += 1;
            tally.all += 1;
        }
        tally
    }

    /// Counts the whole contract.
    pub fn contract_tally(&self) -> Tally {
        self.tally(self.contract.keys())
    }
}
