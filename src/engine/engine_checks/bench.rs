//! Commands at one commit, in a checkout where nothing but the commit is.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ALL_CHECKS;
use crate::agent::tool::Alike;
use crate::domain::contract::Assertion;
use crate::domain::environment::{CommandRun, Script};
use crate::domain::event::Actor;
use crate::domain::id::{AssertionId, Commit, MilestoneId, Revision};
use crate::domain::round::CheckRun;
use crate::domain::text::{Line, Title};
use crate::domain::verdict::{ProvenAgain, Verdict};
use crate::engine::activity::Running;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::evidence::Taken;
use crate::engine::replay::{self, Sight};
use crate::engine::role::{HeldProof, proof_at};
use crate::engine::scripts::{self, Site};
use crate::workspace::ProofCheckout;

/// Commands at the mission's head, each run once: what was green at the same commit before is not run again, whatever it
/// was run for.
pub struct Bench<'a> {
    pub(super) engine: &'a Arc<EngineContext>,
    pub(super) running: &'a Running,
    pub(super) cancel: &'a CancellationToken,
    place: Place,
    pub commit: Commit,
    pub round: Option<(MilestoneId, u32)>,
    ran: Vec<CommandRun>,
}

/// The checkout.
enum Place {
    /// The validators' own. What they build stays in it, so that only the mission's own commands run there.
    Proof(HeldProof),
    /// One beside it, for commands that a worker chose: what they leave behind decides nothing.
    Aside(ProofCheckout),
}

impl<'a> Bench<'a> {
    /// The validators' checkout at the head, set up.
    pub async fn at_head(
        engine: &'a Arc<EngineContext>,
        running: &'a Running,
        cancel: &'a CancellationToken,
    ) -> Result<Self, EngineError> {
        let head = engine.cell.with(|mission| mission.head().cloned());
        let commit = head.ok_or_else(|| EngineError::Unfit("the mission has no head".to_owned()))?;
        let place = Place::Proof(proof_at(engine, commit.clone()).await?);
        Self { engine, running, cancel, place, commit, round: None, ran: Vec::new() }.set_up().await
    }

    /// A checkout at the same commit for what a handoff claims.
    pub async fn aside(&self) -> Result<Self, EngineError> {
        let place = (self.engine.dir.join("claims"), self.commit.clone());
        Self::at(self.engine, self.running, self.cancel, place).await
    }

