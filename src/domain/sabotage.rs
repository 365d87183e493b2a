//! Whether a check was ever seen red on this app: at the base commit, or while something that was built was undone on
//! purpose, where nobody works. A check that stays green whatever is undone proves nothing: it is toothless.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::attempt::EngineWork;
use super::baseline::{AtBase, last_words};
use super::contract::Assertion;
use super::environment::CommandRun;
use super::estimate::estimate;
use super::id::{AssertionId, Commit, MilestoneId, Revision, Timestamp};
use super::mission::Mission;
use super::red::HowRed;
use super::round::RoundOutcome;
use super::text::{Line, plural, worded};
use super::verdict::{EvidenceRef, Outcome, Standing, Verdict};

/// Milliseconds that undoing things may take in a mission of minutes: less would see nothing.
const SABOTAGE_FLOOR_MS: u64 = 120_000;

/// What became of an assertion's check while the app was made wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sabotage {
    pub assertion: AssertionId,
    pub revision: Revision,
    pub milestone: MilestoneId,
    /// The round that had passed.
    pub round: u32,
    /// The commit whose parts were undone.
    pub commit: Commit,
    pub outcome: SabotageOutcome,
    /// What was undone, in order.
    pub undone: Vec<Undone>,
    /// Why nothing could be told, where that is so.
    #[serde(default)]
    pub note: Option<Line>,
    /// The tester's steps that were done again, where the assertion has no command: others are another check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<EvidenceRef>,
    /// Milliseconds it took.
    pub wall_ms: u64,
}

/// One thing that was undone, and what the check did then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Such as `F2` or `F2: src/main.rs @@ -3,6 +3,9 @@`.
    pub what: Line,
    pub reaction: Reaction,
    /// The evidence of the check's run, where it ran.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// What a check did while something was undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// It failed, as it should: how, and its last words.
    Red {
        exit_code: i32,
        #[serde(default)]
        how: HowRed,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Line>,
    },
    /// The tester's steps showed something else, as they should.
    Other {
        seen: Line,
        #[serde(default)]
        how: HowRed,
    },
    /// It passed all the same.
    Green,
    /// It tells nothing: the change does not apply or build, or the check could not run.
    Skipped { reason: Line },
}

impl Reaction {
    /// Whether what was undone was noticed.
    pub fn is_red(&self) -> bool {
        self.how().is_some()
    }

    /// How it was noticed, where it was.
    pub fn how(&self) -> Option<HowRed> {
        match self {
            Self::Red { how, .. } | Self::Other { how, .. } => Some(*how),
            Self::Green | Self::Skipped { .. } => None,
        }
    }

    /// What the run of a command says, where that could do its work.
    pub fn of_run(run: &CommandRun) -> Self {
        if run.passed() {
            return Self::Green;
        }
        let seen = Some(last_words(run)).filter(|words| !words.is_empty()).map(Line::clipped);
        Self::Red { exit_code: run.exit_code, how: HowRed::of_run(run), seen }
    }

    /// What was seen, or why nothing was.
    pub fn saw(&self) -> String {
        match self {
            Self::Red { exit_code, seen, .. } => {
                let seen = seen.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
                format!("exit {exit_code}{seen}")
            }
            Self::Other { seen, .. } => seen.to_string(),
            Self::Green => "it passed all the same".to_owned(),
            Self::Skipped { reason } => reason.to_string(),
        }
    }
}

/// What all of it says of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SabotageOutcome {
    /// It was seen red.
    Red,
    /// It stayed green whatever was undone.
    Toothless,
    /// Nothing could be undone that would have told.
    Untold,
    /// The time for it was over first: a sample of it was tried.
    OutOfTime,
}

worded!(SabotageOutcome);

/// Whether the check of an assertion was seen red on this app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SeenRed {
    /// Before anything was built, and for its statement.
    AtBase,
    /// In a verdict at an earlier commit, before it was mended.
    Failed,
    /// While something that was built was undone.
    Sabotaged,
    /// It stayed green whatever was undone.
    Toothless,
    /// It holds before anything is built, and nothing was undone yet.
    Vacuous,
    /// What was undone told nothing.
    Untold,
    /// There was not enough time to see it.
    OutOfTime,
    /// It was red only where nothing was built that it could judge, or where something else changed: that says nothing of it.
    Absent,
    /// Not yet: its milestone has no round that passed.
    NotYet,
    /// A tester judges it: there is no command that could be run against an app made wrong, and no steps that could be
    /// done again.
    Judged,
    /// Nothing is undone in this mission, by its settings.
    Off,
}

