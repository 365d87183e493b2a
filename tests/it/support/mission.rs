//! A mission that is flown step by step through `decide` and the fold, as the engine would.

use flightdeck::domain::attempt::{AgentWork, Ending, EngineWork, Work};
use flightdeck::domain::command::{Command, PlanChange};
use flightdeck::domain::contract::AssertionDraft;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Event, Founding, Stamped};
use flightdeck::domain::finding::{Ruling, TriageDecision};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::handoff::Handoff;
use flightdeck::domain::id::{AttemptId, FeatureId, FindingId, MilestoneId, Timestamp};
use flightdeck::domain::message::{Delivery, Party};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::plan::MilestoneDraft;
use flightdeck::domain::rejection::Rejection;
use flightdeck::domain::round::Opinion;
use flightdeck::domain::schedule::schedule;
use flightdeck::domain::verdict::Outcome;

use super::words;

/// A mission with its log.
#[derive(Clone)]
pub struct Flight {
    pub mission: Mission,
    pub log: Vec<Stamped>,
}

impl Flight {
    /// A founded mission.
    pub fn new() -> Self {
        Self::founded(words::founding())
    }

    pub fn unborn() -> Self {
        Self { mission: Mission::unborn(), log: Vec::new() }
    }

    pub fn founded(founding: Founding) -> Self {
        let mut flight = Self::unborn();
        flight.person(Command::Found(Box::new(founding)));
        flight
    }

