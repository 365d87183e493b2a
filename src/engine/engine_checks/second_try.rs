//! Failures are tried again before anybody plans to mend them: what a tester did up to each is done once more, in a
//! checkout of its own, with an app, a port and data of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::bench::Bench;
use crate::agent::tool::{Recurring, Steps};
use crate::domain::command::Command;
use crate::domain::environment::Script;
use crate::domain::event::Actor;
use crate::domain::id::MilestoneId;
use crate::domain::text::Line;
use crate::domain::verdict::{EvidenceRef, Recurrence, SecondTry, Verdict};
use crate::engine::activity::Running;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::evidence::Taken;
use crate::engine::replay::{self, Sight};
use crate::engine::scripts;
use crate::workspace::ProofCheckout;

/// How long all failures of a round may take to be tried again.
const ALL: Duration = Duration::from_mins(15);

/// Tries each failure of a round that is due, and records what came of it one by one: what is cut short goes on where it
/// was.
///
/// # Errors
/// When the disk, git or the evidence store fails.
pub(super) async fn run(
    engine: &Arc<EngineContext>,
    running: &Running,
    (milestone, round): (MilestoneId, u32),
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let found = engine.cell.with(|mission| {
        let open = mission.round(milestone, round)?;
        let due: Vec<Verdict> = mission.to_try_again(open).cloned().collect();
        Some((due, open.commit.clone()))
    });
    let Some((due, commit)) = found else { return Ok(()) };
    let end = Instant::now() + ALL;
    let mut bench = Bench::at(engine, running, cancel, (engine.dir.join("again"), commit)).await?;
    bench.round = Some((milestone, round));
    let broken = bench.built().await?;
    for failed in due {
        let second = match &broken {
            Some(why) => not_tried(why),
            None => bench.second_try(&failed, end).await?,
        };
        if cancel.is_cancelled() {
            break;
        }
        let (assertion, second) = (failed.assertion, Box::new(second));
        let command = Command::RecordSecondTry { milestone, round, assertion, second };
        engine.dispatcher.record_if_due(command).await?;
    }
    bench.remove().await
}

impl Bench<'_> {
    /// Builds what its set-up has made ready, and keeps both when it is put back; the reason where either fails, so that what
    /// is seen would be no wonder.
    async fn built(&mut self) -> Result<Option<String>, EngineError> {
        let (setup, build): (Vec<Script>, Vec<Script>) =
            self.engine.environment(|environment| (environment.setup.clone(), environment.build.clone()));
        // What was set up already is not set up again.
        if !scripts::set_up(self.engine, self.checkout().dir()).await?.is_empty() {
            let commands: Vec<&str> = setup.iter().map(|script| script.run.as_str()).collect();
            return Ok(Some(format!("`{}` fails in a checkout of its own", commands.join("`, `"))));
        }
        for script in &build {
            let run = self.run_anew(script, scripts::LIMIT).await?;
            if !run.passed() {
                return Ok(Some(format!(
                    "`{}` exits {} in a checkout of its own",
                    run.command, run.exit_code
                )));
            }
        }
        let (engine, dir) = (Arc::clone(self.engine), self.checkout().dir().to_owned());
        blocking(move || Ok(ProofCheckout::keep_what_is_there(engine.repo.own(), &dir)?)).await?;
        Ok(None)
    }

    async fn second_try(&self, failed: &Verdict, end: Instant) -> Result<SecondTry, EngineError> {
        self.running.doing(format!("doing again what {} failed with", failed.assertion));
        let kept =
            failed.steps.as_ref().and_then(|reference| replay::steps_of(&self.engine.store, reference));
        let Some(steps) = kept else {
            return Ok(not_tried("the steps that were kept are not what they were"));
        };
        let first = steps.shown();
        if first.is_empty() {
            return Ok(not_tried("it rests on nothing that an instrument showed"));
        }
        let one = match self.sight(&steps, end).await? {
            Ok(sight) => sight,
            Err(why) => return Ok(not_tried(why)),
        };
        let recurring = match Recurring::by_one(&first, &one.facts) {
            Some(same) => same,
            // Somebody else could not have worked it either.
            None if one.down.is_some() => return Ok(not_tried(one.down.unwrap_or_default())),
            None => match self.sight(&steps, end).await? {
                Ok(Sight { down: Some(why), .. }) | Err(why) => return Ok(not_tried(why)),
                Ok(Sight { facts, .. }) => Recurring::by_two(&first, &one.facts, &facts),
            },
        };
        let result = match recurring {
            Recurring::Same => Recurrence::Same,
            Recurring::Other(first) => Recurrence::Other { first: Line::clipped(first) },
            Recurring::Untold => return Ok(not_tried("what its steps show changes by itself")),
        };
        let taken =
            Taken { by: Actor::Engine, round: self.round, commit: Some(self.commit.clone()), app: None };
        let evidence: Vec<EvidenceRef> = one.keep(&self.engine.store, &taken)?;
        Ok(SecondTry { result, evidence })
    }

    /// What the steps show on an app that nobody has worked yet.
    async fn sight(&self, steps: &Steps, end: Instant) -> Result<Result<Sight, String>, EngineError> {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(format!("the time for it was over ({} min)", ALL.as_secs() / 60)));
        }
        let (checkout, commit) = (self.checkout().clone(), self.commit.clone());
        let checkout = blocking(move || Ok(checkout.at(&commit.0)?)).await?;
        replay::again(self.engine, checkout.dir(), steps, left.min(replay::LIMIT), self.cancel).await
    }
}

fn not_tried(why: impl AsRef<str>) -> SecondTry {
    SecondTry { result: Recurrence::NotTried { why: Line::clipped(why) }, evidence: Vec::new() }
}
