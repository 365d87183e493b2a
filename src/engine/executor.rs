//! Starts what the schedule says and stops what is no longer wanted. It keeps no plan of its own: after every event
//! the schedule is worked out anew.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::context::EngineContext;
use super::error::EngineError;
use super::{attempt, clock, engine_checks};
use crate::domain::attempt::{AgentWork, Ending, EngineWork, Role, Work};
use crate::domain::command::Command;
use crate::domain::id::Timestamp;
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::schedule::schedule;
use crate::domain::text::Line;
use crate::workspace::awake::{Awake, Wanted};

/// The first wait before work is started again that ended without a trace in the log; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often it is looked whether anybody is attached, at most.
const SHORTEST_LOOK: Duration = Duration::from_secs(1);

/// Why the executor came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing to do, and nobody attached, for a while.
    Idle,
    /// It was asked to stop.
    Stopped,
}

/// A piece of work that has ended, with the sequence number before it began.
type Done = (Work, u64, Result<(), EngineError>);

/// What runs.
pub struct Executor {
    engine: Arc<EngineContext>,
    tasks: JoinSet<Done>,
    running: BTreeMap<Work, (Id, CancellationToken)>,
    /// Work that ended without a trace, how often, and when it may start again.
    waiting: BTreeMap<Work, (u32, Instant)>,
    awake: Awake,
    /// The end of the quiet hours that it was held for last.
    quiet: Option<Timestamp>,
}

impl Executor {
    /// An executor that runs nothing yet.
    pub fn new(engine: Arc<EngineContext>) -> Self {
        let log = engine.scratch_dir().join("awake.log");
        let awake = Awake::by(engine.habits.keep_awake.clone(), &engine.reaper, log);
        let (tasks, running, waiting) = (JoinSet::new(), BTreeMap::new(), BTreeMap::new());
        Self { engine, tasks, running, waiting, awake, quiet: None }
    }

    /// Runs until there is nothing to do and nobody attached for `patience`, or until it is stopped.
    pub async fn run(mut self, patience: Duration, stop: CancellationToken) -> Rest {
        let mut seq = self.engine.cell.follow();
        let mut idle_since = Instant::now();
        loop {
            seq.mark_unchanged();
            self.keep_quiet().await;
            self.reconcile();
            self.awake.keep(if self.running.is_empty() { Wanted::Asleep } else { Wanted::Awake });
            if !self.running.is_empty() || self.engine.feed.connections() > 0 || self.waits_for_time() {
                idle_since = Instant::now();
            }
            let wake = self.next_wake(idle_since, patience);
            tokio::select! {
                () = stop.cancelled() => {
                    self.stop_all().await;
                    return Rest::Stopped;
                }
                changed = seq.changed() => if changed.is_err() {
                    return Rest::Stopped;
                },
                Some(done) = self.tasks.join_next_with_id() => self.finished(done).await,
                () = tokio::time::sleep_until(wake) => {
                    self.lift_hold().await;
                    if self.is_idle() && idle_since.elapsed() >= patience {
                        return Rest::Idle;
                    }
                }
            }
        }
    }

    fn reconcile(&mut self) {
        let (due, gone) = self.engine.cell.with(|mission| {
            let gone: Vec<Work> =
                self.running.keys().filter(|work| is_unwanted(mission, **work)).copied().collect();
            (schedule(mission), gone)
        });
        for work in gone {
            if let Some((_, cancel)) = self.running.get(&work) {
                cancel.cancel();
            }
        }
        let now = Instant::now();
        let writing = self.running.keys().any(|work| work.writes());
        let closing =
            self.engine.cell.with(|mission| self.running.keys().any(|work| is_closing(mission, *work)));
        for work in due {
            let rests = self.waiting.get(&work).is_some_and(|(_, until)| *until > now);
            let talks = work == Work::Agent(AgentWork::Talk);
            if rests || self.running.contains_key(&work) || (work.writes() && writing) || (talks && closing) {
                continue;
            }
            self.start(work);
        }
    }

    fn start(&mut self, work: Work) {
        let cancel = CancellationToken::new();
        let (engine, token) = (Arc::clone(&self.engine), cancel.clone());
        let before = engine.cell.with(|mission| mission.seq);
        let task = async move {
            let result = match work {
                Work::Agent(work) => attempt::run(&engine, work, token).await,
                Work::Engine(own) => {
                    let check = || engine_checks::run(&engine, own, token.clone());
                    engine.patiently(work, &token, check).await
                }
            };
            (work, before, result)
        };
        let handle = self.tasks.spawn(task);
        self.running.insert(work, (handle.id(), cancel));
    }

    async fn finished(&mut self, done: Result<(Id, Done), JoinError>) {
        let (work, before, result) = match done {
            Ok((_, outcome)) => outcome,
            Err(fault) => {
                let lost = self.running.iter().find(|(_, (id, _))| *id == fault.id()).map(|(work, _)| *work);
                let Some(work) = lost else { return };
                self.close_lost(work, &fault.to_string()).await;
                (work, u64::MAX, Ok(()))
            }
        };
        self.running.remove(&work);
        match result {
            Ok(()) => self.pace(work, before),
            Err(EngineError::ShuttingDown) => {}
            Err(error) => self.hold(work, &error).await,
        }
    }

