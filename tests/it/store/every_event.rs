//! One of every event, filled so that every optional part is there somewhere.

use std::collections::BTreeMap;

use flightdeck::domain::added_tests::{AddedTests, Lack, MissingTest};
use flightdeck::domain::amendment::{AmendmentAnswer, AmendmentOutcome};
use flightdeck::domain::attempt::{AgentWork, Ending, Role};
use flightdeck::domain::baseline::Baseline;
use flightdeck::domain::budget::Budget;
use flightdeck::domain::command::{CheckEdit, WordingEdit};
use flightdeck::domain::contract::{
    Assertion, AssertionDraft, AssertionState, Check, Instrument, Weight, Wording,
};
use flightdeck::domain::environment::{CommandRun, Environment, Health, Script, Service};
use flightdeck::domain::event::{Actor, Event, Founding};
use flightdeck::domain::finding::{Finding, FindingState, Severity, Sight, Sighting, Source, Until};
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::{Autopilot, DecidedBy, Decision, GateId};
use flightdeck::domain::goal::Goal;
use flightdeck::domain::handoff::{
    ClaimedRun, Deviation, Handoff, Issue, ManualCheck, Procedure, TestFile, TestsAdded,
};
use flightdeck::domain::id::{
    AssertionId, AttemptId, Commit, DirectiveId, FeatureId, FindingId, MessageId, MilestoneId, ProposalId,
    QuestionId, RequirementId, Revision, Timestamp,
};
use flightdeck::domain::message::{Delivery, Directive, Knowledge, Message, MessageState, Party, Question};
use flightdeck::domain::mission::{Hold, HoldCause, Limits};
use flightdeck::domain::note::Audience;
use flightdeck::domain::plan::{Claims, Feature, FeatureSpec, FeatureState, Milestone, Origin, ProposedPlan};
use flightdeck::domain::proposal::{Proposal, ProposalState, ProposedBy, ProposedChange};
use flightdeck::domain::red::HowRed;
use flightdeck::domain::requirement::{Fate, Requirement, RequirementOrigin};
use flightdeck::domain::round::{
    CheckRun, Opinion, Review, ReviewIssue, RoundOutcome, RoundScope, ScrutinyReport, UserTestingReport,
};
use flightdeck::domain::sabotage::{Reaction, Sabotage, SabotageOutcome};
use flightdeck::domain::text::{Line, Prose, Title};
use flightdeck::domain::usage::{ModelPrice, Usage};
use flightdeck::domain::verdict::{EvidenceRef, Outcome, Recurrence, SecondTry, Verdict};
use flightdeck::domain::wait::{Wait, WaitCause};

use crate::support::words;

const ATTEMPT: AttemptId = AttemptId(18);
const FEATURE: FeatureId = FeatureId(7);
const MILESTONE: MilestoneId = MilestoneId(2);
const FINDING: FindingId = FindingId(3);
const AT: Timestamp = Timestamp(1_795_000_000_123);

/// As the first version wrote it, which did not record how a check was red.
fn sabotage() -> Sabotage {
    let mut sabotage = words::sabotage("VAL-WEB-001", SabotageOutcome::Red);
    sabotage.undone[0].reaction = Reaction::Red { exit_code: 1, how: HowRed::Unknown, seen: None };
    sabotage
}

/// One of every variant, in the order in which they are declared.
pub fn every_event() -> Vec<Event> {
    [planning(), words::negotiation().into(), gates(), attempts(), findings(), rounds(), talk(), mission()]
        .concat()
}

/// What a mission starts from.
pub fn founding() -> Founding {
    Founding {
        mission: "guestbook-7k2p".parse().unwrap(),
        title: title("Build a guestbook"),
        goal: Goal::new("Build a guestbook\n\nwith \"entries\" and ümlauts").unwrap(),
        repository: "/srv/guestbook".to_owned(),
        target: title("main"),
        base: commit("0123456789abcdef"),
        branch: title("flightdeck/guestbook-7k2p"),
        models: BTreeMap::from([
            (Role::Orchestrator, title("anthropic/large")),
            (Role::UserTesting, title("openai/tester")),
        ]),
        budget: Budget { micro_dollars: Some(20_000_000), ..Budget::default() },
        limits: Limits::default(),
        autopilot: Autopilot::Off,
    }
}

