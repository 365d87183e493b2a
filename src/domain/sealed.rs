//! Assertions that a critic adds and nobody who builds is told of: only who tests as a user, and the person. What was built to
//! the letter of the contract alone does not meet them. They stand apart from the contract, so that what is told of that
//! cannot tell of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attempt::Role;
use super::command::Command;
use super::contract::{Assertion, AssertionDraft};
use super::finding::Finding;
use super::gate::GateId;
use super::id::{AssertionId, Commit, FeatureId, MilestoneId};
use super::mission::Mission;
use super::tally::Tally;
use super::verdict::EvidenceRef;

/// The most that one mission has.
pub const MOST_SEALED: usize = 5;

/// Words of a title or a sentence below which it is nobody's in particular.
const FEWEST_WORDS: usize = 4;

/// An assertion that is kept from those who build, and the milestone whose rounds try it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub assertion: Assertion,
    /// The last one where none is named, or where a later plan has fewer.
    pub milestone: Option<MilestoneId>,
}

/// A [`Sealed`] as a critic gives it; a draft is never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "")]
pub struct SealedDraft {
    #[serde(flatten)]
    pub assertion: AssertionDraft,
    /// The milestone after which it must hold, such as M1; the last one where you name none.
    #[serde(default)]
    pub milestone: Option<MilestoneId>,
}

/// How many of the assertions that everybody knows are proven at a gate, and how many of those that nobody builds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SealedGap {
    pub visible: Tally,
    pub sealed: Tally,
    /// Sealed ones that those who build were told of after a failure: they are no longer blind to them.
    pub told: usize,
    /// Points of percent by which fewer of the sealed ones are proven; negative where more are.
    pub points: i64,
}

impl Role {
    /// Whether it is told of sealed assertions: who tests them, and who words them.
    pub fn may_know_sealed(self) -> bool {
        matches!(self, Self::UserTesting | Self::Critic)
    }
}

impl Finding {
    /// The assertion that it is about, sealed or not. What is told to those who build goes by the field `assertion` alone.
    pub fn about(&self) -> Option<&AssertionId> {
        self.assertion.as_ref().or(self.sealed.as_ref())
    }
}

impl Command {
    /// The assertion that it asks to change, where it names one.
    pub(super) fn assertion(&self) -> Option<&AssertionId> {
        let (Self::EditAssertion { assertion, .. }
        | Self::RetireAssertion { assertion, .. }
        | Self::MapAssertion { assertion, .. }
        | Self::RequestAmendment { assertion, .. }) = self
        else {
            return None;
        };
        Some(assertion)
    }
}

impl Mission {
    /// An assertion by id, of the contract or sealed, retired ones included.
    pub fn assertion(&self, id: &AssertionId) -> Option<&Assertion> {
        self.contract.get(id).or_else(|| self.sealed.get(id).map(|sealed| &sealed.assertion))
    }

    pub(super) fn assertion_mut(&mut self, id: &AssertionId) -> Option<&mut Assertion> {
        let sealed = self.sealed.get_mut(id).map(|sealed| &mut sealed.assertion);
        self.contract.get_mut(id).or(sealed)
    }

    /// Whether an assertion is sealed.
    pub fn is_sealed(&self, id: &AssertionId) -> bool {
        self.sealed.contains_key(id)
    }

    /// The sealed assertions that hold the mission to something, by id.
    pub fn sealed_assertions(&self) -> impl Iterator<Item = &Assertion> {
        self.sealed.values().map(|sealed| &sealed.assertion).filter(|assertion| assertion.is_active())
    }

    /// Everything that holds the mission to something: the contract, then what is sealed.
    pub fn held_assertions(&self) -> impl Iterator<Item = &Assertion> {
        self.active_assertions().chain(self.sealed_assertions())
    }

    /// The active sealed assertions that a milestone's rounds try for the first time.
    pub fn sealed_of(&self, milestone: MilestoneId) -> impl Iterator<Item = &Assertion> {
        self.sealed_assertions().filter(move |one| self.milestone_held_to(&one.id) == Some(milestone))
    }

    /// The milestone that owes an assertion: that of the feature which claims it, or the one that a sealed one names.
    pub fn milestone_held_to(&self, id: &AssertionId) -> Option<MilestoneId> {
        let Some(sealed) = self.sealed.get(id) else { return Some(self.claimant(id)?.milestone) };
        let last = self.milestones.last()?.id;
        Some(sealed.milestone.map_or(last, |named| named.min(last)))
    }