    /// Work that ends again and again without changing the log is not spun on.
    fn pace(&mut self, work: Work, before: u64) {
        // Work that broke leaves traces, and is not spun on all the same.
        if before < u64::MAX && self.engine.cell.with(|mission| mission.seq) > before {
            self.waiting.remove(&work);
            return;
        }
        let tries = self.waiting.get(&work).map_or(0, |(tries, _)| *tries) + 1;
        let wait = FIRST_WAIT.saturating_mul(1 << tries.min(10)).min(LONGEST_WAIT);
        self.waiting.insert(work, (tries, Instant::now() + wait));
    }

    /// What does not pass by itself is the person's to mend; the mission waits for that.
    async fn hold(&self, work: Work, error: &EngineError) {
        tracing::error!(%work, %error, "held");
        let hold = Hold::new(HoldCause::Machine, format!("{work}: {error}")).at(work);
        self.engine.dispatcher.record_or_warn(Command::Hold { hold }, "the hold").await;
    }

    /// Closes the attempt of a task that broke, and counts it against its work.
    async fn close_lost(&self, work: Work, fault: &str) {
        let lost = self.engine.cell.with(|m| {
            let lost = m.live_attempts().find(|attempt| work == attempt.work.into())?;
            Some((lost.id, lost.model.clone()))
        });
        let mut commands = Vec::new();
        if let Some((attempt, model)) = lost {
            let facts = self.engine.backends.facts(model.as_str());
            commands.extend(attempt::open_usage(&self.engine, attempt, &facts));
            commands.push(Command::EndAttempt { attempt, ending: Ending::Interrupted });
        }
        let reason = Line::clipped(format!("a fault of flightdeck's own: {fault}"));
        commands.push(Command::RecordLoss { work, reason });
        for command in commands {
            self.engine.dispatcher.record_or_warn(command, "the end of lost work").await;
        }
    }

    /// Starts nothing in the person's quiet hours, unless they had it go on in them.
    async fn keep_quiet(&mut self) {
        let Some((hours, until)) = self.engine.habits.quiet_until(clock::now(), TimeZone::system()) else {
            return;
        };
        let flies = self.engine.cell.with(|mission| mission.hold.is_none() && mission.end.is_none());
        if flies && self.quiet != Some(until) {
            self.quiet = Some(until);
            let sentence = format!("quiet hours until {}", hours.end());
            let hold = Hold { until: Some(until), ..Hold::new(HoldCause::QuietHours, sentence) };
            self.engine.dispatcher.record_or_warn(Command::Hold { hold }, "the quiet hours").await;
        }
    }

    /// What has an end lifts by itself.
    async fn lift_hold(&self) {
        let until = self.engine.cell.with(|mission| mission.hold.as_ref().and_then(|hold| hold.until));
        if until.is_some_and(|until| until <= clock::now()) {
            self.engine.dispatcher.record_or_warn(Command::Resume, "the end of a hold").await;
        }
    }

    fn waits_for_time(&self) -> bool {
        self.engine.cell.with(|mission| mission.hold.as_ref().is_some_and(|hold| hold.until.is_some()))
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty()
            && self.engine.feed.connections() == 0
            && !self.waits_for_time()
            && self.engine.cell.with(schedule).is_empty()
    }

    /// When to look again without being woken.
    fn next_wake(&self, idle_since: Instant, patience: Duration) -> Instant {
        let (now, idle) = (Instant::now(), idle_since + patience);
        let quota = self.engine.cell.with(|mission| {
            let until = mission.hold.as_ref()?.until?;
            Some(now + Duration::from_millis(until.since(clock::now())))
        });
        let waiting = self.waiting.values().map(|(_, until)| *until).filter(|until| *until > now).min();
        // A client that leaves makes no event; a look now and then notices, and nothing waits for it.
        let look = if self.running.is_empty() { patience.max(SHORTEST_LOOK) } else { LONGEST_WAIT };
        let look = now + look;
        [Some(look), quota, waiting, (idle > now).then_some(idle)].into_iter().flatten().min().unwrap_or(look)
    }

    async fn stop_all(&mut self) {
        self.running.values().for_each(|(_, cancel)| cancel.cancel());
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Whether the orchestrator's attempt at a piece of work has ended in the log while its mail is not marked as read yet: a
/// talk that began now would answer it once more.
fn is_closing(mission: &Mission, work: Work) -> bool {
    match work {
        Work::Agent(work) => {
            work.role() == Role::Orchestrator && !mission.live_attempts().any(|attempt| attempt.work == work)
        }
        Work::Engine(_) => false,
    }
}

fn is_round(work: Work) -> bool {
    matches!(work, Work::Engine(EngineWork::RunGateCommands { .. }))
}

/// Whether a running piece of work should end at once: its attempt was stopped, it leads to nothing any more, or the mission
/// is over.
fn is_unwanted(mission: &Mission, work: Work) -> bool {
    // What was to be proven again may have been taken back while the round's commands run.
    if mission.end.is_some() || (is_round(work) && mission.is_moot(work)) {
        return true;
    }
    let last = mission.attempts.values().rev().find(|attempt| work == attempt.work.into());
    last.and_then(|attempt| attempt.ended.as_ref())
        .is_some_and(|ended| matches!(ended.ending, Ending::Stopped { .. }))
}
