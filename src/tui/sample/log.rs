//! Writes a log with a clock that the writer turns.

use std::collections::BTreeMap;

use crate::domain::attempt::{AgentWork, Ending};
use crate::domain::event::{Actor, Event, Stamped};
use crate::domain::id::{AttemptId, Commit, Timestamp};
use crate::domain::text::{Line, Prose, Title};
use crate::domain::usage::Usage;

/// A log that is being written.
#[derive(Debug, Default)]
pub struct Log {
    pub events: Vec<Stamped>,
    pub marks: BTreeMap<&'static str, usize>,
    now: i64,
    attempts: u32,
}

/// 24 November 2026, 06:00 UTC.
const BEGIN: i64 = 1_795_500_000_000;

impl Log {
    /// The time of the last event.
    pub fn now(&self) -> Timestamp {
        Timestamp(BEGIN + self.now)
    }

    /// Lets seconds go by.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += seconds * 1_000;
        self
    }

    /// Writes an event.
    pub fn write(&mut self, actor: Actor, event: Event) -> &mut Self {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Stamped { seq, at: self.now(), actor, event });
        self
    }

    /// Writes an event of the engine.
    pub fn engine(&mut self, event: Event) -> &mut Self {
        self.write(Actor::Engine, event)
    }

    /// Remembers this moment by a name.
    pub fn mark(&mut self, name: &'static str) {
        self.marks.insert(name, self.events.len());
    }

    /// Starts an attempt.
    pub fn start(&mut self, work: AgentWork, model: &str) -> AttemptId {
        self.attempts += 1;
        let attempt = AttemptId(self.attempts);
        let (role, base) = (work.role(), commit(self.attempts.saturating_sub(1)));
        self.wait(3).engine(Event::AttemptStarted { attempt, work, role, model: title(model), base });
        attempt
    }

    /// Ends an attempt after some seconds, with what it used.
    pub fn end(&mut self, attempt: AttemptId, seconds: i64, ending: Ending) {
        self.wait(seconds);
        self.use_up(attempt, seconds);
        self.engine(Event::AttemptEnded { attempt, ending });
    }

    /// Counts usage that fits a time.
    pub fn use_up(&mut self, attempt: AttemptId, seconds: i64) {
        let seconds = u64::try_from(seconds).unwrap_or(0);
        let turns = u32::try_from(seconds / 12 + 1).unwrap_or(1);
        let usage = Usage {
            input: seconds * 2,
            cached: seconds * 5_200,
            cache_written: seconds * 90,
            output: seconds * 64,
            turns,
            micro_dollars: seconds * 1_100,
        };
        self.engine(Event::UsageCounted { attempt, usage });
    }
}

/// A commit that looks like one.
pub fn commit(n: u32) -> Commit {
    let mut hex = String::new();
    let mut state = u64::from(n) + 0x9e37_79b9;
    while hex.len() < 40 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let digits = format!("{:08x}", state >> 32);
        hex.push_str(&digits);
    }
    Commit(hex)
}

/// Short texts.
pub fn title(text: &str) -> Title {
    Title::clipped(text)
}

/// A sentence or two.
pub fn line(text: &str) -> Line {
    Line::clipped(text)
}

/// A paragraph.
pub fn prose(text: &str) -> Prose {
    Prose::clipped(text)
}
