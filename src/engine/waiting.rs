//! Waiting for what passes by itself. What is waited for stands in the log, so that everybody sees it and an engine that
//! is started anew goes on with it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::clock;
use super::context::EngineContext;
use super::error::EngineError;
use super::fault::Fault;
use crate::domain::attempt::Work;
use crate::domain::command::Command;
use crate::domain::id::Timestamp;
use crate::domain::text::Line;
use crate::domain::wait::{Wait, WaitCause};

/// Tries of something of which nobody knows whether it passes.
const DOUBTFUL_TRIES: u32 = 5;
/// How long a port is waited for that somebody else has: they may mean to keep it.
pub(super) const PORT: Duration = Duration::from_mins(10);
/// How long one sleep is at most: a machine that was suspended comes back to its clock.
const LOOK: Duration = Duration::from_secs(5);
/// The wait when the log cannot say how long it is.
const BLIND: Duration = Duration::from_secs(1);

/// Why something does not work at the moment.
pub struct Obstacle {
    pub cause: WaitCause,
    pub sentence: String,
    /// When it may be tried again, where that is known.
    pub after: Option<Duration>,
}

impl EngineContext {
    /// Waits until a piece of work may be tried again, or the person has it tried at once.
    pub async fn wait_out(&self, work: Work, obstacle: Obstacle) {
        let now = clock::now();
        let until = obstacle.after.map(|after| {
            Timestamp(now.0.saturating_add(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)))
        });
        let (cause, sentence) = (obstacle.cause, Line::clipped(obstacle.sentence));
        let wait = Wait { work, cause, sentence, since: now, until };
        self.activities.doing(work, format!("waits: {}", wait.sentence));
        self.dispatcher.record_or_warn(Command::BeginWait { wait }, "what is waited for").await;
        let Some(next) = self.cell.with(|mission| Some(mission.wait_of(work)?.next(clock::now()))) else {
            return tokio::time::sleep(BLIND).await;
        };
        let asleep = async {
            loop {
                let left = Duration::from_millis(next.since(clock::now()));
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LOOK)).await;
            }
        };
        tokio::select! {
            () = asleep => {}
            () = self.cell.until(|mission| mission.wait_of(work).is_none().then_some(())) => {}
        }
    }

    /// For how long a piece of work waits already.
    pub(super) fn waited_for(&self, work: Work) -> Duration {
        let since = self.cell.with(|mission| mission.wait_of(work).map(|wait| wait.since));
        since.map_or(Duration::ZERO, |since| Duration::from_millis(clock::now().since(since)))
    }

    /// Says that what a piece of work waited for has passed. One wait of a kind does not end another's.
    pub async fn waited(&self, work: Work, own: fn(WaitCause) -> bool) {
        if self.cell.with(|mission| mission.wait_of(work).is_some_and(|wait| own(wait.cause))) {
            self.dispatcher.record_or_warn(Command::EndWait { work }, "the end of a wait").await;
        }
    }

    /// Does something on this machine for a piece of work, and again for as long as what hinders it passes by itself.
    ///
    /// # Errors
    /// What does not pass, and that it is no longer wanted.
    pub async fn patiently<T, F>(
        &self,
        work: Work,
        cancel: &CancellationToken,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        let mut doubtful = 0;
        loop {
            let error = match attempt().await {
                Ok(done) => {
                    self.waited(work, |cause| !cause.is_of_a_model()).await;
                    return Ok(done);
                }
                Err(error) => error,
            };
            let (cause, after) = match Fault::of(&error) {
                Fault::Passing { cause, after } => (cause, after),
                Fault::Doubtful if doubtful + 1 < DOUBTFUL_TRIES => (WaitCause::Machine, None),
                Fault::Doubtful | Fault::Person | Fault::Moot => return Err(error),
            };
            if cause == WaitCause::Port && self.waited_for(work) >= PORT {
                let sentence = format!("{error}; it was waited for over {} minutes", PORT.as_secs() / 60);
                return Err(EngineError::Unfit(sentence));
            }
            doubtful += u32::from(Fault::of(&error) == Fault::Doubtful);
            tracing::warn!(%work, %error, "it is tried again");
            tokio::select! {
                () = self.wait_out(work, Obstacle { cause, sentence: error.to_string(), after }) => {}
                () = cancel.cancelled() => return Err(EngineError::ShuttingDown),
            }
        }
    }
}
