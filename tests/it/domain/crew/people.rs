//! What the person does, and what falls from the sky.

use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::attention::NeedKind;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::{Ruling as Settlement, TriageDecision, Until};
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::{AttemptId, FeatureId, FindingId, MilestoneId, QuestionId, Revision};
use flightdeck::domain::message::{Delivery, Party};
use flightdeck::domain::mission::{Hold, HoldCause};
use flightdeck::domain::proposal::Ruling;
use flightdeck::domain::usage::Usage;
use flightdeck::domain::verdict::Outcome;

use super::Crew;
use crate::support::words;

impl Crew {
    /// The person decides what waits for them, so that the mission can go on.
    pub(super) fn meet(&mut self, need: NeedKind) {
        match need {
            NeedKind::Question { question } => {
                self.must(Actor::Person, Command::Answer { question, text: words::prose("Blue") });
            }
            NeedKind::Hold { .. } => self.must(Actor::Person, Command::Resume),
            NeedKind::Gate { gate } => self.decide(gate),
            NeedKind::Proposal { proposal } => {
                let ruling = if self.tape.pick(2) == 0 { Ruling::Refuse } else { Ruling::Accept };
                drop(self.ask(Actor::Person, Command::DecideProposal { proposal, ruling }));
            }
        }
    }

    fn decide(&mut self, gate: GateId) {
        if let Some(feature) = self.unproven(gate) {
            let id = format!("VAL-NEW-{:03}", self.flight.mission.contract.len() + 1);
            let draft = Box::new(words::assertion(&id));
            return self.must(Actor::Person, Command::AddAssertion { draft, feature });
        }
        let send_back = self.tape.pick(5) == 4;
        if send_back || !self.flight.mission.gate_obstacles(gate).is_empty() {
            let unsettled: Vec<_> = self.unsettled();
            if let Some(assertion) = self.tape.choose(&unsettled).cloned()
                && self.tape.pick(2) == 1
            {
                let reason = words::line("we can live without it");
                return self.must(Actor::Person, Command::Waive { assertion, reason });
            }
            let decision = words::no_go("not like this");
            return self.must(Actor::Person, Command::DecideGate { gate, decision });
        }
        self.must(Actor::Person, Command::DecideGate { gate, decision: words::go() });
    }

    /// A feature of the milestone at a gate that nothing proves.
    fn unproven(&self, gate: GateId) -> Option<FeatureId> {
        let mission = &self.flight.mission;
        let is_unproven = mission.gate_obstacles(gate).iter().any(|one| one.starts_with("nothing proves"));
        let milestone = match gate {
            GateId::Milestone(milestone) => milestone,
            GateId::Plan | GateId::Final => mission.milestones.last()?.id,
        };
        let mut features = mission.features.iter();
        let asked = features.find(|feature| feature.milestone == milestone && feature.is_wanted());
        asked.filter(|_| is_unproven).map(|feature| feature.id)
    }

    fn unsettled(&self) -> Vec<flightdeck::domain::id::AssertionId> {
        let mission = &self.flight.mission;
        let all = mission.contract.keys().chain(mission.sealed.keys());
        all.filter(|id| !mission.standing(id).is_settled()).cloned().collect()
    }

    /// Somebody does something that nobody waited for.
    pub(super) fn meddle(&mut self) {
        let person = Actor::Person;
        let live: Vec<AttemptId> = self.flight.mission.live_attempts().map(|attempt| attempt.id).collect();
        let command = match self.tape.pick(18) {
            0 => Command::Pause,
            1 => Command::Resume,
            2 => Command::SetAutopilot { autopilot: Autopilot::On },
            3 => Command::SetAutopilot { autopilot: Autopilot::Off },
            4 => Command::Say {
                to: Party::Orchestrator,
                text: words::prose("Hurry"),
                delivery: Delivery::Queue,
            },
            5 => Command::Broadcast { text: words::prose("Write less code") },
            6 => match self.tape.choose(&live) {
                Some(attempt) => Command::StopAttempt { attempt: *attempt },
                None => return,
            },
            7 => Command::SetBudget { budget: Budget::default() },
            8 => return self.hold(),
            9 => return self.blunder(),
            10 => {
                let gates = [
                    GateId::Plan,
                    GateId::Milestone(MilestoneId(1)),
                    GateId::Milestone(MilestoneId(2)),
                    GateId::Final,
                ];
                let gate = *self.tape.choose(&gates).unwrap();
                let decision = if self.tape.pick(2) == 0 { words::go() } else { words::no_go("no") };
                Command::DecideGate { gate, decision }
            }
            11 => {
                let unsettled = self.unsettled();
                let Some(assertion) = self.tape.choose(&unsettled).cloned() else { return };
                Command::Waive { assertion, reason: words::line("never mind") }
            }
            12 | 13 => {
                let findings: Vec<FindingId> = self.flight.mission.findings.keys().copied().collect();
                let Some(finding) = self.tape.choose(&findings).copied() else { return };
                let reason = words::line("so be it");
                let ruling = match self.tape.pick(6) {
                    0 => Settlement::Dismiss { reason },
                    1 => Settlement::Feature {
                        spec: self.flight.mission.findings[&finding].fix(),
                        fulfills: vec![],
                    },
                    2 => Settlement::Join { with: findings[0] },
                    3 => Settlement::Defer { until: Until::NextRound, reason },
                    4 => Settlement::Defer { until: Until::Milestone, reason },
                    _ => Settlement::Defer { until: Until::Final, reason },
                };
                Command::DecideFinding { decision: Box::new(TriageDecision { finding, ruling }) }
            }
            _ => return self.change_contract(person),
        };
        drop(self.ask(person, command));
    }

