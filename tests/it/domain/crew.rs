//! A crew that flies a mission by chance: a tape of numbers says what goes wrong, and where the tape ends everybody
//! means well. A short tape is a simple story, so proptest shrinks towards one.

mod agents;
mod people;

use flightdeck::domain::attempt::{Attempt, EngineWork, Work};
use flightdeck::domain::attention::{NeedKind, needs};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::id::AttemptId;
use flightdeck::domain::mission::HoldCause;
use flightdeck::domain::rejection::Rejection;
use flightdeck::domain::sabotage::{Sabotage, SabotageOutcome};
use flightdeck::domain::verdict::{Recurrence, SecondTry};

use crate::support::mission::Flight;
use crate::support::words;

use super::laws;

/// Choices, first to last; 0 for ever after.
pub struct Tape {
    choices: std::vec::IntoIter<u8>,
}

impl Tape {
    pub fn new(choices: Vec<u8>) -> Self {
        Self { choices: choices.into_iter() }
    }

    pub fn is_over(&self) -> bool {
        self.choices.len() == 0
    }

    /// A number below `n`.
    pub fn pick(&mut self, n: usize) -> usize {
        usize::from(self.choices.next().unwrap_or(0)) % n.max(1)
    }

    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.pick(items.len())) }
    }
}

/// A flight whose every step is held against the laws.
pub struct Crew {
    pub flight: Flight,
    pub tape: Tape,
    /// Commits made so far, so that each has a name of its own.
    commits: u32,
}

/// What can be done next.
#[derive(Debug, Clone, Copy)]
enum Move {
    Act(AttemptId),
    Begin(Work),
    Meet(NeedKind),
    LiftQuota,
}

impl Crew {
    pub fn new(flight: Flight, choices: Vec<u8>) -> Self {
        Self { flight, tape: Tape::new(choices), commits: 0 }
    }

    /// So many steps in which nothing goes wrong, wherever the tape stands.
    pub fn fly_well(&mut self, steps: usize) {
        let tape = std::mem::replace(&mut self.tape, Tape::new(Vec::new()));
        for _ in 0..steps {
            if self.flight.mission.end.is_none() {
                self.step();
            }
        }
        self.tape = tape;
    }

    /// Asks; the laws must hold whatever the answer.
    pub fn ask(&mut self, actor: Actor, command: Command) -> Result<(), Rejection> {
        let before = self.flight.mission.clone();
        let shown = format!("{command:?}");
        let seen = self.flight.log.len();
        let answer = self.flight.ask(actor, command);
        laws::check_step(&before, &self.flight.log[seen..]);
        laws::check_state(&self.flight.mission);
        if let Err(rejection) = &answer {
            assert_eq!(before, self.flight.mission, "a refused command changed something: {shown}");
            assert!(!rejection.sentence.is_empty());
        }
        answer.map(drop)
    }

    /// Asks for what must be accepted.
    fn must(&mut self, actor: Actor, command: Command) {
        let shown = format!("{command:?}");
        if let Err(rejection) = self.ask(actor, command) {
            panic!("{actor:?} was refused {shown}: {rejection}");
        }
    }

    /// One step of the story. False when there is nothing left to do.
    pub fn step(&mut self) -> bool {
        if !self.tape.is_over() && self.tape.pick(4) == 3 {
            self.meddle();
            return true;
        }
        let moves = self.moves();
        let Some(chosen) = self.tape.choose(&moves).copied() else { return false };
        match chosen {
            Move::Act(attempt) => self.act(attempt),
            Move::Begin(work) => self.begin(work),
            Move::Meet(need) => self.meet(need),
            Move::LiftQuota => self.must(Actor::Engine, Command::Resume),
        }
        true
    }

    fn moves(&self) -> Vec<Move> {
        let mission = &self.flight.mission;
        let waits = |id: AttemptId| mission.waiting_workers().any(|question| question.from == id);
        let live: Vec<&Attempt> = mission.live_attempts().collect();
        let mut moves: Vec<Move> = live.iter().filter(|a| !waits(a.id)).map(|a| Move::Act(a.id)).collect();
        let idle = |work: &Work| !live.iter().any(|attempt| Work::Agent(attempt.work) == *work);
        moves.extend(self.flight.due().into_iter().filter(idle).map(Move::Begin));
        moves.extend(needs(mission).into_iter().map(|need| Move::Meet(need.kind)));
        if mission.hold.as_ref().is_some_and(|h| h.cause == HoldCause::Quota && h.until.is_some()) {
            moves.push(Move::LiftQuota);
        }
        moves
    }

    fn begin(&mut self, work: Work) {
        let fails = self.tape.pick(5) == 4;
        let code = i32::from(fails);
        match work {
            Work::Engine(EngineWork::CheckClaims { feature }) => {
                let runs = vec![words::run("make test", code)];
                self.must(Actor::Engine, Command::RecordClaims { feature, runs });
            }
            Work::Engine(EngineWork::RunGateCommands { milestone, round }) => {
                let commit = self.flight.mission.head().unwrap().clone();
                let runs = vec![words::run("make", 0), words::run("make test", code)];
                self.must(Actor::Engine, Command::RecordGateCommands { milestone, round, commit, runs });
            }
            Work::Engine(EngineWork::TakeBaseline) => {
                let runs = self.flight.mission.base_trials();
                let runs = runs.iter().map(|trial| words::run(trial.script().run.as_str(), code)).collect();
                self.must(
                    Actor::Engine,
                    Command::RecordBaseline { baseline: Box::new(words::baseline(runs)) },
                );
            }
            Work::Engine(EngineWork::Sabotage { milestone, round }) => {
                let mission = &self.flight.mission;
                let id = mission.to_sabotage(milestone).remove(0);
                let outcomes = [SabotageOutcome::Red, SabotageOutcome::Toothless, SabotageOutcome::OutOfTime];
                let outcome = outcomes[if fails { 1 + self.tape.pick(2) } else { 0 }];
                let known = mission.assertion(&id).unwrap();
                let (revision, steps) = (known.revision, mission.steps_of(known).cloned());
                let sabotage = words::sabotage(id.as_str(), outcome);
                let sabotage = Box::new(Sabotage { revision, milestone, round, steps, ..sabotage });
                self.must(Actor::Engine, Command::RecordSabotage { sabotage });
            }
            Work::Engine(EngineWork::TryAgain { milestone, round }) => {
                let mission = &self.flight.mission;
                let open = mission.round(milestone, round).unwrap();
                let assertion = mission.to_try_again(open).next().unwrap().assertion.clone();
                let result = match self.tape.pick(4) {
                    2 => Recurrence::NotTried { why: words::line("there was no time") },
                    3 => Recurrence::Other { first: words::line("red instead of green") },
                    _ => Recurrence::Same,
                };
                let second = Box::new(SecondTry { result, evidence: vec![] });
                self.must(Actor::Engine, Command::RecordSecondTry { milestone, round, assertion, second });
            }
            Work::Agent(work) => {
                let model = words::title("rehearsal/crew");
                self.must(Actor::Engine, Command::StartAttempt { work, model });
            }
        }
    }
}
