//! Sees the checks of a round that passed fail on purpose: in a checkout of its own, which goes with the work, what was
//! built for an assertion is undone feature by feature, then hunk by hunk, and the assertion's command must turn red. The
//! mission's checkout and the validators' are never touched.

mod mutant;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::activity::Running;
use super::baseline::CHECK;
use super::clock;
use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::scripts::{self, Site};
use crate::domain::baseline::{fault, took_too_long};
use crate::domain::command::Command;
use crate::domain::contract::Assertion;
use crate::domain::environment::{CommandRun, Script};
use crate::domain::id::{AssertionId, Commit, MilestoneId};
use crate::domain::sabotage::{Reaction, Sabotage, SabotageOutcome, Undone};
use crate::domain::text::{Line, Title};
use crate::workspace::ProofCheckout;
use mutant::Mutant;

/// How long the set-up and the build of the app may take each time.
const BUILD: Duration = Duration::from_mins(10);

/// What is undone in, and what all trials share.
struct Bench<'a> {
    engine: &'a Arc<EngineContext>,
    checkout: ProofCheckout,
    commit: Commit,
    cancel: &'a CancellationToken,
}

/// Tries each assertion of a milestone that is due, and records what became of it one by one: what is cut short goes on
/// where it was.
///
/// # Errors
/// When the disk, git or the evidence store fails.
pub async fn run(
    engine: &Arc<EngineContext>,
    running: &Running,
    milestone: MilestoneId,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let round =
        engine.cell.with(|m| m.last_round(milestone).map(|round| (round.number, round.commit.clone())));
    let Some((round, commit)) = round else { return Ok(()) };
    let (task_engine, dir, wanted) = (Arc::clone(engine), engine.dir.join("sabotage"), commit.clone());
    let make = move || Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &wanted.0)?);
    let bench = Bench { engine, checkout: blocking(make).await?, commit, cancel };
    let done = bench.try_all(running, milestone, round).await;
    let checkout = bench.checkout.clone();
    blocking(move || Ok(checkout.remove()?)).await?;
    done
}

