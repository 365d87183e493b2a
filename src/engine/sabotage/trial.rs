//! What was tried for one assertion, what is worth trying after it, and what all of it says.

use tokio::time::Instant;

use super::mutant::{Mutant, Reach};
use super::probe::Look;
use crate::domain::red::HowRed;
use crate::domain::sabotage::{Reaction, SabotageOutcome, Undone};
use crate::domain::text::Line;
use crate::workspace::undo::Extent;

/// Smaller changes that are tried at most once a check was red for want of the app.
const FINER: usize = 3;
/// They may take this share of the time that is left then.
const SHARE: u32 = 4;

/// What was tried so far.
pub struct Tried {
    /// When it is over.
    pub end: Instant,
    undone: Vec<Undone>,
    /// All that a feature added was undone, and nothing was noticed.
    toothless: bool,
    /// It was red, and not for its statement: so many smaller changes may be tried to see that.
    finer: Option<usize>,
    /// It was red for its statement: no more is to be seen.
    settled: bool,
}

impl Tried {
    /// Nothing yet, and when it is over.
    pub fn new(end: Instant) -> Self {
        Self { end, undone: Vec::new(), toothless: false, finer: None, settled: false }
    }

    /// Whether one more change would say more.
    pub fn wants(&self, mutant: &Mutant) -> bool {
        let says_more = match self.finer {
            None => !(self.toothless && mutant.reach == Reach::WithLater),
            Some(left) => left > 0 && mutant.reach == Reach::Hunk && mutant.is_within_a_file(),
        };
        says_more && !self.settled
    }

    /// Takes in what was seen.
    pub fn take(&mut self, mutant: Mutant, look: Look) {
        let Look { reaction, evidence, extent, .. } = look;
        let reaction = if mutant.is_built() { reaction } else { of_nothing(reaction) };
        self.toothless |=
            mutant.reach == Reach::Features && extent == Extent::Whole && reaction == Reaction::Green;
        self.finer = self.finer.map(|left| left.saturating_sub(1));
        match reaction.how() {
            Some(how) if how.is_for_its_statement() => self.settled = true,
            Some(_) if self.finer.is_none() => {
                self.finer = Some(FINER);
                self.end -= self.end.saturating_duration_since(Instant::now()) / SHARE * (SHARE - 1);
            }
            Some(_) | None => {}
        }
        let what = match extent {
            Extent::Whole => mutant.what,
            Extent::Part => Line::clipped(format!("a part of {}", mutant.what)),
        };
        self.undone.push(Undone { what, reaction, evidence });
    }

    /// What all of it says.
    pub fn trial(self) -> Trial {
        if self.is_red() {
            return Trial { outcome: SabotageOutcome::Red, undone: self.undone, note: None };
        }
        if self.toothless {
            return Trial { outcome: SabotageOutcome::Toothless, undone: self.undone, note: None };
        }
        let note = Some(Line::clipped(why_untold(&self.undone)));
        Trial { outcome: SabotageOutcome::Untold, undone: self.undone, note }
    }

    /// What it says when the time is over first.
    pub fn cut_short(self) -> Trial {
        if self.is_red() { self.trial() } else { Trial::out_of_time(self.undone) }
    }

    fn is_red(&self) -> bool {
        self.settled || self.finer.is_some()
    }
}

/// Of an app of which nothing is left nothing can be judged.
fn of_nothing(reaction: Reaction) -> Reaction {
    match reaction {
        Reaction::Red { exit_code, seen, .. } => Reaction::Red { exit_code, how: HowRed::Gone, seen },
        Reaction::Other { seen, .. } => Reaction::Other { seen, how: HowRed::Gone },
        Reaction::Green | Reaction::Skipped { .. } => reaction,
    }
}

/// What became of one assertion.
pub struct Trial {
    pub outcome: SabotageOutcome,
    pub undone: Vec<Undone>,
    pub note: Option<Line>,
}

/// Why what was undone tells nothing of a check.
fn why_untold(undone: &[Undone]) -> &str {
    let skipped = undone.iter().find_map(|one| match &one.reaction {
        Reaction::Skipped { reason } => Some(reason.as_str()),
        Reaction::Red { .. } | Reaction::Other { .. } | Reaction::Green => None,
    });
    let green = || {
        (!undone.is_empty())
            .then_some("later work stands on what was built for it, so that only a part could be undone")
    };
    skipped.or_else(green).unwrap_or("nothing was built for it that could be undone")
}

impl Trial {
    /// Nothing could be told, and why.
    pub fn untold(why: &Line) -> Self {
        Self { outcome: SabotageOutcome::Untold, undone: Vec::new(), note: Some(why.clone()) }
    }

    /// The time was over first.
    pub fn out_of_time(undone: Vec<Undone>) -> Self {
        Self { outcome: SabotageOutcome::OutOfTime, undone, note: None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::sabotage::mutant::Change;

    fn mutant(reach: Reach) -> Mutant {
        Mutant { what: Line::clipped("F1"), change: Change::Undo(Vec::new()), reach }
    }

    fn look(reaction: Reaction) -> Look {
        let mut look = Look::skipped("");
        look.reaction = reaction;
        look
    }

    fn red(how: HowRed) -> Look {
        look(Reaction::Red { exit_code: 1, how, seen: None })
    }

    #[test]
    fn a_check_that_was_red_for_want_of_the_app_is_tried_on_less_within_bounds() {
        let end = Instant::now() + Duration::from_secs(4_000);
        let mut tried = Tried::new(end);
        tried.take(mutant(Reach::Features), red(HowRed::Gone));
        assert!(tried.end < end && tried.end > Instant::now(), "most of the time is kept for the others");
        assert!(!tried.wants(&mutant(Reach::Features)) && tried.wants(&mutant(Reach::Hunk)));
        for _ in 0..FINER {
            assert!(tried.wants(&mutant(Reach::Hunk)));
            tried.take(mutant(Reach::Hunk), look(Reaction::Green));
        }
        assert!(!tried.wants(&mutant(Reach::Hunk)));
        let trial = tried.cut_short();
        assert_eq!(
            (trial.outcome, trial.undone.len()),
            (SabotageOutcome::Red, 1 + FINER),
            "it was red all the same"
        );

        let mut tried = Tried::new(end);
        tried.take(mutant(Reach::Features), red(HowRed::Down));
        tried.take(mutant(Reach::Hunk), red(HowRed::Untrue));
        assert!(!tried.wants(&mutant(Reach::Hunk)), "more is not to be seen");
        let mut tried = Tried::new(end);
        tried.take(Mutant::everything(), red(HowRed::Untrue));
        assert_eq!(tried.undone[0].reaction.how(), Some(HowRed::Gone), "there was nothing to judge");
        let mut tried = Tried::new(end);
        tried.take(mutant(Reach::Features), look(Reaction::Green));
        assert_eq!(tried.cut_short().outcome, SabotageOutcome::OutOfTime);
    }
}
