//! Who may ask what: every verb, every asker.

use flightdeck::domain::amendment::AmendmentOutcome;
use flightdeck::domain::attempt::{AgentWork, Ending, Role};
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::{Asker, Command, SpecEdit, WordingEdit};
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::{Ruling as Settlement, Severity, TriageDecision};
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::{
    AttemptId, FeatureId, FindingId, MilestoneId, ProposalId, QuestionId, RequirementId, Revision, Timestamp,
};
use flightdeck::domain::message::{Delivery, Party};
use flightdeck::domain::mission::{Hold, HoldCause};
use flightdeck::domain::proposal::Ruling;
use flightdeck::domain::round::Opinion;
use flightdeck::domain::sabotage::SabotageOutcome;
use flightdeck::domain::usage::{ModelPrice, Usage};
use flightdeck::domain::verdict::{Outcome, Recurrence, SecondTry};
use flightdeck::domain::wait::{Wait, WaitCause};

use crate::support::mission::Flight;
use crate::support::words;

const PERSON: &[Asker] = &[Asker::Person];
const ENGINE: &[Asker] = &[Asker::Engine];
const ORCHESTRATOR: &[Asker] = &[Asker::Agent(Role::Orchestrator)];
const WORKER: &[Asker] = &[Asker::Agent(Role::Worker)];

/// One command of every verb, with all who may ask it.
fn table() -> Vec<(Command, Vec<Asker>)> {
    let mut table = Vec::new();
    let mut rows = |askers: &[Asker], commands: Vec<Command>| {
        table.extend(commands.into_iter().map(|command| (command, askers.to_vec())));
    };
    let agents: Vec<Asker> = Role::ALL.iter().copied().map(Asker::Agent).collect();
    rows(PERSON, persons());
    rows(&[Asker::Person, Asker::Engine], vec![Command::Resume]);
    rows(&[PERSON, ORCHESTRATOR].concat(), shared());
    rows(&[PERSON, &agents].concat(), vec![say()]);
    rows(ORCHESTRATOR, orchestrators());
    rows(&[ORCHESTRATOR, WORKER].concat(), vec![ask()]);
    rows(WORKER, workers());
    rows(&[Asker::Agent(Role::Critic)], vec![criticism(), Command::Seal { assertions: vec![] }]);
    rows(&[Asker::Agent(Role::Reviewer)], vec![review(), Command::RefuteClaims { claims: vec![] }]);
    rows(
        &[Asker::Agent(Role::Reviewer), Asker::Agent(Role::UserTesting)],
        vec![Command::ProposeNotes { notes: vec![] }],
    );
    rows(&[Asker::Agent(Role::Scrutiny)], vec![Command::DecideNotes { rulings: vec![] }]);
    rows(&[Asker::Agent(Role::Scrutiny)], vec![scrutiny()]);
    rows(&[Asker::Agent(Role::UserTesting)], testers());
    rows(ENGINE, engines());
    table
}

fn persons() -> Vec<Command> {
    vec![
        Command::Found(Box::new(words::founding())),
        Command::DecideGate { gate: GateId::Plan, decision: words::go() },
        Command::Waive { assertion: words::val("VAL-M1-001"), reason: words::line("no") },
        Command::ProveAgain { assertions: vec![words::val("VAL-M1-001")] },
        Command::TakeBackProof { assertions: vec![words::val("VAL-M1-001")] },
        Command::Unseal { assertion: words::val("VAL-M1-001"), feature: FeatureId(1) },
        Command::Answer { question: QuestionId(1), text: words::prose("yes") },
        Command::Pause,
        Command::StopAttempt { attempt: AttemptId(1) },
        Command::ChooseModel { role: Role::Worker, model: words::title("a/b") },
        Command::SetBudget { budget: Budget::default() },
        Command::SetAutopilot { autopilot: Autopilot::On },
        Command::DecideFinding {
            decision: Box::new(TriageDecision {
                finding: FindingId(1),
                ruling: Settlement::Dismiss { reason: words::line("by design") },
            }),
        },
        Command::EditFeature {
            feature: FeatureId(1),
            base: Revision::FIRST,
            edit: Box::new(SpecEdit::default()),
        },
        Command::EditEnvironment {
            base: Box::new(words::environment()),
            environment: Box::new(words::environment()),
        },
        Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Accept },
        Command::AddRequirement { text: words::prose("It is fast.") },
        Command::KeepRequirement { requirement: RequirementId(1) },
        Command::Abandon { reason: words::line("enough") },
        Command::Relocate { repository: words::prose("/elsewhere") },
    ]
}