#[expect(clippy::too_many_lines, reason = "a list of every event of a plan")]
fn planning() -> Vec<Event> {
    vec![
        Event::MissionCreated(Box::new(founding())),
        Event::RequirementsNoted { requirements: requirements() },
        Event::ContractProposed { assertions: vec![assertion(Instrument::Http)] },
        Event::EnvironmentProposed { environment: environment() },
        Event::BaselineTaken(Box::new(Baseline {
            commit: commit("0123456789abcdef"),
            runs: vec![run()],
            untried: vec![],
            missing: BTreeMap::new(),
        })),
        Event::ChecksKept {
            reasons: BTreeMap::from([(assertion_id(), line("the tool comes with the image"))]),
            commands: BTreeMap::new(),
        },
        Event::PlanProposed(Box::new(ProposedPlan {
            title: None,
            milestones: vec![Milestone { id: MILESTONE, title: title("Entries") }],
            features: vec![feature(
                Origin::Planned { no_assertion_because: Some(line("scaffolding")) },
                FeatureState::Pending,
            )],
            answer: None,
        })),
        Event::FeatureAdded { feature: Box::new(feature(Origin::Fix { findings: vec![FINDING] }, built())) },
        Event::FeatureEdited { feature: FEATURE, spec: spec() },
        Event::FeatureCancelled { feature: FEATURE, reason: line("no longer wanted") },
        Event::AssertionAdded {
            assertion: Box::new(Assertion::new(AssertionDraft {
                id: assertion_id(),
                wording: wording(Instrument::Browser),
                shows: Vec::new(),
            })),
            feature: FEATURE,
        },
        Event::AssertionEdited {
            assertion: assertion_id(),
            revision: Revision(2),
            wording: Box::new(wording(Instrument::Terminal)),
        },
        Event::AssertionRetired { assertion: assertion_id(), reason: line("out of scope") },
        Event::AssertionMapped { assertion: assertion_id(), shows: vec![RequirementId(1), RequirementId(2)] },
        Event::AssertionWaived {
            assertion: assertion_id(),
            revision: Revision(2),
            reason: line("known, accepted"),
        },
        Event::AssertionSealed { sealed: Box::new(words::sealed("VAL-SEAL-001", Some(2))) },
        Event::AssertionUnsealed { assertion: words::val("VAL-SEAL-001"), feature: FEATURE },
        Event::ProofAskedAgain { assertions: vec![assertion_id()] },
        Event::ProofTakenBack { assertions: vec![assertion_id()] },
        Event::ProposalMade {
            proposal: Box::new(Proposal {
                id: ProposalId(2),
                from: ProposedBy::Attempt(ATTEMPT),
                at: AT,
                change: ProposedChange::Reword {
                    assertion: assertion_id(),
                    base: Revision(2),
                    edit: Box::new(WordingEdit {
                        title: Some(title("Another title")),
                        check: Some(CheckEdit {
                            via: Some(Instrument::Command),
                            how: None,
                            command: Some(line("make look")),
                            guard: None,
                        }),
                        ..WordingEdit::default()
                    }),
                },
                state: ProposalState::Open,
            }),
        },
        Event::ProposalDecided { proposal: ProposalId(2), state: ProposalState::Accepted },
    ]
}

fn gates() -> Vec<Event> {
    vec![
        Event::GateOpened { gate: GateId::Milestone(MILESTONE) },
        Event::GateDecided {
            gate: GateId::Final,
            decision: Decision::NoGo { note: line("the page is slow") },
            by: DecidedBy::Person,
        },
    ]
}

fn attempts() -> Vec<Event> {
    vec![
        Event::AttemptStarted {
            attempt: ATTEMPT,
            work: AgentWork::Review { milestone: MILESTONE, round: 1, feature: FEATURE },
            role: Role::Reviewer,
            model: title("anthropic/large"),
            base: commit("0123456789abcdef"),
        },
        Event::AttemptEnded { attempt: ATTEMPT, ending: Ending::Failed { reason: line("no closing tool") } },
        Event::UsageCounted {
            attempt: ATTEMPT,
            usage: Usage {
                input: 1_000,
                cached: 20_000,
                cache_written: 300,
                output: 40,
                turns: 5,
                micro_dollars: 6,
                estimated_micro_dollars: 0,
                unpriced: 0,
            },
        },
        Event::RevisionTold { attempt: ATTEMPT, assertion: assertion_id(), revision: Revision(2) },
        Event::HandoffGiven {
            attempt: ATTEMPT,
            feature: FEATURE,
            head: commit("fedcba9876543210"),
            handoff: Box::new(handoff()),
        },
        Event::ClaimsChecked { feature: FEATURE, claims: Claims::Refuted, runs: vec![run()] },
    ]
}