worded!(SeenRed);

impl SeenRed {
    /// Whether it failed once on an app that it should fail on.
    pub fn is_seen(self) -> bool {
        matches!(self, Self::AtBase | Self::Failed | Self::Sabotaged)
    }

    /// Whether it is known that its pass says nothing.
    pub fn proves_nothing(self) -> bool {
        matches!(self, Self::Toothless | Self::Vacuous)
    }
}

impl Sabotage {
    /// What was undone when it was seen red: of several the one that shows most, and of those the first.
    pub fn red(&self) -> Option<&Undone> {
        let red = self.undone.iter().filter(|undone| undone.reaction.is_red());
        red.rev().max_by_key(|undone| undone.reaction.how())
    }

    /// What was seen, in a sentence.
    pub fn sentence(&self) -> String {
        let green = self.undone.iter().filter(|undone| undone.reaction == Reaction::Green).count();
        let note = self.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        match (self.outcome, self.red()) {
            (SabotageOutcome::Red, Some(Undone { what, reaction, .. })) => {
                let how = reaction.how().unwrap_or_default().clause();
                format!("is red in a copy without {what}, where {how}: {}", reaction.saw())
            }
            (SabotageOutcome::Red, None) => "was seen red".to_owned(),
            (SabotageOutcome::Toothless, _) => {
                format!("stays green whatever is undone in a copy: {}", self.greens())
            }
            (SabotageOutcome::Untold, _) => format!("was not seen red{note}"),
            (SabotageOutcome::OutOfTime, _) => {
                format!("was not seen red in the time there is: {} undone{note}", plural(green, "change"))
            }
        }
    }

    /// What was undone while the check stayed green, as far as a sentence has room for it.
    pub fn greens(&self) -> String {
        let greens = || self.undone.iter().filter(|undone| undone.reaction == Reaction::Green);
        let shown: Vec<&str> = greens().take(3).map(|undone| undone.what.as_str()).collect();
        match greens().count().saturating_sub(shown.len()) {
            0 => shown.join(" · "),
            more => format!("{} · {more} more", shown.join(" · ")),
        }
    }
}

impl Mission {
    /// Whether the check of an assertion was seen red on this app, as it is worded now.
    pub fn seen_red(&self, id: &AssertionId) -> SeenRed {
        let Some(assertion) = self.assertion(id) else { return SeenRed::NotYet };
        let base = self.at_base(assertion);
        let at_base = match &base {
            AtBase::Red(run) => Some(HowRed::of_run(run)),
            AtBase::Untried
            | AtBase::Guards(_)
            | AtBase::Vacuous(_)
            | AtBase::Invalid(..)
            | AtBase::TookTooLong(_) => None,
        };
        if at_base.is_some_and(HowRed::is_for_its_statement) {
            return SeenRed::AtBase;
        }
        if self.failed_before(assertion).is_some() {
            return SeenRed::Failed;
        }
        let sabotage = self.sabotage_of(assertion);
        let sabotaged = sabotage.map(|sabotage| sabotage.outcome);
        let has_probe = assertion.wording.check.command.is_some() || self.steps_of(assertion).is_some();
        if !has_probe && sabotaged != Some(SabotageOutcome::Red) {
            return SeenRed::Judged;
        }
        let vacuous = matches!(base, AtBase::Vacuous(_));
        match sabotaged {
            Some(SabotageOutcome::Red) => {
                let how = sabotage.and_then(Sabotage::red).and_then(|undone| undone.reaction.how());
                if how == Some(HowRed::Elsewhere) { SeenRed::Absent } else { SeenRed::Sabotaged }
            }
            Some(SabotageOutcome::Toothless) => SeenRed::Toothless,
            Some(SabotageOutcome::Untold | SabotageOutcome::OutOfTime) | None if vacuous => SeenRed::Vacuous,
            Some(SabotageOutcome::Untold | SabotageOutcome::OutOfTime) | None if at_base.is_some() => {
                SeenRed::Absent
            }
            Some(SabotageOutcome::Untold) => SeenRed::Untold,
            Some(SabotageOutcome::OutOfTime) => SeenRed::OutOfTime,
            None if self.limits().sabotage_percent == 0 => SeenRed::Off,
            None => SeenRed::NotYet,
        }
    }

