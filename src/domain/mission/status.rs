//! What a mission is doing, and why it is not.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{End, Mission};
use crate::domain::attempt::Work;
use crate::domain::attention;
use crate::domain::gate::GateId;
use crate::domain::id::Timestamp;
use crate::domain::text::{Line, worded};

/// What a mission is doing, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Planning,
    Running,
    /// Whoever works waits for something that passes by itself, and tries again.
    Retrying,
    /// A gate or a question waits for the person.
    Waiting,
    Paused,
    /// It cannot go on without the person: too many rounds or failures, no usable model.
    Blocked,
    #[strum(serialize = "budget spent")]
    BudgetSpent,
    Completed,
    Landed,
    Abandoned,
}

worded!(Status);

/// Why nothing new is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub cause: HoldCause,
    pub sentence: Line,
    /// When it lifts by itself.
    pub until: Option<Timestamp>,
    /// The piece of work at which it came, where it came at one.
    #[serde(default)]
    pub work: Option<Work>,
}

impl Hold {
    /// A hold that only the person lifts.
    pub fn new(cause: HoldCause, sentence: impl AsRef<str>) -> Self {
        Self { cause, sentence: Line::clipped(sentence), until: None, work: None }
    }

    /// That came at a piece of work.
    #[must_use]
    pub fn at(mut self, work: impl Into<Work>) -> Self {
        self.work = Some(work.into());
        self
    }
}

/// The kinds of hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldCause {
    /// The person paused it.
    Person,
    /// A person stopped an attempt.
    StoppedAttempt,
    /// A model cannot be used: key, name, provider.
    Backend,
    /// A quota with a known reset. Logs of earlier versions have it; now a quota is waited for.
    Quota,
    BudgetSpent,
    /// The same work failed too often.
    Failures,
    /// The machine: git, a missing program, a repository that is gone.
    Machine,
    /// The engine died in the same work again and again.
    Crashes,
    /// The person's quiet hours.
    QuietHours,
}

impl Mission {
    /// The hold is lifted, and what failed before it is forgotten; but what failed before quiet hours nobody has looked at.
    pub(in crate::domain) fn resume(&mut self, at: Timestamp) {
        let hold = self.hold.take();
        self.held_since = None;
        if hold.is_some_and(|hold| hold.cause == HoldCause::QuietHours) {
            return;
        }
        self.failures.clear();
        self.losses.clear();
        for work in self.waits.iter().map(|wait| wait.work).collect::<Vec<_>>() {
            self.end_wait(work, at);
        }
    }

    /// What the mission is doing, in a word.
    pub fn status(&self) -> Status {
        if self.landed.is_some() {
            return Status::Landed;
        }
        match &self.end {
            Some(End::Completed { .. }) => return Status::Completed,
            Some(End::Abandoned { .. }) => return Status::Abandoned,
            None => {}
        }
        if let Some(hold) = &self.hold {
            return match hold.cause {
                HoldCause::BudgetSpent => Status::BudgetSpent,
                HoldCause::Person | HoldCause::StoppedAttempt | HoldCause::Quota | HoldCause::QuietHours => {
                    Status::Paused
                }
                HoldCause::Backend | HoldCause::Failures | HoldCause::Machine | HoldCause::Crashes => {
                    Status::Blocked
                }
            };
        }
        if let Some(gate) = self.open_gate().map(|gate| gate.id)
            && gate != GateId::Plan
            && self.waits_at(gate)
            && !self.gate_obstacles(gate).is_empty()
        {
            return Status::Blocked;
        }
        // What holds up nothing is asked while the mission flies.
        if attention::needs(self).iter().any(|need| !need.blocks.is_empty()) {
            return Status::Waiting;
        }
        let stuck = |id| self.attempts.get(&id).is_some_and(|attempt| self.wait_of(attempt.work).is_some());
        if self.waits().next().is_some() && self.live_attempts().all(|attempt| stuck(attempt.id)) {
            return Status::Retrying;
        }
        if self.is_go(GateId::Plan) { Status::Running } else { Status::Planning }
    }
}