fn findings() -> Vec<Event> {
    let finding = Finding {
        id: FINDING,
        severity: Severity::Blocking,
        source: Source::Verdict { attempt: ATTEMPT },
        milestone: MILESTONE,
        feature: Some(FEATURE),
        assertion: Some(assertion_id()),
        sealed: None,
        description: line("the entry is gone after a restart"),
        suggested_fix: Some(line("write it to the disk")),
        state: FindingState::Open,
        hunk: None,
        seen: None,
    };
    let sighting = Sighting {
        attempt: ATTEMPT,
        round: 2,
        commit: commit("fedcba9876543210"),
        sight: Sight::StillHolds,
        observed: line("restarted it again, and the entry was gone"),
    };
    vec![
        Event::FindingRaised { finding: Box::new(finding) },
        Event::FindingTakenUp { finding: FINDING, feature: FEATURE },
        Event::FindingDismissed { finding: FINDING, reason: line("by design") },
        Event::FindingDeferred {
            finding: FINDING,
            until: Until::Milestone,
            reason: line("nobody restarts it before then"),
        },
        Event::FindingSeen { finding: FINDING, sighting: Box::new(sighting) },
        Event::FindingReopened { finding: FINDING },
        Event::AmendmentAnswered {
            finding: FINDING,
            answer: AmendmentAnswer {
                outcome: AmendmentOutcome::Agreed,
                words: line("the goal asks for less"),
                proposal: Some(ProposalId(2)),
            },
        },
    ]
}

fn added_tests() -> Event {
    let missing =
        MissingTest { file: title("tests/test_book.py"), case: Some(title("test_find")), lack: Lack::Test };
    let added = AddedTests {
        tried: 2,
        hollow: 1,
        names: vec![title("tests/test_book.py::test_usage")],
        missing: vec![missing],
        wall_ms: 1_500,
        regressed: vec![],
        unnamed: false,
    };
    Event::AddedTestsTried { feature: FEATURE, added: Box::new(added) }
}

fn rounds() -> Vec<Event> {
    let (milestone, round) = (MILESTONE, 1);
    vec![
        Event::RoundOpened(Box::new(RoundScope {
            milestone,
            round,
            commit: commit("fedcba9876543210"),
            to_review: vec![FEATURE],
            to_test: vec![assertion_id()],
            flows: vec![],
            again: false,
        })),
        Event::ClaimsLeft {
            feature: FEATURE,
            left: vec![flightdeck::domain::claim::NotRun::new(&line("git push"), "it could do harm")],
        },
        added_tests(),
        Event::GateCommandsRun { milestone, round, runs: vec![run()] },
        Event::ChecksRun {
            milestone,
            round,
            checks: vec![CheckRun { assertion: assertion_id(), revision: Revision(2), run: run() }],
        },
        Event::ReviewReported { milestone, round, feature: FEATURE, review: Box::new(review()) },
        Event::ScrutinyReported {
            milestone,
            round,
            report: Box::new(ScrutinyReport {
                attempt: ATTEMPT,
                summary: prose("Sound, but for one thing."),
                issues: vec![issue()],
                knowledge: vec![line("tests need port 8080")],
            }),
        },
        Event::VerdictGiven { verdict: Box::new(verdict()) },
        Event::UserTestingReported {
            milestone,
            round,
            flow: Flow::WHOLE,
            report: Box::new(UserTestingReport {
                attempt: ATTEMPT,
                summary: prose("All flows work."),
                frictions: vec![line("the button is small")],
                issues: vec![issue()],
            }),
        },
        Event::RoundClosed { milestone, round, outcome: RoundOutcome::Blocked },
        Event::FailureTriedAgain {
            milestone,
            round,
            assertion: assertion_id(),
            second: Box::new(SecondTry {
                result: Recurrence::Other { first: line("status 500 instead of status 200") },
                evidence: vec![EvidenceRef("ev_0123456789ab".to_owned())],
            }),
        },
        Event::CheckSabotaged { sabotage: Box::new(sabotage()) },
        Event::EvidenceLost { evidence: vec![EvidenceRef("ev_0123456789ab".to_owned())] },
        Event::RoundsExtended { milestone, limit: 7 },
    ]
}

