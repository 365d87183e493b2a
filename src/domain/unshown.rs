//! What a mission has not shown, in one order of gravity: read first at every gate, so that nobody takes for proven what
//! is only not disproven.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use super::contract::Assertion;
use super::gate::GateId;
use super::id::{AssertionId, FeatureId, RequirementId};
use super::mission::Mission;
use super::plan::{Claims, FeatureState};
use super::sabotage::SeenRed;
use super::text::worded;
use super::verdict::{Standing, Verdict};

/// Why something is not shown, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Doubt {
    /// A requirement that no assertion shows.
    NoAssertion,
    NoVerdict,
    Failed,
    Blocked,
    /// The verdict is about an older wording.
    Stale,
    /// The bytes that the verdict rests on are not what they were.
    EvidenceLost,
    Waived,
    /// Its command was green before anything was built.
    Vacuous,
    /// Its check stays green whatever is undone.
    Toothless,
    /// It passed at another commit than the one that is decided on.
    Older,
    /// Nobody saw its check fail: what was undone told nothing of it, nothing was undone yet, or a tester judges it.
    NotSeenRed,
    /// The time was over before its check was seen red: a sample of what was built was undone.
    Sampled,
    /// The engine has not run again what a handoff claims.
    ClaimUnchecked,
    /// Some of what a handoff claims was not run again, for a reason.
    ClaimLeft,
    /// A handoff says how many tests passed, and no output shows it.
    CountUnshown,
}

worded!(Doubt);

/// What is not shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    Requirement(RequirementId),
    Assertion(AssertionId),
    Feature(FeatureId),
}

/// One thing that is not shown, and why; where several reasons hold, the gravest ([`Mission::also_doubted`] says more).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Unshown {
    pub doubt: Doubt,
    pub matter: Matter,
}

impl Mission {
    /// What the whole mission has not shown, the gravest first.
    pub fn unshown(&self) -> Vec<Unshown> {
        self.unshown_at(GateId::Final)
    }

    /// What is not shown of what a gate is about, the gravest first. Requirements are the whole mission's at every gate.
    /// A plan has built nothing, so that only what it can show counts there.
    pub fn unshown_at(&self, gate: GateId) -> Vec<Unshown> {
        let bare =
            self.owed_requirements().filter(|found| self.assertions_showing(found.id).next().is_none());
        let mut unshown: Vec<Unshown> = bare
            .map(|found| Unshown { doubt: Doubt::NoAssertion, matter: Matter::Requirement(found.id) })
            .collect();
        unshown.extend(self.assertions_at(gate).into_iter().filter_map(|id| {
            let doubt = self.why_unshown(&id, gate)?;
            Some(Unshown { doubt, matter: Matter::Assertion(id) })
        }));
        unshown.extend(
            self.unchecked_at(gate)
                .map(|feature| Unshown { doubt: Doubt::ClaimUnchecked, matter: Matter::Feature(feature) }),
        );
        unshown.extend(
            self.claims_left_at(gate)
                .map(|feature| Unshown { doubt: Doubt::ClaimLeft, matter: Matter::Feature(feature) }),
        );
        let counted = self.claims_at(gate).map(|(feature, _)| feature);
        let only = counted.filter(|id| !self.has_claims_left(*id) && !self.counts_unshown(*id).is_empty());
        unshown.extend(
            only.map(|feature| Unshown { doubt: Doubt::CountUnshown, matter: Matter::Feature(feature) }),
        );
        unshown.sort();
        unshown
    }

    /// The gravest that is to be said against an assertion at a gate; `None` for one that nothing is to be said against.
    pub fn why_unshown(&self, id: &AssertionId, gate: GateId) -> Option<Doubt> {
        let unseen = || (gate != GateId::Plan && self.is_unseen(id)).then_some(Doubt::NotSeenRed);
        self.doubt(id, gate).or_else(unseen)
    }

