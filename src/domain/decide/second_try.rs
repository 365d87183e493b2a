//! Failures that are tried again before they become anything to mend.

use super::transaction::{Raised, Transaction};
use super::validation::described;
use super::{Result, finding};
use crate::domain::contract::Assertion;
use crate::domain::event::Event;
use crate::domain::finding::{Finding, Severity, Sight, Sighting, Source};
use crate::domain::id::{AssertionId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::round::Round;
use crate::domain::verdict::{Recurrence, SecondTry, Verdict};

/// What came of a failure when its steps were done again. One that comes again, or that could not be tried, stands as a
/// failure; one that does not is flaky.
pub(super) fn record(
    tx: &mut Transaction,
    (milestone, round): (MilestoneId, u32),
    assertion: AssertionId,
    second: Box<SecondTry>,
) -> Result {
    let mission = tx.mission();
    let due = mission.round(milestone, round).and_then(|open| {
        let mut due = mission.to_try_again(open);
        due.find(|failed| failed.assertion == assertion).cloned()
    });
    let Some(failed) = due else {
        refuse!(
            OutOfTurn,
            "{assertion} has no failure in round {round} of {milestone} that is to be tried again"
        )
    };
    let result = second.result.clone();
    tx.emit(Event::FailureTriedAgain { milestone, round, assertion, second });
    match result {
        Recurrence::Same => fails(tx, &failed, "fails, twice by the same steps"),
        Recurrence::NotTried { .. } => fails(tx, &failed, "fails"),
        Recurrence::Other { first } => {
            flickers(tx, &failed, &format!("failed, showing {first} when the same was done again"))
        }
    }
}

/// A failure becomes a finding, or is seen once more.
pub(super) fn fails(tx: &mut Transaction, failed: &Verdict, how: &str) -> Result {
    if let Some(id) = tx.mission().known_failure(failed).map(|finding| finding.id) {
        return finding::sighted(tx, id, sighting(failed));
    }
    let mission = tx.mission();
    let blocking = mission.assertion(&failed.assertion).is_some_and(Assertion::is_blocking);
    let severity = if blocking { Severity::Blocking } else { Severity::NonBlocking };
    let source = Source::Verdict { attempt: failed.attempt };
    let words = described(mission, failed, how);
    let raised = Raised::new(severity, source, words).about(mission, &failed.assertion);
    tx.raise(raised);
    Ok(())
}

/// What failed and does not come again. It is not blocking, as what a tester saw fail and then pass: see `unsteady`.
fn flickers(tx: &mut Transaction, failed: &Verdict, how: &str) -> Result {
    let same = |found: &&Finding| {
        matches!(found.source, Source::Flaky { .. }) && found.about() == Some(&failed.assertion)
    };
    let known = tx.mission().open_findings().find(same).map(|finding| finding.id);
    if let Some(id) = known {
        return finding::sighted(tx, id, sighting(failed));
    }
    let mission = tx.mission();
    let source = Source::Flaky { attempt: failed.attempt };
    let words = described(mission, failed, how);
    let raised = Raised::new(Severity::NonBlocking, source, words).about(mission, &failed.assertion);
    tx.raise(raised);
    Ok(())
}

fn sighting(failed: &Verdict) -> Sighting {
    let Verdict { attempt, round, commit, observed, .. } = failed.clone();
    Sighting { attempt, round, commit, sight: Sight::StillHolds, observed }
}

impl Mission {
    /// The failures of an open round whose steps are to be done again before anybody mends them.
    pub fn to_try_again(&self, round: &Round) -> impl Iterator<Item = &Verdict> {
        let place = (round.milestone, round.number);
        let tried = round.to_test.iter().filter(|id| round.is_open() && !self.standing(id).is_excused());
        let newest = tried.filter_map(|id| self.newest_verdict(id));
        newest.filter(move |verdict| (verdict.milestone, verdict.round) == place && verdict.is_untried())
    }
}