    /// The time of the next command: a second after the last event.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.mission.updated.0 + 1_000)
    }

    /// Asks, and takes in what is decided.
    pub fn ask(&mut self, actor: Actor, command: Command) -> Result<Vec<Event>, Rejection> {
        let now = self.now();
        let events = decide(&self.mission, actor, command, now)?;
        for event in &events {
            self.record(actor, event.clone(), now);
        }
        Ok(events)
    }

    /// Takes an event in without asking, for states that only a log can hold.
    pub fn record(&mut self, actor: Actor, event: Event, at: Timestamp) {
        let stamped = Stamped { seq: self.mission.seq + 1, at, actor, event };
        self.mission.apply(&stamped);
        self.log.push(stamped);
    }

    /// The sentence with which a command is refused.
    pub fn refusal(&self, actor: Actor, command: Command) -> String {
        decide(&self.mission, actor, command, self.now()).unwrap_err().sentence
    }

    pub fn person(&mut self, command: Command) -> &mut Self {
        self.accepted(Actor::Person, command)
    }

    pub fn engine(&mut self, command: Command) -> &mut Self {
        self.accepted(Actor::Engine, command)
    }

    pub fn attempt(&mut self, id: AttemptId, command: Command) -> &mut Self {
        self.accepted(Actor::Attempt(id), command)
    }

    fn accepted(&mut self, actor: Actor, command: Command) -> &mut Self {
        let shown = format!("{command:?}");
        if let Err(rejection) = self.ask(actor, command) {
            panic!("{actor:?} was refused {shown}: {rejection}");
        }
        self
    }

    /// Starts an attempt at work that needs an agent.
    pub fn start(&mut self, work: impl Into<Work>) -> AttemptId {
        let Work::Agent(work) = work.into() else { panic!("the engine does this itself") };
        let model = self.mission.models.get(&work.role()).cloned();
        let model = model.unwrap_or_else(|| words::title("rehearsal/guestbook"));
        self.engine(Command::StartAttempt { work, model });
        self.mission.attempts.keys().next_back().copied().unwrap()
    }

    pub fn end(&mut self, attempt: AttemptId, ending: Ending) -> &mut Self {
        self.engine(Command::EndAttempt { attempt, ending })
    }

    pub fn due(&self) -> Vec<Work> {
        schedule(&self.mission)
    }

    /// The plan gate is open: so many milestones with so many features each, one blocking assertion a feature:
    /// `F1` fulfills `VAL-M1-001`, and so on.
    pub fn proposed(self, milestones: u32, features: u32) -> Self {
        let mut contract = Vec::new();
        let mut plan = Vec::new();
        for m in 1..=milestones {
            let ids: Vec<String> = (1..=features).map(|f| format!("VAL-M{m}-{f:03}")).collect();
            contract.extend(ids.iter().map(|id| words::assertion(id)));
            let drafts = ids.iter().map(|id| words::feature(&format!("Feature of {id}"), &[id])).collect();
            plan.push(words::milestone(&format!("Milestone {m}"), drafts));
        }
        self.proposing(contract, plan)
    }

    pub fn proposing(mut self, assertions: Vec<AssertionDraft>, milestones: Vec<MilestoneDraft>) -> Self {
        let planner = self.start(AgentWork::Plan);
        self.attempt(planner, Command::ProposeContract { assertions });
        self.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
        self.attempt(planner, Command::ProposePlan { title: None, milestones, answer: None });
        self
    }

    /// The plan is GO.
    pub fn planned(self, milestones: u32, features: u32) -> Self {
        self.proposed(milestones, features).gone(GateId::Plan)
    }

    pub fn gone(mut self, gate: GateId) -> Self {
        self.person(Command::DecideGate { gate, decision: words::go() });
        self
    }

    pub fn hand_in(&mut self, attempt: AttemptId, handoff: Handoff) -> &mut Self {
        let head = words::commit(&format!("head{:03}", attempt.0));
        self.attempt(attempt, Command::HandIn { handoff: Box::new(handoff), head })
    }

    /// Builds a feature, and its claims hold.
    pub fn built(mut self, feature: u32) -> Self {
        let feature = FeatureId(feature);
        let worker = self.start(AgentWork::Build { feature });
        self.hand_in(worker, words::handoff(&format!("Built {feature}")));
        self.engine(Command::RecordClaims { feature, runs: vec![words::run("make test", 0)] });
        self
    }

    /// Opens the round that is due, with gate commands that pass.
    pub fn gated(mut self) -> Self {
        let Some(Work::Engine(EngineWork::RunGateCommands { milestone, round })) =
            self.due().first().copied()
        else {
            panic!("no round is due but {:?}", self.due());
        };
        let commit = self.mission.head().unwrap().clone();
        let runs = vec![words::run("make", 0), words::run("make test", 0)];
        self.engine(Command::RecordGateCommands { milestone, round, commit, runs });
        self
    }

    /// Passes every review of the open round.
    pub fn reviewed(mut self) -> Self {
        while let Some(work @ Work::Agent(AgentWork::Review { .. })) = self.due().first().copied() {
            let reviewer = self.start(work);
            let (summary, opinion) = (words::prose("Good work"), Opinion::Pass);
            self.attempt(
                reviewer,
                Command::ReportReview { summary, opinion, issues: Vec::new(), known: vec![] },
            );
        }
        self
    }

    /// Passes the scrutiny of the open round.
    pub fn scrutinized(mut self) -> Self {
        let scrutiny = self.start(self.due()[0]);
        let report = Command::ReportScrutiny {
            summary: words::prose("It holds together"),
            issues: Vec::new(),
            knowledge: Vec::new(),
            known: vec![],
        };
        self.attempt(scrutiny, report);
        self
    }

    pub fn verdict(&mut self, tester: AttemptId, assertion: &str, outcome: Outcome) -> &mut Self {
        self.attempt(
            tester,
            Command::GiveVerdict {
                assertion: words::val(assertion),
                outcome,
                observed: words::line("seen with my own eyes"),
                evidence: vec![words::exchange("ev_0123456789ab", tester)],
            },
        )
    }

    pub fn report_testing(&mut self, tester: AttemptId) -> &mut Self {
        let summary = words::prose("Tried it all");
        self.attempt(
            tester,
            Command::ReportUserTesting { summary, frictions: Vec::new(), issues: Vec::new(), known: vec![] },
        )
    }

    /// Tries every assertion of the open round, with the same outcome.
    pub fn tested(mut self, outcome: Outcome) -> Self {
        let tester = self.start(self.due()[0]);
        let due = self.mission.rounds.last().unwrap().to_test.clone();
        for id in due {
            self.verdict(tester, id.as_str(), outcome);
        }
        self.report_testing(tester);
        self
    }

    /// A whole round in which everything passes.
    pub fn validated(self) -> Self {
        self.gated().reviewed().scrutinized().tested(Outcome::Pass)
    }

    /// One milestone with one feature, waiting at its gate.
    pub fn at_gate() -> Self {
        Self::new().planned(1, 1).built(1).validated()
    }

    /// Three milestones with one feature each; the first is GO.
    pub fn at_gate_of_two() -> Self {
        Self::new().planned(3, 1).built(1).validated().gone(GateId::Milestone(MilestoneId(1)))
    }

    /// An orchestrator makes one fix feature of everything that is open.
    pub fn triage_all(&mut self) -> &mut Self {
        let orchestrator = self.start(AgentWork::Triage);
        let open: Vec<FindingId> = self.mission.open_findings().map(|finding| finding.id).collect();
        let decisions = open
            .iter()
            .map(|finding| TriageDecision {
                finding: *finding,
                ruling: match open[0] {
                    first if first == *finding => {
                        Ruling::Feature { spec: words::spec(&format!("Fix of {first}")), fulfills: vec![] }
                    }
                    first => Ruling::Join { with: first },
                },
            })
            .collect();
        self.attempt(orchestrator, Command::Triage { decisions })
    }

    /// An orchestrator dismisses everything that is open.
    pub fn dismiss_all(&mut self) -> &mut Self {
        let orchestrator = self.start(AgentWork::Triage);
        let ruling = || Ruling::Dismiss { reason: words::line("not worth it") };
        let open = self.mission.open_findings();
        let decisions = open.map(|f| TriageDecision { finding: f.id, ruling: ruling() }).collect();
        self.attempt(orchestrator, Command::Triage { decisions })
    }

    /// An orchestrator that was woken by a word of the person.
    pub fn talking(&mut self) -> AttemptId {
        let (to, text) = (Party::Orchestrator, words::prose("a word"));
        self.person(Command::Say { to, text, delivery: Delivery::Queue });
        let talker = self.start(AgentWork::Talk);
        let messages = self.mission.messages.iter().map(|message| message.id).collect();
        self.engine(Command::MarkDelivered { messages });
        talker
    }

    /// Takes a feature out of the plan.
    pub fn cancel(&mut self, feature: u32) -> &mut Self {
        let orchestrator = self.talking();
        let change =
            PlanChange::CancelFeature { feature: FeatureId(feature), reason: words::line("not needed") };
        self.attempt(orchestrator, Command::AmendPlan { changes: vec![change] });
        self.end(orchestrator, Ending::Done)
    }

    /// Flown to the end.
    pub fn completed() -> Self {
        Self::at_gate().gone(GateId::Milestone(MilestoneId(1))).gone(GateId::Final)
    }
}
