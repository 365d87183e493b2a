//! How it is seen whether an assertion still holds while something is undone: by its own command, or by the steps with
//! which a tester saw it hold.

use std::path::PathBuf;

use tokio::time::Instant;

use super::word::Said;
use super::{Bench, CHECK, how};
use crate::agent::tool::{Alike, Steps};
use crate::domain::baseline::{fault, took_too_long};
use crate::domain::contract::Assertion;
use crate::domain::environment::{CommandRun, Script};
use crate::domain::event::Actor;
use crate::domain::red::HowRed;
use crate::domain::sabotage::Reaction;
use crate::domain::text::{Line, Title};
use crate::domain::verdict::EvidenceRef;
use crate::engine::error::EngineError;
use crate::engine::evidence::Taken;
use crate::engine::replay::{self, Sight, steps_of};
use crate::engine::scripts::{self, Site};
use crate::instrument::Facts;
use crate::workspace::undo::Extent;

/// One way to see it.
pub enum Probe {
    /// A command, and the files of the checkout that it names.
    Command { script: Script, names: Vec<PathBuf> },
    /// A tester's steps, with what each of them showed with nothing undone, and what the assertion quotes.
    Steps { steps: Steps, alike: Alike, known: Vec<Result<Facts, String>>, quoted: Vec<String> },
}

/// What was seen while something was undone.
pub struct Look {
    pub reaction: Reaction,
    pub evidence: Option<String>,
    /// How much of what was to be undone was.
    pub extent: Extent,
    /// What steps showed.
    facts: Vec<Facts>,
}

impl Look {
    /// It tells nothing.
    pub fn skipped(reason: impl AsRef<str>) -> Self {
        Self {
            reaction: Reaction::Skipped { reason: Line::clipped(reason) },
            evidence: None,
            extent: Extent::Whole,
            facts: Vec::new(),
        }
    }
}

impl Probe {
    /// The one of an assertion, or why it has none.
    pub fn of(bench: &Bench<'_>, assertion: &Assertion, steps: Option<&EvidenceRef>) -> Result<Self, String> {
        if let Some(run) = assertion.wording.check.command.clone() {
            let name = Title::clipped(assertion.id.as_str());
            return Ok(Self::Command { script: Script { name, run, report: None }, names: Vec::new() });
        }
        let reference = steps.ok_or("it has no command, and no steps of a tester's are kept")?;
        let steps = steps_of(&bench.engine.store, reference)
            .ok_or_else(|| format!("the steps that were kept as {} are not what they were", reference.0))?;
        let alike = Alike::new(steps.shown());
        let quoted = bench.engine.cell.with(|mission| Said::of(mission, assertion).quoted());
        Ok(Self::Steps { steps, alike, known: Vec::new(), quoted })
    }

    /// Tries it with nothing undone; why it tells nothing, where that is so.
    pub async fn untouched(
        &mut self,
        bench: &Bench<'_>,
        end: Instant,
    ) -> Result<Option<String>, EngineError> {
        match self {
            Self::Command { script, names } => {
                *names = how::named_in(script.run.as_str(), bench.dir());
                let run = bench.run(script, end).await?;
                let why =
                    || format!("it exits {} in a checkout of its own, with nothing undone", run.exit_code);
                Ok((!run.passed()).then(why))
            }
            Self::Steps { steps, alike, known, .. } => Ok(match bench.replay(steps, end).await? {
                Ok(sight) => {
                    *known = sight.all;
                    alike.and(sight.facts);
                    alike.flaw().map(|why| format!("its tester's steps cannot be judged: {why}"))
                }
                Err(why) => Some(why),
            }),
        }
    }

    /// Tries it while something is undone.
    pub async fn look(&self, bench: &Bench<'_>, end: Instant) -> Result<Look, EngineError> {
        match self {
            Self::Command { script, names } => {
                let run = bench.run(script, end).await?;
                let evidence = run.evidence.clone();
                let seen = |reaction| Look { reaction, evidence, extent: Extent::Whole, facts: Vec::new() };
                Ok(match fault(&run) {
                    Some(why) => Look::skipped(format!("without it the check can decide nothing: {why}")),
                    None if took_too_long(&run) => Look::skipped("without it the check took too long"),
                    None => seen(without(names, bench, Reaction::of_run(&run))),
                })
            }
            Self::Steps { steps, alike, known, quoted } => match bench.replay(steps, end).await? {
                Ok(sight) => {
                    let how = how::of_steps(known, &sight, quoted);
                    bench.judged(alike, how, sight)
                }
                Err(why) => Ok(Look::skipped(format!("without it {why}"))),
            },
        }
    }

    /// Whether something else that steps showed is due to what was undone: with everything put back they show what they
    /// showed before. A command's exit code needs no such second look.
    pub async fn confirmed(
        &mut self,
        bench: &Bench<'_>,
        look: Look,
        end: Instant,
    ) -> Result<Look, EngineError> {
        let Reaction::Other { how, .. } = look.reaction else { return Ok(look) };
        if matches!(self, Self::Command { .. }) {
            return Ok(look);
        }
        if let Some(why) = bench.rebuilt(end).await? {
            return Ok(Look::skipped(format!("it could not be put back: {why}")));
        }
        if let Some(why) = self.untouched(bench, end).await? {
            return Ok(Look::skipped(why));
        }
        let differs = match self {
            Self::Steps { alike, .. } => alike.against(&look.facts),
            Self::Command { .. } => None,
        };
        Ok(match differs {
            Some(seen) => Look { reaction: Reaction::Other { seen: Line::clipped(seen), how }, ..look },
            None => Look::skipped("what its steps show changes by itself"),
        })
    }
}

/// What a command did; one that was red for want of a file that it names could judge nothing, whatever it says.
fn without(names: &[PathBuf], bench: &Bench<'_>, reaction: Reaction) -> Reaction {
    let gone = names.iter().find(|path| !bench.dir().join(path).exists());
    match (reaction, gone) {
        (Reaction::Red { exit_code, seen, .. }, Some(path)) => {
            let seen = seen.or_else(|| Some(Line::clipped(format!("{} is not there", path.display()))));
            Reaction::Red { exit_code, how: HowRed::Gone, seen }
        }
        (reaction, _) => reaction,
    }
}

impl Bench<'_> {
    /// Does a tester's steps in the checkout as it is.
    async fn replay(&self, steps: &Steps, end: Instant) -> Result<Result<Sight, String>, EngineError> {
        let left = end.saturating_duration_since(Instant::now()).min(replay::LIMIT);
        replay::again(self.engine, self.dir(), steps, left, self.cancel).await
    }

    fn judged(&self, alike: &Alike, how: HowRed, sight: Sight) -> Result<Look, EngineError> {
        let reaction = match alike.against(&sight.facts) {
            Some(seen) => Reaction::Other { seen: Line::clipped(seen), how },
            None if alike.is_steady() => Reaction::Green,
            None => return Ok(Look::skipped("not all that its steps show can be compared")),
        };
        // It names no commit: what was seen stood at none, so that no verdict can rest on it.
        let taken = Taken { by: Actor::Engine, round: None, commit: None, app: None };
        let evidence = sight.keep(&self.engine.store, &taken)?.pop().map(|reference| reference.0);
        Ok(Look { reaction, evidence, extent: Extent::Whole, facts: sight.facts })
    }

    async fn run(&self, check: &Script, end: Instant) -> Result<CommandRun, EngineError> {
        let left = end.saturating_duration_since(Instant::now()).min(CHECK);
        scripts::run_within(self.engine, &Site::new(self.dir()), check, left, self.cancel).await
    }
}