fn shared() -> Vec<Command> {
    let assertion = words::val("VAL-M1-001");
    vec![
        Command::EditAssertion {
            assertion: assertion.clone(),
            base: Revision::FIRST,
            edit: Box::new(WordingEdit::default()),
        },
        Command::AddAssertion { draft: Box::new(words::assertion("VAL-N-001")), feature: FeatureId(1) },
        Command::MapAssertion { assertion: assertion.clone(), shows: vec![] },
        Command::SetAsideRequirements { aside: vec![] },
        Command::RetireAssertion { assertion, reason: words::line("gone") },
        Command::Broadcast { text: words::prose("hear") },
    ]
}

fn say() -> Command {
    Command::Say { to: Party::Orchestrator, text: words::prose("hello"), delivery: Delivery::Queue }
}

fn ask() -> Command {
    Command::ask(Party::Person, words::prose("which?"), vec![])
}

fn orchestrators() -> Vec<Command> {
    vec![
        Command::ProposeContract { assertions: vec![] },
        Command::ProposeEnvironment { environment: words::environment() },
        Command::KeepChecks {
            reasons: [(words::val("VAL-M1-001"), words::line("as it is"))].into(),
            commands: [].into(),
        },
        Command::AnswerObjections { answers: vec![] },
        Command::ProposePlan { title: None, milestones: vec![], answer: None },
        Command::AmendPlan { changes: vec![] },
        Command::Triage { decisions: vec![] },
        Command::AnswerAmendment {
            finding: FindingId(1),
            outcome: AmendmentOutcome::Refused,
            words: words::line("it can be"),
            edit: Box::default(),
        },
    ]
}

fn workers() -> Vec<Command> {
    vec![
        Command::HandIn { handoff: Box::new(words::handoff("done")), head: words::commit("h") },
        Command::RequestAmendment {
            assertion: words::val("VAL-M1-001"),
            proposal: words::line("less"),
            reason: words::line("hard"),
        },
    ]
}

fn criticism() -> Command {
    Command::Criticize { summary: words::prose("one case"), objections: vec![words::objecting("F1")] }
}

fn review() -> Command {
    Command::ReportReview {
        summary: words::prose("fine"),
        opinion: Opinion::Pass,
        issues: vec![],
        known: vec![],
    }
}

fn scrutiny() -> Command {
    let issues = vec![words::issue(Severity::Suggestion, "a name")];
    Command::ReportScrutiny { summary: words::prose("fine"), issues, knowledge: vec![], known: vec![] }
}

fn testers() -> Vec<Command> {
    vec![
        Command::GiveVerdict {
            assertion: words::val("VAL-M1-001"),
            outcome: Outcome::Pass,
            observed: words::line("seen"),
            evidence: vec![],
        },
        Command::ReportUserTesting {
            summary: words::prose("fine"),
            frictions: vec![],
            issues: vec![],
            known: vec![],
        },
    ]
}

