//! Words that are used here in a sense of their own, each with one plain sentence: the gate, the help and the report say the
//! same.

use std::collections::BTreeSet;

use strum::VariantArray;

use super::prelude::*;
use crate::domain::contract::Assertion;
use crate::domain::gate::GateId;
use crate::domain::unshown::{Doubt, Matter};

/// A word that nobody knows before it was explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
pub enum Term {
    Stale,
    Waived,
    Vacuous,
    Toothless,
    Older,
    NotSeenRed,
    Sampled,
    Sealed,
    Guard,
}

impl Term {
    /// The word as it stands on the screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Waived => "waived",
            Self::Vacuous => "vacuous",
            Self::Toothless => "toothless",
            Self::Older => "older",
            Self::NotSeenRed => "not seen red",
            Self::Sampled => "sampled",
            Self::Sealed => "sealed",
            Self::Guard => "guard",
        }
    }

    /// What it means.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Stale => "its wording was changed after it was tried",
            Self::Waived => "you accepted it unproven, with a reason",
            Self::Vacuous => "its check passed before anything was built, so that a pass proves nothing",
            Self::Toothless => {
                "its check passes although what was built is taken away: a pass proves nothing"
            }
            Self::Older => "it passed at an earlier commit, and was not tried since something changed",
            Self::NotSeenRed => {
                "it passed, but nobody ever saw its check fail: it may pass whatever the app does"
            }
            Self::Sampled => {
                "its check was not seen to fail in the time for it; only some of what was built was taken away"
            }
            Self::Sealed => {
                "nobody who plans or builds is told of it: it shows what the work is worth beyond the contract"
            }
            Self::Guard => "it holds before anything is built, and must hold afterwards, too",
        }
    }

    fn of(doubt: Doubt) -> Option<Self> {
        match doubt {
            Doubt::Stale => Some(Self::Stale),
            Doubt::Waived => Some(Self::Waived),
            Doubt::Vacuous => Some(Self::Vacuous),
            Doubt::Toothless => Some(Self::Toothless),
            Doubt::Older => Some(Self::Older),
            Doubt::NotSeenRed => Some(Self::NotSeenRed),
            Doubt::Sampled => Some(Self::Sampled),
            Doubt::NoAssertion
            | Doubt::NoVerdict
            | Doubt::Failed
            | Doubt::Blocked
            | Doubt::EvidenceLost
            | Doubt::ClaimUnchecked
            | Doubt::ClaimLeft
            | Doubt::CountUnshown => None,
        }
    }
}

/// The words that a gate's page uses.
pub fn at(mission: &Mission, gate: GateId) -> BTreeSet<Term> {
    let unshown = mission.unshown_at(gate);
    let assertions = unshown.iter().filter(|found| matches!(found.matter, Matter::Assertion(_)));
    let doubts = assertions.flat_map(|found| [Some(found.doubt), mission.also_doubted(found)]).flatten();
    let mut terms: BTreeSet<Term> = doubts.filter_map(Term::of).collect();
    // Whatever the reason is, its number stands under the one word.
    if terms.contains(&Term::Sampled) {
        terms.insert(Term::NotSeenRed);
    }
    let held = mission.assertions_at(gate);
    let is_guard = |one: &Assertion| one.wording.check.guard;
    terms.extend(held.iter().any(|id| mission.is_sealed(id)).then_some(Term::Sealed));
    terms.extend(held.iter().filter_map(|id| mission.assertion(id)).any(is_guard).then_some(Term::Guard));
    terms
}

/// Words with their sentences.
pub fn rows(terms: impl IntoIterator<Item = Term>, width: usize) -> Vec<Row> {
    let row = |term: Term| {
        hanging((StyleRole::Dim, &format!("{}: ", term.word())), StyleRole::Dim, term.sentence(), width)
    };
    terms.into_iter().flat_map(row).collect()
}
