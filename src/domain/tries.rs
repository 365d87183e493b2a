//! Each time the check of an assertion was tried on an app that it should fail on, and the evidence of it beside that of
//! the verdicts.

use super::baseline::AtBase;
use super::contract::Assertion;
use super::id::AssertionId;
use super::mission::Mission;
use super::red::HowRed;
use super::sabotage::{Reaction, SeenRed, Undone};
use super::text::Line;
use super::verdict::{EvidenceRef, Verdict};

/// What a piece of evidence was taken for.
#[derive(Debug, Clone, PartialEq)]
pub enum TakenFor<'a> {
    Verdict(&'a Verdict),
    /// To see the check fail.
    Try(Undone),
}

impl Undone {
    /// What is gone where nothing is built yet.
    const BASE: &'static str = "anything built (the base commit)";
}

impl Mission {
    /// How the check of an assertion was red, where it was. A verdict is about an app that was there.
    pub fn how_red(&self, id: &AssertionId) -> Option<HowRed> {
        let assertion = self.assertion(id)?;
        match self.seen_red(id) {
            SeenRed::AtBase | SeenRed::Sabotaged | SeenRed::Absent => {
                self.tries_of(assertion).iter().filter_map(|one| one.reaction.how()).max()
            }
            SeenRed::Failed => Some(self.failed_before(assertion).map_or(HowRed::Unknown, |failed| {
                let round = self.round(failed.milestone, failed.round);
                let run = round.and_then(|round| round.check(id, failed.revision));
                run.filter(|run| !run.passed()).map_or(HowRed::Untrue, HowRed::of_run)
            })),
            SeenRed::Toothless
            | SeenRed::Vacuous
            | SeenRed::Untold
            | SeenRed::OutOfTime
            | SeenRed::NotYet
            | SeenRed::Judged
            | SeenRed::Off => None,
        }
    }

    /// Each app that the check of an assertion should fail on and was tried on, as it is worded now: the base commit, and
    /// what was undone, in order.
    pub fn tries_of(&self, assertion: &Assertion) -> Vec<Undone> {
        let base = match self.at_base(assertion) {
            AtBase::Untried | AtBase::Guards(_) => None,
            AtBase::Red(run) | AtBase::Vacuous(run) => Some((run, Reaction::of_run(run))),
            AtBase::Invalid(run, why) => Some((run, Reaction::Skipped { reason: Line::clipped(why) })),
            AtBase::TookTooLong(run) => {
                Some((run, Reaction::Skipped { reason: Line::clipped("it took too long") }))
            }
        };
        let base = base.map(|(run, reaction)| Undone {
            what: Line::clipped(Undone::BASE),
            reaction,
            evidence: run.evidence.clone(),
        });
        let undone = self.sabotage_of(assertion).into_iter().flat_map(|tried| &tried.undone);
        base.into_iter().chain(undone.cloned()).collect()
    }

    /// Every piece of evidence of an assertion: those of its verdicts, the newest first, then what its check showed on apps
    /// that it should fail on.
    pub fn pieces_of(&self, id: &AssertionId) -> Vec<(EvidenceRef, TakenFor<'_>)> {
        let verdicts = self.verdicts.get(id).into_iter().flatten().rev();
        let of_verdicts = verdicts.flat_map(|verdict| {
            verdict.pieces().map(move |piece| (piece.clone(), TakenFor::Verdict(verdict)))
        });
        let tries = self.assertion(id).map(|assertion| self.tries_of(assertion)).unwrap_or_default();
        let of_tries = tries
            .into_iter()
            .filter_map(|one| Some((EvidenceRef(one.evidence.clone()?), TakenFor::Try(one))));
        let mut pieces: Vec<(EvidenceRef, TakenFor<'_>)> = Vec::new();
        for (piece, taken) in of_verdicts.chain(of_tries) {
            if pieces.iter().all(|(known, _)| *known != piece) {
                pieces.push((piece, taken));
            }
        }
        pieces
    }
}