fn engines() -> Vec<Command> {
    let (attempt, feature, milestone) = (AttemptId(1), FeatureId(1), MilestoneId(1));
    let hold = Hold::new(HoldCause::Machine, "no git");
    let work = AgentWork::Plan.into();
    let (since, sentence) = (Timestamp(1), words::line("disk full"));
    let wait = Wait { work, cause: WaitCause::Disk, sentence, since, until: None };
    vec![
        Command::StartAttempt { work: AgentWork::Talk, model: words::title("a/b") },
        Command::EndAttempt { attempt, ending: Ending::Interrupted },
        Command::TakeFallback {
            role: Role::Worker,
            from: words::title("a/b"),
            to: words::title("c/d"),
            reason: words::line("spent"),
        },
        Command::PriceModel {
            model: words::title("a/b"),
            price: ModelPrice { input: 1, cached: 1, cache_write: 1, output: 1 },
        },
        Command::NoteSandbox { missing: Some(words::line("no Landlock")) },
        Command::NoteWay { way: words::line("the console on pts/3") },
        Command::NoteOverrides { overrides: vec![words::line("the prompt `worker` is another")] },
        Command::DoubtRecord { why: Some(words::line("event 7 is gone")) },
        Command::CountUsage { attempt, usage: Usage::default() },
        Command::TellRevision { attempt, assertion: words::val("VAL-M1-001"), revision: Revision::FIRST },
        Command::RecordBaseline { baseline: Box::new(words::baseline(vec![])) },
        Command::RecordClaims { feature, runs: vec![] },
        Command::RecordTampering { feature, found: vec![] },
        Command::ReportLostEvidence { evidence: vec![] },
        Command::RecordGateCommands { milestone, round: 1, commit: words::commit("h"), runs: vec![] },
        Command::LeaveClaims { feature, left: vec![] },
        Command::RecordAddedTests { feature, added: Box::default() },
        Command::RecordSabotage { sabotage: Box::new(words::sabotage("VAL-M1-001", SabotageOutcome::Red)) },
        Command::RecordChecks { milestone, round: 1, checks: vec![] },
        Command::RecordProof { milestone, round: 1, proven: vec![] },
        Command::RecordSecondTry {
            milestone,
            round: 1,
            assertion: words::val("VAL-M1-001"),
            second: Box::new(SecondTry { result: Recurrence::Same, evidence: vec![] }),
        },
        Command::MarkDelivered { messages: vec![] },
        Command::ProposeDocument { changes: vec![] },
        Command::Hold { hold },
        Command::BeginWait { wait },
        Command::EndWait { work },
        Command::RecordLoss { work, reason: words::line("killed") },
        Command::RecordLanding { branch: words::title("main"), commit: words::commit("h") },
    ]
}

fn askers() -> Vec<Asker> {
    [Asker::Person, Asker::Engine].into_iter().chain(Role::ALL.iter().copied().map(Asker::Agent)).collect()
}

