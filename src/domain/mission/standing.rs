//! Where each assertion stands, by its newest verdict, its wording and the evidence there is.

use super::Mission;
use crate::domain::contract::Assertion;
use crate::domain::id::AssertionId;
use crate::domain::verdict::{EvidenceRef, Outcome, Standing, Verdict};

impl Mission {
    /// Where an assertion stands.
    pub fn standing(&self, id: &AssertionId) -> Standing {
        let Some(assertion) = self.assertion(id) else { return Standing::Retired };
        if !assertion.is_active() {
            return Standing::Retired;
        }
        if self.waivers.get(id).is_some_and(|waiver| waiver.revision == assertion.revision) {
            return Standing::Waived;
        }
        match self.newest_verdict(id) {
            None => Standing::Pending,
            Some(verdict) if verdict.revision != assertion.revision || self.has_lost_proof(verdict) => {
                Standing::Stale
            }
            Some(verdict) => match verdict.outcome {
                Outcome::Pass => Standing::Passed,
                Outcome::Fail => Standing::Failed,
                Outcome::Blocked => Standing::Blocked,
            },
        }
    }

    /// Whether an assertion that would stand proven rests on evidence that is not what it was.
    pub fn rests_on_lost_evidence(&self, id: &AssertionId) -> bool {
        let newest = self.newest_verdict(id);
        self.standing(id) == Standing::Stale && newest.is_some_and(|verdict| self.has_lost_proof(verdict))
    }

    /// Whether evidence of a verdict is not what it was. Of several pieces each is part of the proof.
    fn has_lost_proof(&self, verdict: &Verdict) -> bool {
        verdict.evidence.iter().any(|reference| self.lost_evidence.contains(reference))
    }

    /// The evidence that the contract rests on now: of the newest verdict on each assertion that is held to something.
    pub fn relied_evidence(&self) -> impl Iterator<Item = &EvidenceRef> {
        let newest = |assertion: &Assertion| self.newest_verdict(&assertion.id);
        let known = |reference: &&EvidenceRef| !self.lost_evidence.contains(*reference);
        self.held_assertions().filter_map(newest).flat_map(|verdict| &verdict.evidence).filter(known)
    }
}
