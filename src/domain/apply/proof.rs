//! Rounds as they are opened, the verdicts in them, and what is proven again or not any more.

use crate::domain::id::{AssertionId, Timestamp};
use crate::domain::mission::Mission;
use crate::domain::round::{Round, RoundScope};
use crate::domain::verdict::{Outcome, Verdict};

impl Mission {
    pub(super) fn open_round(&mut self, scope: &RoundScope, at: Timestamp) {
        self.sent_back.remove(&scope.milestone);
        let only_asked = |id: &&AssertionId| self.is_only_asked(id);
        let asked = scope.to_test.iter().filter(only_asked).cloned().collect();
        self.rounds.push(Round { asked, ..Round::opened(scope, at) });
    }

    pub(super) fn give_verdict(&mut self, verdict: &Verdict) {
        self.prove_again.remove(&verdict.assertion);
        // It was looked at again, so what it rests on is there.
        self.lost_evidence.retain(|reference| !verdict.evidence.contains(reference));
        self.verdicts.entry(verdict.assertion.clone()).or_default().push(verdict.clone());
        if verdict.again {
            self.with_round(verdict.milestone, verdict.round, |r| r.need_not_try(&verdict.assertion));
        }
    }

    /// They are not to be proven again: no round tries them for that, and where one could not, the verdict before counts.
    pub(super) fn take_back_proof(&mut self, assertions: &[AssertionId]) {
        for id in assertions {
            self.prove_again.remove(id);
            let Some(round) = self.rounds.iter_mut().rev().find(|round| round.is_asked(id)) else { continue };
            let place = (round.milestone, round.number);
            if round.is_open() {
                round.need_not_try(id);
            }
            let given = self.verdicts.get_mut(id).into_iter().flatten();
            let blocked = |verdict: &&mut Verdict| {
                (verdict.milestone, verdict.round) == place && verdict.outcome == Outcome::Blocked
            };
            given.filter(blocked).for_each(|verdict| verdict.taken_back = true);
        }
    }
}
