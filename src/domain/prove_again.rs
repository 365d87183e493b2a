//! Proving again what passed at an older commit: which of it can be, which of it can be taken back, and what a gate waits
//! for meanwhile.

use super::gate::GateId;
use super::id::{AssertionId, MilestoneId};
use super::mission::Mission;
use super::rejection::Rejection;
use super::round::Round;
use super::verdict::{Outcome, Standing, Verdict};

impl Mission {
    /// Whether an assertion can be tried at the present commit although it passed before.
    ///
    /// # Errors
    /// Why not, and what to do instead.
    pub fn may_prove_again(&self, id: &AssertionId) -> Result<(), Rejection> {
        if self.assertion(id).is_none() {
            return Err(Rejection::unknown(format!("{id} is not in the contract")));
        }
        self.takes_rounds().and_then(|()| self.is_older_proof(id)).map_err(Rejection::out_of_turn)
    }

    /// Of some assertions, those that can be proven again and are not asked for yet.
    pub fn provable_again(&self, ids: impl IntoIterator<Item = AssertionId>) -> Vec<AssertionId> {
        let can = |id: &AssertionId| !self.prove_again.contains(id) && self.may_prove_again(id).is_ok();
        ids.into_iter().filter(can).collect()
    }

    /// Whether it can be taken back that an assertion is to be proven again: nothing came of it yet, or it could not be
    /// tried, so that the verdict before holds as it did.
    ///
    /// # Errors
    /// What came of it, or that nobody asked.
    pub fn may_take_back_proof(&self, id: &AssertionId) -> Result<(), Rejection> {
        let Some(assertion) = self.assertion(id) else {
            return Err(Rejection::unknown(format!("{id} is not in the contract")));
        };
        if self.prove_again.contains(id) {
            return Ok(());
        }
        let newest = self.newest_verdict(id);
        let asked = newest.filter(|verdict| {
            self.round(verdict.milestone, verdict.round)
                .is_some_and(|round| round.is_asked(id) || verdict.again)
        });
        let Some(Verdict { outcome, commit, milestone, round, .. }) = asked else {
            let words = format!("nobody asked to have {id} proven again: there is nothing to take back");
            return Err(Rejection::out_of_turn(words));
        };
        let place = format!("in round {round} of {milestone}");
        let came = match outcome {
            Outcome::Pass => format!("{id} was proven again at {commit}, {place}: that stands"),
            Outcome::Fail => {
                format!("{id} failed {place}, at {commit}: that stands until it is mended or waived")
            }
            Outcome::Blocked => {
                let before = self.verdicts.get(id).into_iter().flatten().rev().filter(|one| !one.taken_back);
                let before = before.skip(1).find(|one| one.outcome != Outcome::Blocked);
                let holds =
                    |one: &Verdict| one.outcome == Outcome::Pass && one.revision == assertion.revision;
                if before.is_some_and(holds) {
                    return Ok(());
                }
                format!("{id} was edited since it passed: the verdict before would not count")
            }
        };
        Err(Rejection::out_of_turn(came))
    }

    /// What was asked to be proven again and can be taken back.
    pub fn proofs_to_take_back(&self) -> Vec<AssertionId> {
        let held = self.held_assertions().map(|assertion| &assertion.id);
        held.filter(|id| self.may_take_back_proof(id).is_ok()).cloned().collect()
    }

    /// Whether something that somebody found counts of a round.
    pub fn has_verdict_of(&self, round: &Round) -> bool {
        let place = (round.milestone, round.number);
        let of_round = |verdict: &Verdict| (verdict.milestone, verdict.round) == place && !verdict.taken_back;
        self.verdicts.values().flatten().any(of_round)
    }

    /// The newest round of a milestone that says something of it: one whose whole purpose was taken back does not.
    pub fn last_telling_round(&self, milestone: MilestoneId) -> Option<&Round> {
        let tells = |round: &&Round| !round.again || round.is_open() || self.has_verdict_of(round);
        self.rounds_of(milestone).rfind(tells)
    }

    /// What a milestone still waits for although nothing of it is owed; nothing where all that is left is its decision.
    pub(super) fn unfinished(&self, milestone: MilestoneId) -> Option<String> {
        if let Some(round) = self.rounds.iter().find(|round| round.is_open()) {
            let (of, number) = (round.milestone, round.number);
            let why = if round.again { ", which proves again what you asked for" } else { "" };
            return Some(format!("round {number} of {of} is under way{why}"));
        }
        if !self.needs_round(milestone) {
            return None;
        }
        let due = self.assertions_to_test(milestone);
        let of = |standings: &[Standing]| -> Vec<String> {
            let those = due.iter().filter(|id| standings.contains(&self.standing(id)));
            those.map(ToString::to_string).collect()
        };
        let asked: Vec<String> =
            due.iter().filter(|id| self.is_only_asked(id)).map(ToString::to_string).collect();
        let (untried, failed) = (of(&[Standing::Pending, Standing::Stale]), of(&[Standing::Failed]));
        Some(if self.is_changed_since_round(milestone) {
            "its last changes are not validated yet".to_owned()
        } else if !untried.is_empty() {
            format!("{} not tried yet as worded now", is_or_are(&untried))
        } else if !asked.is_empty() {
            format!("{} to be proven again, as you asked: wait for that, or take it back", is_or_are(&asked))
        } else if !failed.is_empty() {
            format!("{} to be tried again", is_or_are(&failed))
        } else {
            "another round follows your NO-GO".to_owned()
        })
    }

    /// Whether rounds can be had at all.
    fn takes_rounds(&self) -> Result<(), String> {
        if !self.is_go(GateId::Plan) {
            return Err("nothing is built yet that could be proven again".to_owned());
        }
        match self.flown_milestone().filter(|id| self.is_exhausted(*id)) {
            None => Ok(()),
            Some(milestone) => Err(format!(
                "{milestone} used up its rounds, so that nothing is tried any more: NO-GO at its gate grants more, or waive what does not pass"
            )),
        }
    }

    /// Whether an assertion holds of an older commit, and a round would try it.
    fn is_older_proof(&self, id: &AssertionId) -> Result<(), String> {
        let why_not = match self.standing(id) {
            Standing::Passed => None,
            Standing::Pending => Some("has no verdict yet: it is tried in the round of its milestone"),
            Standing::Failed => {
                Some("failed: it is tried again once that is mended, without being asked for")
            }
            Standing::Blocked if self.may_take_back_proof(id).is_ok() => {
                Some("could not be tried when you asked for it: take that back first, then ask anew")
            }
            Standing::Blocked => {
                Some("could not be tried: NO-GO at the gate has it tried again, or waive it")
            }
            Standing::Stale if self.rests_on_lost_evidence(id) => {
                Some("rests on evidence that is gone: the next round tries it without being asked")
            }
            Standing::Stale => {
                Some("was edited after its verdict: the next round tries it without being asked")
            }
            Standing::Waived => Some("is waived: it counts as settled, and nobody tries it"),
            Standing::Retired => Some("is retired: it holds the mission to nothing"),
        };
        if let Some(why) = why_not {
            return Err(format!("{id} {why}"));
        }
        if self.proven_before_head(id).is_none() {
            return Err(format!("{id} was proven at the present commit already"));
        }
        if self.milestone_held_to(id).is_none() {
            return Err(format!(
                "{id} is claimed by no feature any more, so that no round tries it: retire it, or give it to a feature"
            ));
        }
        Ok(())
    }
}

fn is_or_are(ids: &[String]) -> String {
    format!("{} {}", ids.join(", "), if ids.len() == 1 { "is" } else { "are" })
}
