//! How many assertions are proven, and how many are not: counted in one place, so that a waived one is proven nowhere.

use serde::Serialize;

use super::id::AssertionId;
use super::mission::Mission;
use super::sabotage::SeenRed;
use super::verdict::Standing;

/// Assertions by where they stand; retired ones are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub all: usize,
    pub proven: usize,
    /// Of those proven, the ones whose check nobody ever saw fail.
    pub unseen: usize,
    /// Of those proven, the ones that passed at an older commit than the newest, and that the engine did not see green since.
    pub older: usize,
    /// Passed by a check that stays green whatever is undone, and not proven.
    pub toothless: usize,
    /// Passed by a check that was green before anything was built, and not proven.
    pub vacuous: usize,
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
            let place = match self.standing(id) {
                Standing::Passed if self.seen_red(id) == SeenRed::Vacuous => &mut tally.vacuous,
                Standing::Passed if self.seen_red(id) == SeenRed::Toothless => &mut tally.toothless,
                Standing::Passed => {
                    tally.unseen += usize::from(self.is_unseen(id));
                    let is_older = self.proven_before_head(id).is_some() && !self.is_green_at_head(id);
                    tally.older += usize::from(is_older);
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

    /// Counts everything that holds the mission to something: the contract, and what is sealed.
    pub fn contract_tally(&self) -> Tally {
        self.tally(self.held_assertions().map(|assertion| &assertion.id))
    }

    /// Whether an assertion counts as proven although nobody ever saw its check fail.
    pub fn is_unseen(&self, id: &AssertionId) -> bool {
        let seen = self.seen_red(id);
        self.standing(id) == Standing::Passed && !seen.is_seen() && !seen.proves_nothing()
    }
}