    fn hold(&mut self) {
        let until = Some(flightdeck::domain::id::Timestamp(self.flight.now().0 + 10));
        let hold = match self.tape.pick(3) {
            0 => Hold { until, ..Hold::new(HoldCause::Quota, "wait for the quota") },
            1 => Hold::new(HoldCause::BudgetSpent, "the budget is spent"),
            _ => Hold::new(HoldCause::Quota, "a quota without an end"),
        };
        drop(self.ask(Actor::Engine, Command::Hold { hold }));
    }

    /// Edits, adds or retires an assertion.
    pub(super) fn change_contract(&mut self, actor: Actor) {
        let ids: Vec<_> = self.flight.mission.contract.keys().cloned().collect();
        let features: Vec<FeatureId> = self.flight.mission.features.iter().map(|f| f.id).collect();
        let edited = self.tape.choose(&ids).cloned();
        let command = match (self.tape.pick(4), edited, self.tape.choose(&features)) {
            (0, Some(assertion), _) => {
                Command::RetireAssertion { assertion, reason: words::line("it went out of fashion") }
            }
            (1, _, Some(feature)) => {
                let number = ids.len() + 1;
                let id = format!("VAL-NEW-{number:03}");
                let draft = if number % 2 == 0 { words::assertion(&id) } else { words::non_blocking(&id) };
                Command::AddAssertion { draft: Box::new(draft), feature: *feature }
            }
            (_, Some(assertion), _) => {
                let base = self.flight.mission.contract[&assertion].revision;
                let statement = words::prose(&format!("A visitor sees {assertion} after {base}"));
                let edit = Box::new(WordingEdit { statement: Some(statement), ..WordingEdit::default() });
                Command::EditAssertion { assertion, base, edit }
            }
            _ => return,
        };
        drop(self.ask(actor, command));
    }

    /// Anybody asks for anything, mostly out of turn.
    fn blunder(&mut self) {
        let any_attempt = AttemptId(u32::try_from(self.tape.pick(12)).unwrap());
        let actor = match self.tape.pick(3) {
            0 => Actor::Person,
            1 => Actor::Engine,
            _ => Actor::Attempt(any_attempt),
        };
        let command = self.any_command(any_attempt);
        drop(self.ask(actor, command));
    }

    #[expect(clippy::too_many_lines, reason = "a flat match over every command")]
    fn any_command(&mut self, any_attempt: AttemptId) -> Command {
        let (milestone, feature) = (MilestoneId(1), FeatureId(u32::try_from(self.tape.pick(6)).unwrap()));
        let works = [
            AgentWork::Plan,
            AgentWork::Talk,
            AgentWork::Triage,
            AgentWork::Build { feature },
            AgentWork::Review { milestone, round: 1, feature },
            AgentWork::Scrutinize { milestone, round: 1 },
            AgentWork::TestAsUser { milestone, round: 1, flow: Flow::WHOLE },
        ];
        let work = *self.tape.choose(&works).unwrap();
        match self.tape.pick(13) {
            0 => Command::StartAttempt { work, model: words::title("rehearsal/crew") },
            1 => Command::HandIn {
                handoff: Box::new(words::handoff("Sneaked in")),
                head: words::commit("sneak"),
            },
            2 => Command::RecordClaims { feature, runs: vec![words::run("make test", 1)] },
            3 => Command::RecordGateCommands {
                milestone,
                round: 1,
                commit: words::commit("sneak"),
                runs: vec![],
            },
            4 => Command::GiveVerdict {
                assertion: words::val("VAL-A-001"),
                outcome: Outcome::Pass,
                observed: words::line("trust me"),
                evidence: vec![words::exchange("ev_02", AttemptId(1))],
            },
            5 => Command::Triage {
                decisions: vec![TriageDecision {
                    finding: FindingId(1),
                    ruling: Settlement::Dismiss { reason: words::line("away with it") },
                }],
            },
            6 => Command::Answer { question: QuestionId(1), text: words::prose("Red") },
            7 => Command::ReportUserTesting {
                summary: words::prose("Fine"),
                frictions: vec![],
                issues: vec![],
                known: vec![],
            },
            8 => Command::ReportScrutiny {
                summary: words::prose("Fine"),
                issues: vec![],
                knowledge: vec![],
                known: vec![],
            },
            9 => Command::TellRevision {
                attempt: any_attempt,
                assertion: words::val("VAL-A-001"),
                revision: Revision(7),
            },
            10 => Command::CountUsage {
                attempt: any_attempt,
                usage: Usage { input: u64::MAX, ..Usage::default() },
            },
            11 => Command::Say {
                to: Party::Attempt(any_attempt),
                text: words::prose("Hi"),
                delivery: Delivery::Interrupt,
            },
            _ => Command::Found(Box::new(words::founding())),
        }
    }
}