    /// Whether it failed as it is worded now, at another commit than the one at which it passes.
    pub(in crate::domain) fn failed_before(&self, assertion: &Assertion) -> Option<&Verdict> {
        let verdicts = self.verdicts.get(&assertion.id).map_or(&[][..], Vec::as_slice);
        let newest = self.newest_verdict(&assertion.id);
        let newest = newest.filter(|newest| newest.outcome == Outcome::Pass)?;
        verdicts.iter().rev().find(|verdict| {
            verdict.outcome == Outcome::Fail
                && !verdict.is_flaky()
                && verdict.revision == assertion.revision
                && verdict.commit != newest.commit
        })
    }

    /// What was undone for an assertion as it is worded now. Where it has no command, that its instrument was seen to fail
    /// stays true when it is proven again by other steps; that nothing was noticed says something of those steps alone.
    pub fn sabotage_of(&self, assertion: &Assertion) -> Option<&Sabotage> {
        let same = |sabotage: &&Sabotage| {
            assertion.wording.check.command.is_some()
                || sabotage.outcome == SabotageOutcome::Red
                || sabotage.steps.as_ref() == self.steps_of(assertion)
        };
        self.sabotages.get(&assertion.id).filter(|tried| tried.revision == assertion.revision).filter(same)
    }

    /// The steps by which an assertion was seen to hold, as it is worded now.
    pub fn steps_of(&self, assertion: &Assertion) -> Option<&EvidenceRef> {
        let verdict = self.newest_verdict(&assertion.id)?;
        let holds = verdict.outcome == Outcome::Pass && verdict.revision == assertion.revision;
        verdict.steps.as_ref().filter(|_| holds)
    }

    /// The work of undoing things, once the last round of a milestone passed and its gate is all that is left.
    pub(in crate::domain) fn sabotage_due(&self, milestone: MilestoneId) -> Option<EngineWork> {
        let round = self.last_telling_round(milestone)?;
        let rests = self.next_feature(milestone).is_none() && !self.needs_round(milestone);
        let passed = round.outcome == Some(RoundOutcome::Passed);
        let due = passed && rests && !self.to_sabotage(milestone).is_empty();
        due.then_some(EngineWork::Sabotage { milestone, round: round.number })
    }

    /// The blocking assertions of a milestone that passed and whose check was never seen red for its statement, those first
    /// that were never red at all. What was tried once is tried again only in a later round, and only where it told nothing.
    pub fn to_sabotage(&self, milestone: MilestoneId) -> Vec<AssertionId> {
        let round = self.last_telling_round(milestone).map_or(0, |round| round.number);
        if self.limits().sabotage_percent == 0 {
            return Vec::new();
        }
        let wanted = |assertion: &&Assertion| {
            let passed = self.standing(&assertion.id) == Standing::Passed;
            let last = self.sabotage_of(assertion);
            let later = last.is_none_or(|last| last.milestone == milestone && last.round < round);
            let untried = match self.seen_red(&assertion.id) {
                SeenRed::NotYet | SeenRed::Vacuous | SeenRed::Untold | SeenRed::OutOfTime => later,
                SeenRed::Absent => last.is_none(),
                SeenRed::AtBase
                | SeenRed::Failed
                | SeenRed::Sabotaged
                | SeenRed::Toothless
                | SeenRed::Judged
                | SeenRed::Off => false,
            };
            assertion.is_blocking() && passed && untried
        };
        let all = self.assertions_of(milestone).chain(self.sealed_of(milestone));
        let mut due: Vec<AssertionId> = all.filter(wanted).map(|assertion| assertion.id.clone()).collect();
        due.sort_by_key(|id| self.seen_red(id) == SeenRed::Absent);
        due
    }

    /// Milliseconds that undoing things may still take: a share of the mission's time, which is what agents have worked,
    /// and at least what they are expected to. A mission of minutes has two of them.
    pub fn sabotage_left_ms(&self, now: Timestamp) -> u64 {
        let whole = self.agent_ms(now).max(estimate(self).likely_ms);
        match u64::from(self.limits().sabotage_percent) {
            0 => 0,
            percent => {
                let share = whole.saturating_mul(percent) / 100;
                share.max(SABOTAGE_FLOOR_MS).saturating_sub(self.sabotage_ms)
            }
        }
    }

    /// Blocking assertions of some that stand as passed although their check says nothing of the app.
    pub fn toothless<'a>(&'a self, ids: impl IntoIterator<Item = &'a AssertionId>) -> Vec<&'a AssertionId> {
        let blocking = |id: &AssertionId| self.assertion(id).is_some_and(Assertion::is_blocking);
        let passed = |id: &AssertionId| self.standing(id) == Standing::Passed;
        ids.into_iter()
            .filter(|id| blocking(id) && passed(id) && self.seen_red(id).proves_nothing())
            .collect()
    }
}