fn talk() -> Vec<Event> {
    vec![
        Event::DirectiveIssued {
            directive: Directive {
                id: DirectiveId(1),
                text: prose("Prefer plain SQL."),
                from: Party::Person,
                at: AT,
            },
        },
        Event::KnowledgeConfirmed {
            knowledge: Knowledge {
                note: line("tests need port 8080"),
                confirmed_by: ATTEMPT,
                at: AT,
                audience: Audience::Builders,
            },
        },
        Event::MessageSent {
            message: Message {
                id: MessageId(4),
                from: Party::Orchestrator,
                to: Party::Attempt(ATTEMPT),
                text: prose("Mind the limit."),
                delivery: Delivery::Interrupt,
                at: AT,
                state: MessageState::Waiting,
            },
        },
        Event::MessagesDelivered { messages: vec![MessageId(4)] },
        Event::QuestionAsked {
            question: Question {
                id: QuestionId(2),
                from: ATTEMPT,
                to: Party::Person,
                text: prose("SQLite or files?"),
                options: vec![line("SQLite"), line("files")],
                at: AT,
                answer: None,
                server: None,
                withdrawn: None,
            },
        },
        Event::QuestionAnswered { question: QuestionId(2), answer: prose("SQLite") },
        Event::QuestionWithdrawn { question: QuestionId(2), reason: line("nobody waits") },
    ]
}

fn mission() -> Vec<Event> {
    let hold = Hold {
        until: Some(Timestamp(AT.0 + 1)),
        ..Hold::new(HoldCause::Quota, "the quota is used up until noon")
    };
    let work = AgentWork::Build { feature: FEATURE }.into();
    let wait = Wait {
        work,
        cause: WaitCause::Port,
        sentence: line("port 8080 is in use"),
        since: AT,
        until: Some(Timestamp(AT.0 + 1)),
    };
    vec![
        Event::WaitStarted { wait },
        Event::WaitEnded { work, since: AT },
        Event::WorkLost { work, reason: line("the engine died") },
        Event::MissionHeld { hold },
        Event::MissionResumed,
        Event::ModelChosen { role: Role::Worker, model: title("openai/small") },
        Event::SandboxNoted { missing: Some(line("no Landlock")) },
        Event::WayNoted { way: line("`flightdeck gate` on pts/3") },
        Event::OverridesNoted { overrides: vec![line("the prompt `worker` is that of p/worker.md")] },
        Event::RecordDoubted { why: Some(line("event 7 is gone")) },
        Event::FallbackTaken {
            role: Role::Worker,
            from: title("openai/small"),
            to: title("local/large"),
            reason: line("openai refused the key"),
        },
        Event::ModelPriced {
            model: title("openai/small"),
            price: ModelPrice { input: 1, cached: 2, cache_write: 3, output: 4 },
        },
        Event::BudgetSet {
            budget: Budget {
                micro_dollars: Some(1),
                tokens: Some(2),
                agent_ms: Some(3),
                validation_percent: 30,
            },
        },
        Event::AutopilotSet { autopilot: Autopilot::On },
        Event::MissionCompleted,
        Event::MissionLanded { branch: title("main"), commit: commit("fedcba9876543210") },
        Event::RepositoryMoved { repository: prose("/home/ada/moved/guestbook") },
        Event::MissionAbandoned { reason: line("bought one instead") },
        Event::Unrecognised { original: title("moon_landed") },
    ]
}

fn assertion(via: Instrument) -> Assertion {
    Assertion {
        id: assertion_id(),
        revision: Revision(3),
        wording: wording(via),
        state: AssertionState::Retired { reason: line("covered elsewhere") },
        shows: Vec::new(),
    }
}

fn requirements() -> Vec<Requirement> {
    let fate = Fate::SetAside { reason: line("a greeting") };
    vec![
        Requirement {
            id: RequirementId(1),
            text: prose("Entries survive a restart."),
            origin: RequirementOrigin::Goal,
            fate: Fate::Owed,
            decided_by: None,
        },
        Requirement {
            id: RequirementId(2),
            text: prose("Thank you!"),
            origin: RequirementOrigin::NoGo,
            fate,
            decided_by: Some(Actor::Person),
        },
    ]
}