    /// Why an assertion does not show its requirements at a gate; `None` for one that does: what a tester judges shows them
    /// too, though nobody can see that judgement fail.
    pub fn doubt(&self, id: &AssertionId, gate: GateId) -> Option<Doubt> {
        let standing = match self.standing(id) {
            Standing::Waived => Some(Doubt::Waived),
            Standing::Retired => return None,
            Standing::Passed => None,
            Standing::Pending | Standing::Failed | Standing::Blocked | Standing::Stale
                if gate == GateId::Plan =>
            {
                None
            }
            Standing::Pending => Some(Doubt::NoVerdict),
            Standing::Failed => Some(Doubt::Failed),
            Standing::Blocked => Some(Doubt::Blocked),
            Standing::Stale if self.rests_on_lost_evidence(id) => Some(Doubt::EvidenceLost),
            Standing::Stale => Some(Doubt::Stale),
        };
        let hollow = self.hollow(id);
        let older = || self.is_older(gate, id).then_some(Doubt::Older);
        standing.or(hollow.filter(|doubt| *doubt < Doubt::Older)).or_else(older).or(hollow)
    }

    /// What is to be said against the check of an assertion. What does not block is never made to fail.
    fn hollow(&self, id: &AssertionId) -> Option<Doubt> {
        let is_due =
            self.standing(id) == Standing::Passed && self.assertion(id).is_some_and(Assertion::is_blocking);
        let is_told = |seen: &SeenRed| is_due || !matches!(seen, SeenRed::NotYet | SeenRed::Absent);
        let seen = Some(self.seen_red(id)).filter(is_told);
        teeth(seen?)
    }

    /// What else is to be said against the check of an assertion that is proven at an older commit.
    pub fn also_doubted(&self, found: &Unshown) -> Option<Doubt> {
        let Matter::Assertion(id) = &found.matter else { return None };
        let unseen = || self.is_unseen(id).then_some(Doubt::NotSeenRed);
        Some(found.doubt).filter(|doubt| *doubt == Doubt::Older).and_then(|_| self.hollow(id).or_else(unseen))
    }

    /// Whether an assertion passed at another commit than the one that a gate is about.
    pub fn is_older(&self, gate: GateId, id: &AssertionId) -> bool {
        let commit = match gate {
            GateId::Milestone(milestone) => self.last_round(milestone).map(|round| &round.commit),
            GateId::Plan | GateId::Final => self.head(),
        };
        let proven = self.newest_verdict(id).filter(|_| self.standing(id) == Standing::Passed);
        proven.zip(commit).is_some_and(|(verdict, commit)| verdict.commit != *commit)
    }

    /// The verdict on an assertion that counts: the newest that nobody took back.
    pub fn newest_verdict(&self, id: &AssertionId) -> Option<&Verdict> {
        self.verdicts.get(id)?.iter().rfind(|verdict| !verdict.taken_back)
    }

    fn unchecked_at(&self, gate: GateId) -> impl Iterator<Item = FeatureId> {
        self.claims_at(gate).filter(|(_, claims)| *claims == Claims::Unchecked).map(|(feature, _)| feature)
    }

    fn claims_left_at(&self, gate: GateId) -> impl Iterator<Item = FeatureId> {
        let checked = self.claims_at(gate).filter(|(_, claims)| *claims != Claims::Unchecked);
        checked.map(|(feature, _)| feature).filter(|id| self.has_claims_left(*id))
    }

    fn has_claims_left(&self, feature: FeatureId) -> bool {
        self.claims_left.get(&feature).is_some_and(|left| !left.is_empty())
    }

    /// The handoffs that a gate is about.
    fn claims_at(&self, gate: GateId) -> impl Iterator<Item = (FeatureId, Claims)> {
        let is_of = move |milestone| match gate {
            GateId::Plan => false,
            GateId::Milestone(id) => milestone == id,
            GateId::Final => true,
        };
        let claims = |state: &FeatureState| match state {
            FeatureState::Built { claims, .. } => Some(*claims),
            FeatureState::Pending | FeatureState::Cancelled { .. } => None,
        };
        let built = self.features.iter().filter(move |feature| is_of(feature.milestone));
        built.filter_map(move |feature| Some((feature.id, claims(&feature.state)?)))
    }
}

/// What can be said against a check that passed. What a tester judges has no command that could be seen red.
fn teeth(seen: SeenRed) -> Option<Doubt> {
    match seen {
        SeenRed::Toothless => Some(Doubt::Toothless),
        SeenRed::Vacuous => Some(Doubt::Vacuous),
        SeenRed::Untold | SeenRed::NotYet | SeenRed::Absent => Some(Doubt::NotSeenRed),
        SeenRed::OutOfTime => Some(Doubt::Sampled),
        SeenRed::AtBase | SeenRed::Failed | SeenRed::Sabotaged | SeenRed::Judged | SeenRed::Off => None,
    }
}