impl Bench<'_> {
    async fn try_all(
        &self,
        running: &Running,
        milestone: MilestoneId,
        round: u32,
    ) -> Result<(), EngineError> {
        let due = self.engine.cell.with(|mission| mission.to_sabotage(milestone));
        let (started, broken) = (Instant::now(), self.prepare().await?);
        let mut unspent = Some(started);
        for id in due {
            let left = self.engine.cell.with(|mission| mission.sabotage_left_ms(clock::now()));
            // What the set-up took is counted with the first.
            let begun = unspent.take().unwrap_or_else(Instant::now);
            let end = begun + Duration::from_millis(left);
            let Some(assertion) = self.engine.cell.with(|mission| mission.assertion(&id).cloned()) else {
                continue;
            };
            running.doing(format!("undoing what was built for {id}"));
            let trial = match &broken {
                Some(why) => Trial::untold(why),
                None => self.try_one(&assertion, end, running).await?,
            };
            if self.cancel.is_cancelled() {
                return Ok(());
            }
            let Trial { outcome, undone, note } = trial;
            let (revision, commit) = (assertion.revision, self.commit.clone());
            let wall_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let sabotage = Sabotage {
                assertion: id,
                revision,
                milestone,
                round,
                commit,
                outcome,
                undone,
                note,
                wall_ms,
            };
            let command = Command::RecordSabotage { sabotage: Box::new(sabotage) };
            self.engine.dispatcher.record_if_due(command).await?;
        }
        Ok(())
    }

    /// Sets the untouched app up; the reason where that fails, so that nothing could be told.
    async fn prepare(&self) -> Result<Option<Line>, EngineError> {
        let scripts: Vec<Script> =
            self.engine.environment(|e| e.setup.iter().chain(&e.build).cloned().collect());
        let red = self.first_red(&scripts, Instant::now() + BUILD).await?;
        Ok(red.map(|run| {
            Line::clipped(format!("`{}` exits {} in a checkout of its own", run.command, run.exit_code))
        }))
    }

    async fn try_one(
        &self,
        assertion: &Assertion,
        end: Instant,
        running: &Running,
    ) -> Result<Trial, EngineError> {
        let Some(command) = assertion.wording.check.command.clone() else {
            return Ok(Trial::untold(&Line::clipped("it has no command")));
        };
        if Instant::now() >= end {
            return Ok(Trial::out_of_time(Vec::new()));
        }
        let check = Script { name: Title::clipped(assertion.id.as_str()), run: command, report: None };
        let first = self.run(&check, end).await?;
        if !first.passed() {
            let out = Instant::now() >= end;
            let why = Line::clipped(format!(
                "it exits {} in a checkout of its own, with nothing undone",
                first.exit_code
            ));
            return Ok(if out { Trial::out_of_time(Vec::new()) } else { Trial::untold(&why) });
        }
        let mut undone: Vec<Undone> = Vec::new();
        let mutants = self.mutants(&assertion.id, assertion.wording.check.guard).await?;
        for mutant in mutants {
            if self.cancel.is_cancelled() || Instant::now() >= end {
                return Ok(Trial::out_of_time(undone));
            }
            running.doing(format!("undoing {} for {}", mutant.what, assertion.id));
            let (reaction, evidence) = self.react(&mutant, &check, end).await?;
            let red = matches!(reaction, Reaction::Red { .. });
            undone.push(Undone { what: mutant.what, reaction, evidence });
            if red {
                return Ok(Trial { outcome: SabotageOutcome::Red, undone, note: None });
            }
        }
        if undone.iter().any(|one| one.reaction == Reaction::Green) {
            return Ok(Trial { outcome: SabotageOutcome::Toothless, undone, note: None });
        }
        let reasons: Vec<&str> = undone
            .iter()
            .filter_map(|one| {
                if let Reaction::Skipped { reason } = &one.reaction { Some(reason.as_str()) } else { None }
            })
            .collect();
        let why = reasons.first().copied().unwrap_or("nothing was built for it that could be undone");
        let untold = Trial::untold(&Line::clipped(why));
        Ok(Trial { undone, ..untold })
    }

    async fn mutants(&self, id: &AssertionId, guard: bool) -> Result<Vec<Mutant>, EngineError> {
        let (engine, id) = (Arc::clone(self.engine), id.clone());
        blocking(move || if guard { Ok(vec![Mutant::everything()]) } else { mutant::of(&engine, &id) }).await
    }

    /// What the check does while something is undone; everything is put back before the next.
    async fn react(
        &self,
        mutant: &Mutant,
        check: &Script,
        end: Instant,
    ) -> Result<(Reaction, Option<String>), EngineError> {
        let reaction = self.react_in(mutant, check, end).await;
        let (checkout, commit) = (self.checkout.clone(), self.commit.clone());
        blocking(move || Ok(checkout.at(&commit.0)?)).await?;
        reaction
    }

    async fn react_in(
        &self,
        mutant: &Mutant,
        check: &Script,
        end: Instant,
    ) -> Result<(Reaction, Option<String>), EngineError> {
        let skipped = |reason: String| (Reaction::Skipped { reason: Line::clipped(reason) }, None);
        let (checkout, change) = (self.checkout.clone(), mutant.change.clone());
        if let Err(why) = blocking(move || mutant::make(checkout, &change)).await? {
            return Ok(skipped(format!("it cannot be undone alone: {why}")));
        }
        if mutant.is_built() {
            let scripts: Vec<Script> = self.engine.environment(|environment| environment.build.clone());
            if let Some(run) = self.first_red(&scripts, end).await? {
                return Ok(skipped(format!("without it `{}` exits {}", run.command, run.exit_code)));
            }
        }
        let run = self.run(check, end).await?;
        let evidence = run.evidence.clone();
        Ok(match fault(&run) {
            Some(why) => skipped(format!("without it the check can decide nothing: {why}")),
            None if took_too_long(&run) => skipped("without it the check took too long".to_owned()),
            None if run.passed() => (Reaction::Green, evidence),
            None => (Reaction::Red { exit_code: run.exit_code }, evidence),
        })
    }

    async fn first_red(&self, scripts: &[Script], end: Instant) -> Result<Option<CommandRun>, EngineError> {
        for script in scripts {
            let left = end.saturating_duration_since(Instant::now()).min(BUILD);
            let run =
                scripts::run_within(self.engine, &Site::new(self.dir()), script, left, self.cancel).await?;
            if !run.passed() {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    async fn run(&self, check: &Script, end: Instant) -> Result<CommandRun, EngineError> {
        let left = end.saturating_duration_since(Instant::now()).min(CHECK);
        scripts::run_within(self.engine, &Site::new(self.dir()), check, left, self.cancel).await
    }

    /// Its evidence names no commit: what was run stood at none, so that no verdict can rest on it.
    fn dir(&self) -> &Path {
        self.checkout.dir()
    }
}

/// What became of one assertion.
struct Trial {
    outcome: SabotageOutcome,
    undone: Vec<Undone>,
    note: Option<Line>,
}

impl Trial {
    fn untold(why: &Line) -> Self {
        Self { outcome: SabotageOutcome::Untold, undone: Vec::new(), note: Some(why.clone()) }
    }

    fn out_of_time(undone: Vec<Undone>) -> Self {
        Self { outcome: SabotageOutcome::OutOfTime, undone, note: None }
    }
}