    /// The features whose work an assertion rests on, with what each built: its claimant's, or of a sealed one all up to its
    /// milestone.
    pub fn builders_for(&self, id: &AssertionId) -> Vec<(FeatureId, Commit, Commit)> {
        if !self.is_sealed(id) {
            return self.claimant(id).map(|feature| self.builders_of(feature.id)).unwrap_or_default();
        }
        let due = self.milestone_held_to(id);
        let features = self.features.iter().filter(|feature| Some(feature.milestone) <= due);
        let mut all: Vec<(FeatureId, Commit, Commit)> = Vec::new();
        for builder in features.flat_map(|feature| self.builders_of(feature.id)) {
            if !all.contains(&builder) {
                all.push(builder);
            }
        }
        all
    }

    /// Whether everything is built that an assertion may rest on in the rounds of a milestone.
    pub(super) fn is_built_for(&self, id: &AssertionId, milestone: MilestoneId) -> bool {
        if self.is_sealed(id) {
            return self.milestone_held_to(id).is_some_and(|due| due <= milestone);
        }
        self.claimant(id).is_some_and(|feature| feature.milestone <= milestone && feature.is_built())
    }

    /// How the sealed assertions of a gate stand beside the others; `None` where none is sealed.
    pub fn sealed_gap(&self, gate: GateId) -> Option<SealedGap> {
        let ids = self.assertions_at(gate);
        let (hidden, open): (Vec<AssertionId>, Vec<AssertionId>) =
            ids.into_iter().partition(|id| self.is_sealed(id));
        let (visible, sealed) = (self.tally(&open), self.tally(&hidden));
        let told = hidden.iter().filter(|id| self.is_told_of(id)).count();
        let points = visible.percent() - sealed.percent();
        (sealed.all > 0).then_some(SealedGap { visible, sealed, told, points })
    }

    /// Whether those who build were told what a user saw of a sealed assertion that failed.
    pub fn is_told_of(&self, id: &AssertionId) -> bool {
        self.findings.values().any(|finding| finding.sealed.as_ref() == Some(id))
    }

    /// Whether a piece of evidence shows a sealed assertion: its engine's record, or what a verdict on it rests on.
    pub fn is_sealed_evidence(&self, reference: &EvidenceRef) -> bool {
        let verdicts = self.sealed.keys().filter_map(|id| self.verdicts.get(id)).flatten();
        let checks = self.rounds.iter().flat_map(|round| &round.checks);
        let records = checks
            .filter(|check| self.is_sealed(&check.assertion))
            .filter_map(|check| check.run.evidence.as_deref());
        verdicts.flat_map(|verdict| verdict.pieces().chain(&verdict.steps)).any(|known| known == reference)
            || records.into_iter().any(|record| record == reference.0)
    }

    /// A text without the names of sealed assertions and without their own words, for those who must not know them. What
    /// a tester wrote for everybody may quote them.
    pub fn unsealed(&self, text: String) -> String {
        let mut text = text;
        for Sealed { assertion, .. } in self.sealed.values() {
            let (id, wording) = (assertion.id.as_str(), &assertion.wording);
            for quote in quotes(wording.statement.as_str()).chain(quotes(wording.title.as_str())) {
                text = without(&text, quote, "…");
            }
            text = without(&text, id, "it");
        }
        text
    }
}

/// The sentences of a text that nobody would write by chance.
fn quotes(text: &str) -> impl Iterator<Item = &str> {
    let sentences = text.split_inclusive(['.', '!', '?', '\n']);
    let trimmed = sentences.map(|sentence| sentence.trim().trim_end_matches(['.', '!', '?']));
    trimmed.filter(|sentence| sentence.split_whitespace().count() >= FEWEST_WORDS)
}

/// A text with other words for some, in whatever case those are written.
fn without(text: &str, words: &str, instead: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), words.to_ascii_lowercase());
    let mut kept = String::new();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find(&wanted)) {
        kept += text.get(from..from + at).unwrap_or_default();
        kept += instead;
        from += at + wanted.len();
    }
    kept + text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_taken_out_in_any_case_and_the_rest_stays() {
        let statement = "A visitor reads the note. It stays there after a restart of the app!\nYes.";
        let all: Vec<&str> = quotes(statement).collect();
        assert_eq!(all, ["A visitor reads the note", "It stays there after a restart of the app"]);
        let text = "Ä: val-x-001 fails, VAL-X-001 too: it STAYS there after a restart of the app, it says.";
        let text = without(text, "VAL-X-001", "it");
        assert_eq!(without(&text, all[1], "…"), "Ä: it fails, it too: …, it says.");
    }
}
