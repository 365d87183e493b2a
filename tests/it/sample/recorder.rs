//! Decides commands with a clock that the story turns, and keeps the record of what was decided.

use flightdeck::domain::activity::Activity;
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::evidence::EvidenceDoc;
use flightdeck::domain::id::{AttemptId, Commit, QuestionId, Timestamp};
use flightdeck::domain::mission::Mission;
use flightdeck::tui::sample::{Moment, RecordLine};

use super::{evidence, transcript};

/// 24 November 2026, 06:00 UTC.
const BEGIN: i64 = 1_795_500_000_000;

/// A mission in flight, and its record so far.
pub struct Recorder {
    pub mission: Mission,
    now: i64,
    /// What happened, with its time. Of one time the first stands first.
    lines: Vec<(i64, RecordLine)>,
}

impl Recorder {
    pub fn new() -> Self {
        Self { mission: Mission::unborn(), now: BEGIN, lines: Vec::new() }
    }

    /// Lets seconds go by.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += seconds * 1_000;
        self
    }

    pub fn person(&mut self, command: Command) -> &mut Self {
        self.ask(Actor::Person, command)
    }

    pub fn engine(&mut self, command: Command) -> &mut Self {
        self.ask(Actor::Engine, command)
    }

    pub fn agent(&mut self, attempt: AttemptId, command: Command) -> &mut Self {
        self.ask(Actor::Attempt(attempt), command)
    }

    /// Keeps evidence, once.
    pub fn keep(&mut self, kept: EvidenceDoc) {
        let known = |line: &RecordLine| matches!(line, RecordLine::Evidence(known) if known.reference == kept.reference);
        if !self.lines.iter().any(|(_, line)| known(line)) {
            self.lines.push((self.now, RecordLine::Evidence(kept)));
        }
    }

    /// Marks this moment, after everything that has happened by now.
    pub fn mark(&mut self, moment: Moment) {
        let asks = |attempt| self.mission.waiting_workers().find(|question| question.from == attempt);
        let doing = |attempt| match asks(attempt) {
            Some(question) => {
                let shown: String = transcript::arguments(question).chars().take(60).collect();
                format!("ask_orchestrator {shown}")
            }
            None => "waiting for the model".to_owned(),
        };
        let live = self.mission.live_attempts().map(|attempt| Activity {
            work: attempt.work.into(),
            attempt: Some(attempt.id),
            started: attempt.started,
            last_output: self.mission.updated,
            since: self.mission.updated,
            doing: doing(attempt.id),
        });
        let live = live.collect();
        self.lines.push((self.now, RecordLine::Moment { moment, live }));
    }

    /// The record, a line each, in the order of time.
    pub fn finish(mut self) -> String {
        let mut beside = Vec::new();
        for attempt in self.mission.attempts.values() {
            for entry in transcript::of(&self.mission, attempt, |question| self.answered(question)) {
                beside.push((entry.at.0, RecordLine::Entry { attempt: attempt.id, entry }));
            }
        }
        for (at, scope) in evidence::compared(&self.mission) {
            beside.push((at.0, RecordLine::Diff { scope, diff: evidence::diff() }));
        }
        self.lines.extend(beside);
        self.lines.sort_by_key(|(at, _)| *at);
        self.lines.iter().map(|(_, line)| serde_json::to_string(line).unwrap() + "\n").collect()
    }

    /// When a question was answered.
    fn answered(&self, id: QuestionId) -> Option<Timestamp> {
        self.lines.iter().find_map(|(at, line)| match line {
            RecordLine::Event(stamped) => match &stamped.event {
                Event::QuestionAnswered { question, .. } if *question == id => Some(Timestamp(*at)),
                _ => None,
            },
            _ => None,
        })
    }

    fn ask(&mut self, actor: Actor, command: Command) -> &mut Self {
        let at = Timestamp(self.now);
        let asked = format!("{command:?}");
        let events = decide(&self.mission, actor, command, at)
            .unwrap_or_else(|refusal| panic!("{actor:?} was refused {asked}: {}", refusal.sentence));
        for event in events {
            let stamped = Stamped { seq: self.mission.seq + 1, at, actor, event };
            self.mission.apply(&stamped);
            self.lines.push((self.now, RecordLine::Event(Box::new(stamped))));
        }
        self
    }
}

/// A commit that looks like one.
pub fn commit(n: u32) -> Commit {
    let mut hex = String::new();
    let mut state = u64::from(n) + 0x9e37_79b9;
    while hex.len() < 40 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        hex.push_str(&format!("{:08x}", state >> 32));
    }
    Commit(hex)
}