fn wording(via: Instrument) -> Wording {
    Wording {
        title: title("An entry stays"),
        statement: prose("An entry is still there after a restart."),
        check: Check {
            via,
            how: prose("POST an entry, restart, GET /."),
            command: Some(line("cargo test stays")),
            guard: false,
        },
        evidence: line("both exchanges"),
        weight: Weight::NonBlocking,
    }
}

fn environment() -> Environment {
    let script = |name: &str| Script { name: title(name), run: line(&format!("make {name}")), report: None };
    let service = |name: &str, health| Service {
        name: title(name),
        run: line("cargo run"),
        port: Some(8080),
        health,
        after: vec![title("db")],
        env: BTreeMap::from([("PORT".to_owned(), "8080".to_owned())]),
    };
    Environment {
        setup: vec![script("setup")],
        build: vec![script("build")],
        test: vec![script("test")],
        lint: vec![script("lint")],
        services: vec![
            service("web", Health::Http { path: line("/health") }),
            service("db", Health::Tcp),
            Service { port: None, ..service("worker", Health::None) },
        ],
        hosts: Vec::new(),
        parallel_testers: 0,
    }
}

fn feature(origin: Origin, state: FeatureState) -> Feature {
    Feature {
        id: FEATURE,
        milestone: MILESTONE,
        spec: spec(),
        fulfills: vec![assertion_id()],
        after: vec![FeatureId(6)],
        origin,
        state,
    }
}

fn built() -> FeatureState {
    FeatureState::Built {
        attempt: ATTEMPT,
        base: commit("0123456789abcdef"),
        head: commit("fedcba9876543210"),
        claims: Claims::Confirmed,
    }
}

fn spec() -> FeatureSpec {
    FeatureSpec {
        title: title("Keep entries"),
        description: prose("Entries are kept in a file."),
        criteria: vec![line("a restart loses nothing")],
    }
}

fn handoff() -> Handoff {
    Handoff {
        summary: prose("Entries are kept."),
        implemented: vec![line("a store")],
        left_undone: vec![line("paging")],
        commands: vec![ClaimedRun {
            command: line("cargo test"),
            exit_code: 0,
            observation: line("12 passed"),
        }],
        checks: vec![ManualCheck { action: line("restarted it"), observed: line("the entry is there") }],
        tests: TestsAdded {
            added: vec![TestFile { file: title("tests/store.rs"), cases: vec![title("stays")] }],
            coverage: Some(line("81 %")),
        },
        issues: vec![issue()],
        procedure: Procedure::Deviated {
            deviations: vec![Deviation {
                step: line("tests first"),
                instead: line("code first"),
                why: line("the harness was missing"),
            }],
        },
        learned: vec![line("tests need port 8080")],
    }
}

fn issue() -> Issue {
    Issue { severity: Severity::Suggestion, description: line("names could be shorter"), suggested_fix: None }
}

fn run() -> CommandRun {
    CommandRun {
        name: title("test"),
        command: line("cargo test"),
        exit_code: 101,
        tail: line("1 failed"),
        evidence: Some("ev_0123456789ab".to_owned()),
        wall_ms: 1_234,
        tests: None,
    }
}

fn review() -> Review {
    Review {
        attempt: ATTEMPT,
        summary: prose("One thing."),
        opinion: Opinion::Fail,
        issues: vec![ReviewIssue { file: title("src/store.rs"), line: Some(12), issue: issue() }],
    }
}

fn verdict() -> Verdict {
    Verdict {
        assertion: assertion_id(),
        revision: Revision(2),
        commit: commit("fedcba9876543210"),
        milestone: MILESTONE,
        round: 1,
        attempt: ATTEMPT,
        outcome: Outcome::Fail,
        observed: line("the list was empty"),
        evidence: vec![EvidenceRef("ev_0123456789ab".to_owned())],
        steps: None,
        again: false,
        second: None,
        taken_back: false,
        at: AT,
    }
}

fn assertion_id() -> AssertionId {
    "VAL-ENTRY-001".parse().unwrap()
}

fn commit(name: &str) -> Commit {
    Commit(name.to_owned())
}

fn title(text: &str) -> Title {
    Title::new(text).unwrap()
}

fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

fn prose(text: &str) -> Prose {
    Prose::new(text).unwrap()
}