#[test]
fn every_verb_is_open_to_its_askers_and_to_nobody_else() {
    for (command, allowed) in table() {
        for asker in askers() {
            let open = command.may_be_asked_by(asker);
            assert_eq!(open, allowed.contains(&asker), "{asker:?} asks {command:?}");
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of every verb")]
fn the_table_knows_every_verb_and_every_verb_travels_as_json() {
    let mut verbs = std::collections::BTreeSet::new();
    for (command, _) in table() {
        let value = serde_json::to_value(&command).unwrap();
        verbs.insert(value["verb"].as_str().unwrap().to_owned());
        assert_eq!(serde_json::from_value::<Command>(value).unwrap(), command);
    }
    // A new verb makes this match fail to compile: add it to the table.
    let known = |command: &Command| match command {
        Command::Found(_)
        | Command::DecideGate { .. }
        | Command::Waive { .. }
        | Command::ProveAgain { .. }
        | Command::TakeBackProof { .. }
        | Command::Answer { .. }
        | Command::Pause
        | Command::Resume
        | Command::StopAttempt { .. }
        | Command::ChooseModel { .. }
        | Command::SetBudget { .. }
        | Command::SetAutopilot { .. }
        | Command::EditFeature { .. }
        | Command::EditEnvironment { .. }
        | Command::DecideProposal { .. }
        | Command::DecideFinding { .. }
        | Command::Abandon { .. }
        | Command::Relocate { .. }
        | Command::AddRequirement { .. }
        | Command::KeepRequirement { .. }
        | Command::MapAssertion { .. }
        | Command::SetAsideRequirements { .. }
        | Command::EditAssertion { .. }
        | Command::AddAssertion { .. }
        | Command::RetireAssertion { .. }
        | Command::Broadcast { .. }
        | Command::Say { .. }
        | Command::ProposeContract { .. }
        | Command::ProposeEnvironment { .. }
        | Command::KeepChecks { .. }
        | Command::AnswerObjections { .. }
        | Command::ProposePlan { .. }
        | Command::AmendPlan { .. }
        | Command::Triage { .. }
        | Command::AnswerAmendment { .. }
        | Command::Ask { .. }
        | Command::Criticize { .. }
        | Command::Seal { .. }
        | Command::Unseal { .. }
        | Command::HandIn { .. }
        | Command::RequestAmendment { .. }
        | Command::ProposeNotes { .. }
        | Command::DecideNotes { .. }
        | Command::RefuteClaims { .. }
        | Command::ReportReview { .. }
        | Command::ReportScrutiny { .. }
        | Command::GiveVerdict { .. }
        | Command::ReportUserTesting { .. }
        | Command::StartAttempt { .. }
        | Command::EndAttempt { .. }
        | Command::TakeFallback { .. }
        | Command::PriceModel { .. }
        | Command::NoteSandbox { .. }
        | Command::NoteWay { .. }
        | Command::NoteOverrides { .. }
        | Command::DoubtRecord { .. }
        | Command::CountUsage { .. }
        | Command::TellRevision { .. }
        | Command::RecordBaseline { .. }
        | Command::RecordClaims { .. }
        | Command::RecordTampering { .. }
        | Command::ReportLostEvidence { .. }
        | Command::RecordGateCommands { .. }
        | Command::RecordSabotage { .. }
        | Command::RecordChecks { .. }
        | Command::RecordProof { .. }
        | Command::RecordAddedTests { .. }
        | Command::RecordSecondTry { .. }
        | Command::LeaveClaims { .. }
        | Command::MarkDelivered { .. }
        | Command::ProposeDocument { .. }
        | Command::Hold { .. }
        | Command::BeginWait { .. }
        | Command::EndWait { .. }
        | Command::RecordLoss { .. }
        | Command::RecordLanding { .. } => 76,
    };
    assert_eq!(verbs.len(), known(&Command::Pause));
}

#[test]
fn a_denial_says_who_may_not() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let sentences = [
        (Actor::Person, review(), "a person may not ask for that"),
        (Actor::Engine, Command::Pause, "the engine may not ask for that"),
        (Actor::Attempt(planner), Command::Pause, "an orchestrator may not ask for that"),
    ];
    for (actor, command, sentence) in sentences {
        assert_eq!(flight.refusal(actor, command), sentence);
    }
}

#[test]
fn an_attempt_is_heard_only_while_it_lives() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    flight.end(planner, Ending::Interrupted);
    assert_eq!(
        flight.refusal(Actor::Attempt(planner), ask()),
        "#1 has ended: nothing it asks counts any more"
    );
    assert_eq!(flight.refusal(Actor::Attempt(AttemptId(9)), ask()), "there is no attempt #9");
}

#[test]
fn nothing_is_asked_before_the_founding_or_after_the_end() {
    let found = || Command::Found(Box::new(words::founding()));
    assert_eq!(Flight::unborn().refusal(Actor::Person, Command::Pause), "this mission is not founded yet");
    assert_eq!(Flight::new().refusal(Actor::Person, found()), "this mission is founded already");
    assert_eq!(Flight::completed().refusal(Actor::Person, Command::Pause), "the mission is over");
}