    /// A checkout of its own at a commit, set up.
    pub async fn at(
        engine: &'a Arc<EngineContext>,
        running: &'a Running,
        cancel: &'a CancellationToken,
        (dir, commit): (PathBuf, Commit),
    ) -> Result<Self, EngineError> {
        let (task_engine, wanted) = (Arc::clone(engine), commit.clone());
        let make = move || Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &wanted.0)?);
        let place = Place::Aside(blocking(make).await?);
        Self { engine, running, cancel, place, commit, round: None, ran: Vec::new() }.set_up().await
    }

    async fn set_up(self) -> Result<Self, EngineError> {
        let failed = scripts::set_up(self.engine, self.checkout().dir()).await?;
        if !failed.is_empty() {
            tracing::warn!("{failed}");
        }
        Ok(self)
    }

    /// Where the commands run.
    pub fn checkout(&self) -> &ProofCheckout {
        match &self.place {
            Place::Proof(held) => &held.checkout,
            Place::Aside(checkout) => checkout,
        }
    }

    /// Puts the validators' checkout back; the other one is set anew by whoever comes next.
    pub async fn put_back(self) {
        if let Place::Proof(held) = self.place {
            held.put_back().await;
        }
    }

    /// Removes a checkout beside the validators'.
    pub async fn remove(self) -> Result<(), EngineError> {
        match self.place {
            Place::Proof(_) => Ok(()),
            Place::Aside(checkout) => blocking(move || Ok(checkout.remove()?)).await,
        }
    }

    /// What a command does at this commit. Tracked files that it changes are put back; what it built stays for the next.
    pub async fn run(&mut self, script: &Script, limit: Duration) -> Result<CommandRun, EngineError> {
        let here = self.ran.iter().rev().find(|run| run.command == script.run).cloned();
        let before = || self.engine.cell.with(|mission| mission.green_at(&self.commit, &script.run).cloned());
        match here.or_else(before) {
            Some(known) => Ok(CommandRun { name: script.name.clone(), ..known }),
            None => self.run_anew(script, limit).await,
        }
    }

    /// The same, whatever is known of it.
    pub async fn run_anew(&mut self, script: &Script, limit: Duration) -> Result<CommandRun, EngineError> {
        self.running.doing(format!("running {}", script.run));
        let checkout = self.checkout().clone();
        let site = Site { round: self.round, ..Site::at(checkout.dir(), &self.commit) };
        let run = scripts::run_within(self.engine, &site, script, limit, self.cancel).await?;
        let place = checkout.clone();
        blocking(move || Ok(place.put_tracked_back()?)).await?;
        self.ran.push(run.clone());
        Ok(run)
    }

    /// The same for a command that decides an assertion: one that is red is tried once more before it is believed. What it
    /// did each time; the last counts.
    async fn run_check(&mut self, script: &Script) -> Result<Vec<CommandRun>, EngineError> {
        let limit = self.engine.limits.check;
        let last = self.run(script, limit).await?;
        let known = |run: &&CommandRun| run.command == script.run;
        if !last.passed() && self.ran.iter().filter(known).count() < 2 && !self.cancel.is_cancelled() {
            self.run_anew(script, limit).await?;
        }
        let all: Vec<CommandRun> = self.ran.iter().filter(known).cloned().collect();
        // Two that are red say the same.
        Ok(match all.last() {
            None => vec![last],
            Some(second) if second.passed() => all,
            Some(_) => all.into_iter().take(1).collect(),
        })
    }

    /// What the contract's own commands do. One that finds no time any more has no record, and nobody takes it for green.
    pub async fn checks(&mut self, milestone: MilestoneId) -> Result<Vec<CheckRun>, EngineError> {
        let due: Vec<(AssertionId, Revision, Script)> = self.engine.cell.with(|mission| {
            let due = mission.checks_due(milestone).into_iter();
            due.map(|(found, run)| (found.id.clone(), found.revision, check_script(found, run))).collect()
        });
        let (mut checks, end) = (Vec::new(), Instant::now() + ALL_CHECKS);
        for (assertion, revision, script) in due {
            if self.cancel.is_cancelled() || Instant::now() >= end {
                tracing::warn!(%assertion, "its command was not run: the time for checks was over");
                break;
            }
            for run in self.run_check(&script).await? {
                checks.push(CheckRun { assertion: assertion.clone(), revision, run });
            }
        }
        Ok(checks)
    }

    /// What the command of one assertion does, whose round had its commands run before it was worded so.
    pub async fn check(&mut self, found: &Assertion, run: &Line) -> Result<Vec<CheckRun>, EngineError> {
        let (assertion, revision) = (found.id.clone(), found.revision);
        let runs = self.run_check(&check_script(found, run)).await?;
        Ok(runs.into_iter().map(|run| CheckRun { assertion: assertion.clone(), revision, run }).collect())
    }

    /// What is to be proven again and shows the very same when its tester's steps are done again: nobody need look. A tester
    /// tries the others, with what they show now.
    pub async fn proven_again(
        &mut self,
        milestone: MilestoneId,
        checks: &[CheckRun],
    ) -> Result<Vec<ProvenAgain>, EngineError> {
        let due: Vec<Verdict> =
            self.engine.cell.with(|mission| mission.steps_due(milestone).into_iter().cloned().collect());
        let (mut proven, end) = (Vec::new(), Instant::now() + ALL_CHECKS);
        for Verdict { assertion, revision, steps, .. } in due {
            let red = checks.iter().any(|check| check.assertion == assertion && !check.run.passed());
            let kept = steps.and_then(|reference| replay::steps_of(&self.engine.store, &reference));
            let Some(steps) = kept.filter(|_| !red && !self.cancel.is_cancelled()) else { continue };
            self.running.doing(format!("doing again what {assertion} was seen with"));
            let limit = end.saturating_duration_since(Instant::now()).min(replay::LIMIT);
            let checkout = self.checkout().clone();
            let sight = replay::again(self.engine, checkout.dir(), &steps, limit, self.cancel).await?;
            blocking(move || Ok(checkout.put_tracked_back()?)).await?;
            let alike = Alike::new(steps.shown());
            let unlike = |sight: &Sight| alike.flaw().or_else(|| alike.against(&sight.facts));
            match sight.and_then(|sight| unlike(&sight).map_or(Ok(sight), Err)) {
                Ok(sight) => {
                    let commit = Some(self.commit.clone());
                    let taken = Taken { by: Actor::Engine, round: self.round, commit, app: None };
                    let evidence = sight.keep(&self.engine.store, &taken)?;
                    proven.push(ProvenAgain { assertion, revision, evidence });
                }
                Err(why) => tracing::info!(%assertion, why, "a tester has to look again"),
            }
        }
        Ok(proven)
    }
}

fn check_script(found: &Assertion, run: &Line) -> Script {
    Script { name: Title::clipped(found.id.as_str()), run: run.clone(), report: None }
}
