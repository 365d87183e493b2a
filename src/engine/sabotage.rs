//! Sees the checks of a round that passed fail on purpose: in a checkout of its own, which goes with the work, a word of
//! what is asserted is changed in what was built for it, then that is undone feature by feature, then hunk by hunk, and the
//! assertion's command must turn red; where it has none, the steps of its tester must show something else. The mission's checkout and the validators' are never
//! touched.

mod how;
mod mutant;
mod probe;
mod trial;
mod word;

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
use crate::domain::command::Command;
use crate::domain::contract::Assertion;
use crate::domain::environment::{CommandRun, Script};
use crate::domain::id::{AssertionId, Commit, MilestoneId};
use crate::domain::sabotage::Sabotage;
use crate::domain::text::Line;
use crate::workspace::ProofCheckout;
use mutant::Mutant;
use probe::{Look, Probe};
use trial::{Trial, Tried};

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
        for (done, id) in due.iter().enumerate() {
            let left = self.engine.cell.with(|mission| mission.sabotage_left_ms(clock::now()));
            // No assertion takes the time of all others.
            let others = u64::try_from(due.len() - done).unwrap_or(1);
            let left = left.min(2 * left / others);
            // What the set-up took is counted with the first.
            let begun = unspent.take().unwrap_or_else(Instant::now);
            let end = begun + Duration::from_millis(left);
            let found = self.engine.cell.with(|mission| {
                let assertion = mission.assertion(id)?;
                Some((assertion.clone(), mission.steps_of(assertion).cloned()))
            });
            let Some((assertion, steps)) = found else { continue };
            running.doing(format!("in a copy: can the check of {id} fail?"));
            let trial = match &broken {
                Some(why) => Trial::untold(why),
                None => match Probe::of(self, &assertion, steps.as_ref()) {
                    Ok(probe) => self.try_one(&assertion, probe, end, running).await?,
                    Err(why) => Trial::untold(&Line::clipped(why)),
                },
            };
            if self.cancel.is_cancelled() {
                return Ok(());
            }
            let Trial { outcome, undone, note } = trial;
            let (revision, commit) = (assertion.revision, self.commit.clone());
            let wall_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let sabotage = Sabotage {
                assertion: id.clone(),
                revision,
                milestone,
                round,
                commit,
                outcome,
                undone,
                note,
                steps: steps.filter(|_| assertion.wording.check.command.is_none()),
                wall_ms,
            };
            let command = Command::RecordSabotage { sabotage: Box::new(sabotage) };
            self.engine.dispatcher.record_if_due(command).await?;
        }
        Ok(())
    }

    /// Sets the untouched app up; the reason where that fails, so that nothing could be told. What the set-up made stays
    /// when something that was undone is put back.
    async fn prepare(&self) -> Result<Option<Line>, EngineError> {
        let end = Instant::now() + BUILD;
        let scripts: Vec<Script> = self.engine.environment(|environment| environment.setup.clone());
        let mut red = self.first_red(&scripts, end).await?;
        if red.is_none() {
            let (engine, dir) = (Arc::clone(self.engine), self.dir().to_owned());
            blocking(move || Ok(ProofCheckout::keep_what_is_there(engine.repo.own(), &dir)?)).await?;
            red = self.first_red(&self.builds(), end).await?;
        }
        Ok(red.map(|run| {
            Line::clipped(format!("`{}` exits {} in a checkout of its own", run.command, run.exit_code))
        }))
    }

    fn builds(&self) -> Vec<Script> {
        self.engine.environment(|environment| environment.build.clone())
    }

    /// Builds the untouched app again; the reason where that fails.
    async fn rebuilt(&self, end: Instant) -> Result<Option<String>, EngineError> {
        let red = self.first_red(&self.builds(), end).await?;
        Ok(red.map(|run| format!("`{}` exits {}", run.command, run.exit_code)))
    }

    async fn try_one(
        &self,
        assertion: &Assertion,
        mut probe: Probe,
        end: Instant,
        running: &Running,
    ) -> Result<Trial, EngineError> {
        if Instant::now() >= end {
            return Ok(Trial::out_of_time(Vec::new()));
        }
        self.put_back().await?;
        if let Some(why) = self.rebuilt(end).await? {
            return Ok(Trial::untold(&Line::clipped(format!("with nothing undone {why}"))));
        }
        if let Some(why) = probe.untouched(self, end).await? {
            let out = Instant::now() >= end;
            return Ok(if out { Trial::out_of_time(Vec::new()) } else { Trial::untold(&Line::clipped(why)) });
        }
        let mut tried = Tried::new(end);
        let mutants = self.mutants(&assertion.id, assertion.wording.check.guard).await?;
        for mutant in mutants {
            if !tried.wants(&mutant) {
                continue;
            }
            if self.cancel.is_cancelled() || Instant::now() >= tried.end {
                return Ok(tried.cut_short());
            }
            running.doing(format!("in a copy: does {} fail without {}?", assertion.id, mutant.what));
            let look = self.react(&mutant, &mut probe, tried.end).await?;
            tried.take(mutant, look);
        }
        Ok(tried.trial())
    }

    async fn mutants(&self, id: &AssertionId, guard: bool) -> Result<Vec<Mutant>, EngineError> {
        let (engine, id, head) = (Arc::clone(self.engine), id.clone(), self.commit.clone());
        blocking(move || if guard { Ok(vec![Mutant::everything()]) } else { mutant::of(&engine, &id, &head) })
            .await
    }

    /// What is seen while something is undone; everything is put back before the next.
    async fn react(&self, mutant: &Mutant, probe: &mut Probe, end: Instant) -> Result<Look, EngineError> {
        // What the app wrote when it was tried last is none of this trial's.
        self.put_back().await?;
        let look = self.react_in(mutant, probe, end).await;
        self.put_back().await?;
        probe.confirmed(self, look?, end).await
    }

    /// The commit as it is, with what the set-up made and nothing that the app wrote since.
    async fn put_back(&self) -> Result<(), EngineError> {
        let (checkout, commit) = (self.checkout.clone(), self.commit.clone());
        blocking(move || Ok(checkout.at(&commit.0)?)).await.map(drop)
    }

    async fn react_in(&self, mutant: &Mutant, probe: &Probe, end: Instant) -> Result<Look, EngineError> {
        let (checkout, change) = (self.checkout.clone(), mutant.change.clone());
        let extent = match blocking(move || mutant::make(checkout, &change)).await? {
            Ok(extent) => extent,
            Err(why) => return Ok(Look::skipped(format!("it cannot be undone alone: {why}"))),
        };
        if mutant.is_built()
            && let Some(why) = self.rebuilt(end).await?
        {
            return Ok(Look::skipped(format!("without it {why}")));
        }
        let mut look = probe.look(self, end).await?;
        look.extent = extent;
        Ok(look)
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

    /// Its evidence names no commit: what was run stood at none, so that no verdict can rest on it.
    fn dir(&self) -> &Path {
        self.checkout.dir()
    }
}
