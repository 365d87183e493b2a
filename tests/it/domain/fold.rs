//! The fold: every event changes something, nothing makes it fail, and what it holds survives being written.

use std::collections::BTreeSet;

use flightdeck::domain::amendment::{AmendmentAnswer, AmendmentOutcome};
use flightdeck::domain::attempt::{AgentWork, Ending, Role};
use flightdeck::domain::budget::Budget;
use flightdeck::domain::contract::Assertion;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::finding::{Finding, FindingState, Severity, Sight, Sighting, Source, Until};
use flightdeck::domain::flow::Flow;
use flightdeck::domain::gate::{Autopilot, DecidedBy, GateId};
use flightdeck::domain::id::{
    AttemptId, DirectiveId, FeatureId, FindingId, MessageId, MilestoneId, ProposalId, QuestionId, Revision,
    Timestamp,
};
use flightdeck::domain::message::{Delivery, Directive, Knowledge, Message, MessageState, Party, Question};
use flightdeck::domain::mission::{Hold, HoldCause, Mission};
use flightdeck::domain::note::Audience;
use flightdeck::domain::plan::{Claims, ProposedPlan};
use flightdeck::domain::proposal::{Proposal, ProposalState, ProposedBy, ProposedChange};
use flightdeck::domain::requirement::Requirement;
use flightdeck::domain::round::{
    CheckRun, Opinion, Review, RoundOutcome, RoundScope, ScrutinyReport, UserTestingReport,
};
use flightdeck::domain::sabotage::SabotageOutcome;
use flightdeck::domain::usage::{ModelPrice, Usage};
use flightdeck::domain::verdict::{EvidenceRef, Outcome, Recurrence, SecondTry, Verdict};
use flightdeck::domain::wait::{Wait, WaitCause};
use strum::VariantNames;

use crate::support::mission::Flight;
use crate::support::words::{self, commit, line, prose, title, val};

const AT: Timestamp = Timestamp(7_000_000);
const M1: MilestoneId = MilestoneId(1);
const F1: FeatureId = FeatureId(1);
const A1: AttemptId = AttemptId(1);

/// One event of every kind, in an order in which each finds what it is about.
fn every_event() -> Vec<Event> {
    [
        plan_events(),
        words::negotiation().into(),
        work_events(),
        validation_events(),
        talk_events(),
        course_events(),
    ]
    .concat()
}

fn plan_events() -> Vec<Event> {
    let flight = Flight::new().proposed(1, 1);
    let (milestones, mut features) = (flight.mission.milestones.clone(), flight.mission.features.clone());
    let feature = features[0].clone();
    features.truncate(1);
    let mut added = feature.clone();
    added.id = FeatureId(2);
    let new = Assertion::new(words::assertion("VAL-NEW-001"));
    let old = Assertion::new(words::assertion("VAL-M1-001"));
    vec![
        Event::MissionCreated(Box::new(words::founding())),
        Event::RequirementsNoted { requirements: Requirement::of_goal(&words::founding().goal) },
        Event::ContractProposed { assertions: vec![old] },
        Event::EnvironmentProposed { environment: words::environment() },
        Event::BaselineTaken(Box::new(words::baseline(vec![words::run("make test", 0)]))),
        Event::ChecksKept {
            reasons: [(val("VAL-M1-001"), line("as it is"))].into(),
            commands: [(line("make it"), line("as it is"))].into(),
        },
        Event::PlanProposed(Box::new(ProposedPlan { title: None, milestones, features, answer: None })),
        Event::FeatureAdded { feature: Box::new(added) },
        Event::FeatureEdited { feature: F1, spec: words::spec("Better") },
        Event::FeatureCancelled { feature: FeatureId(2), reason: line("no") },
        Event::AssertionAdded { assertion: Box::new(new), feature: F1 },
        Event::AssertionEdited {
            assertion: val("VAL-M1-001"),
            revision: Revision(2),
            wording: Box::new(words::wording("A visitor sees red")),
        },
        Event::AssertionMapped { assertion: val("VAL-M1-001"), shows: Vec::new() },
        Event::AssertionRetired { assertion: val("VAL-NEW-001"), reason: line("no") },
        Event::AssertionWaived { assertion: val("VAL-M1-001"), revision: Revision(1), reason: line("no") },
        Event::AssertionSealed { sealed: Box::new(words::sealed("VAL-SEAL-001", None)) },
        Event::AssertionUnsealed { assertion: val("VAL-SEAL-001"), feature: F1 },
        Event::ProofAskedAgain { assertions: vec![val("VAL-M1-001")] },
        Event::ProofTakenBack { assertions: vec![val("VAL-M1-001")] },
        Event::ProposalMade {
            proposal: Box::new(Proposal {
                id: ProposalId(1),
                from: ProposedBy::Document,
                at: AT,
                change: ProposedChange::Retire { assertion: val("VAL-M1-001"), reason: line("no") },
                state: ProposalState::Open,
            }),
        },
        Event::ProposalDecided { proposal: ProposalId(1), state: ProposalState::Refused },
        Event::GateOpened { gate: GateId::Plan },
        Event::GateDecided { gate: GateId::Plan, decision: words::go(), by: DecidedBy::Person },
    ]
}

fn work_events() -> Vec<Event> {
    let finding = |id| Finding {
        id: FindingId(id),
        severity: Severity::Blocking,
        source: Source::Handoff { attempt: A1 },
        milestone: M1,
        feature: Some(F1),
        assertion: None,
        sealed: None,
        description: line("it leaks"),
        suggested_fix: None,
        state: FindingState::Open,
        hunk: None,
        seen: None,
    };
    let build = AgentWork::Build { feature: F1 };
    vec![
        Event::AttemptStarted {
            attempt: A1,
            work: build,
            role: Role::Worker,
            model: title("a/b"),
            base: commit("b"),
        },
        Event::UsageCounted { attempt: A1, usage: Usage { input: 1, ..Usage::default() } },
        Event::RevisionTold { attempt: A1, assertion: val("VAL-M1-001"), revision: Revision(9) },
        Event::HandoffGiven {
            attempt: A1,
            feature: F1,
            head: commit("h"),
            handoff: Box::new(words::handoff("done")),
        },
        Event::ClaimsChecked { feature: F1, claims: Claims::Confirmed, runs: vec![words::run("make", 0)] },
        Event::AttemptEnded { attempt: A1, ending: Ending::Failed { reason: line("no") } },
        Event::FindingRaised { finding: Box::new(finding(1)) },
        Event::FindingTakenUp { finding: FindingId(1), feature: F1 },
        Event::FindingDismissed { finding: FindingId(1), reason: line("no") },
        Event::FindingDeferred { finding: FindingId(1), until: Until::Final, reason: line("later") },
        Event::FindingSeen { finding: FindingId(1), sighting: Box::new(sighting()) },
        Event::FindingReopened { finding: FindingId(1) },
        Event::AmendmentAnswered {
            finding: FindingId(1),
            answer: AmendmentAnswer { outcome: AmendmentOutcome::Refused, words: line("no"), proposal: None },
        },
    ]
}

fn sighting() -> Sighting {
    let (sight, observed) = (Sight::NoLongerHolds, line("tried it again"));
    Sighting { attempt: A1, round: 1, commit: commit("h"), sight, observed }
}

#[expect(clippy::too_many_lines, reason = "a list of every event")]
fn validation_events() -> Vec<Event> {
    let (milestone, round) = (M1, 1);
    let review = Review { attempt: A1, summary: prose("fine"), opinion: Opinion::Pass, issues: vec![] };
    let scrutiny = ScrutinyReport { attempt: A1, summary: prose("fine"), issues: vec![], knowledge: vec![] };
    let testing =
        UserTestingReport { attempt: A1, summary: prose("fine"), frictions: vec![], issues: vec![] };
    let verdict = Verdict {
        assertion: val("VAL-M1-001"),
        revision: Revision(2),
        commit: commit("h"),
        milestone,
        round,
        attempt: A1,
        outcome: Outcome::Pass,
        observed: line("seen"),
        evidence: vec![EvidenceRef("ev_1".to_owned())],
        steps: None,
        again: false,
        second: None,
        taken_back: false,
        at: AT,
    };
    let to_test = vec![val("VAL-M1-001")];
    vec![
        Event::RoundOpened(Box::new(RoundScope {
            milestone,
            round,
            commit: commit("h"),
            to_review: vec![F1],
            to_test,
            flows: vec![],
            again: false,
        })),
        Event::ClaimsLeft {
            feature: F1,
            left: vec![flightdeck::domain::claim::NotRun::new(&line("git push"), "it could do harm")],
        },
        Event::AddedTestsTried { feature: F1, added: Box::default() },
        Event::GateCommandsRun { milestone, round, runs: vec![words::run("make", 0)] },
        Event::ChecksRun {
            milestone,
            round,
            checks: vec![CheckRun {
                assertion: val("VAL-A-001"),
                revision: Revision(1),
                run: words::run("test -f a", 1),
            }],
        },
        Event::ReviewReported { milestone, round, feature: F1, review: Box::new(review) },
        Event::ScrutinyReported { milestone, round, report: Box::new(scrutiny) },
        Event::VerdictGiven { verdict: Box::new(verdict) },
        Event::FailureTriedAgain {
            milestone,
            round,
            assertion: val("VAL-M1-001"),
            second: Box::new(SecondTry { result: Recurrence::Same, evidence: vec![] }),
        },
        Event::UserTestingReported { milestone, round, flow: Flow::WHOLE, report: Box::new(testing) },
        Event::RoundClosed { milestone, round, outcome: RoundOutcome::Passed },
        Event::CheckSabotaged {
            sabotage: Box::new(words::sabotage("VAL-M1-001", SabotageOutcome::Toothless)),
        },
        Event::EvidenceLost { evidence: vec![EvidenceRef("ev_0123456789ab".to_owned())] },
        Event::RoundsExtended { milestone, limit: 9 },
    ]
}

fn talk_events() -> Vec<Event> {
    let message = Message {
        id: MessageId(1),
        from: Party::Person,
        to: Party::Orchestrator,
        text: prose("hello"),
        delivery: Delivery::Interrupt,
        at: AT,
        state: MessageState::Waiting,
    };
    let question = Question {
        id: QuestionId(1),
        from: A1,
        to: Party::Person,
        text: prose("which?"),
        options: vec![line("blue")],
        at: AT,
        answer: None,
    };
    let directive = Directive { id: DirectiveId(1), text: prose("less"), from: Party::Person, at: AT };
    vec![
        Event::DirectiveIssued { directive },
        Event::KnowledgeConfirmed {
            knowledge: Knowledge { note: line("n"), confirmed_by: A1, at: AT, audience: Audience::Builders },
        },
        Event::MessageSent { message },
        Event::MessagesDelivered { messages: vec![MessageId(1)] },
        Event::QuestionAsked { question },
        Event::QuestionAnswered { question: QuestionId(1), answer: prose("blue") },
    ]
}

fn course_events() -> Vec<Event> {
    let hold = Hold { until: Some(AT), ..Hold::new(HoldCause::Quota, "wait") };
    let work = AgentWork::Build { feature: F1 }.into();
    let wait = Wait { work, cause: WaitCause::Disk, sentence: line("full"), since: AT, until: None };
    vec![
        Event::WaitStarted { wait },
        Event::WaitEnded { work, since: AT },
        Event::WorkLost { work, reason: line("killed") },
        Event::MissionHeld { hold },
        Event::MissionResumed,
        Event::ModelChosen { role: Role::Worker, model: title("c/d") },
        Event::SandboxNoted { missing: Some(line("none")) },
        Event::WayNoted { way: line("the console on pts/3") },
        Event::OverridesNoted { overrides: vec![line("the prompt `worker` is another")] },
        Event::RecordDoubted { why: Some(line("event 7 is gone")) },
        Event::FallbackTaken {
            role: Role::Worker,
            from: title("c/d"),
            to: title("e/f"),
            reason: line("spent"),
        },
        Event::ModelPriced {
            model: title("c/d"),
            price: ModelPrice { input: 1, cached: 2, cache_write: 3, output: 4 },
        },
        Event::BudgetSet { budget: Budget { tokens: Some(1), ..Budget::default() } },
        Event::AutopilotSet { autopilot: Autopilot::On },
        Event::MissionCompleted,
        Event::MissionLanded { branch: title("main"), commit: commit("m") },
        Event::RepositoryMoved { repository: prose("/elsewhere") },
        Event::MissionAbandoned { reason: line("no") },
        Event::Unrecognised { original: title("mission_teleported") },
    ]
}

/// The state without what every event sets.
fn substance(mission: &Mission) -> Mission {
    Mission { seq: 0, updated: Timestamp(0), ..mission.clone() }
}

#[test]
fn every_kind_of_event_changes_something() {
    let mut flight = Flight::unborn();
    let mut kinds = BTreeSet::new();
    for event in every_event() {
        let before = substance(&flight.mission);
        kinds.insert(event.kind());
        flight.record(Actor::Engine, event.clone(), AT);
        assert_ne!(before, substance(&flight.mission), "{} changes nothing", event.kind());
    }
    assert_eq!(kinds, Event::VARIANTS.iter().copied().collect::<BTreeSet<_>>(), "an event is missing here");
}

#[test]
fn every_event_and_the_mission_read_as_they_were_written() {
    let mut flight = Flight::unborn();
    for event in every_event() {
        flight.record(Actor::Attempt(A1), event, AT);
    }
    for stamped in &flight.log {
        let written = serde_json::to_value(stamped).unwrap();
        assert_eq!(written["event"]["kind"], stamped.event.kind(), "the log says the kind's word");
        assert_eq!(serde_json::from_value::<flightdeck::domain::event::Stamped>(written).unwrap(), *stamped);
    }
    let written = serde_json::to_string(&flight.mission).unwrap();
    assert_eq!(serde_json::from_str::<Mission>(&written).unwrap(), flight.mission);
    assert_eq!(Mission::fold(&flight.log), flight.mission);
}

/// An event about something unknown changes nothing, and no order of events makes the fold fail.
#[test]
fn the_fold_takes_any_event_at_any_time() {
    let mut flight = Flight::unborn();
    for event in every_event().into_iter().rev() {
        flight.record(Actor::Engine, event, AT);
    }
    for event in every_event() {
        let mut alone = Flight::unborn();
        alone.record(Actor::Engine, event, AT);
        drop(flightdeck::domain::attention::needs(&alone.mission));
        drop(alone.due());
        let _status = alone.mission.status();
    }
    assert_eq!(flight.mission.seq, u64::try_from(every_event().len()).unwrap());
}

/// A mission that was written before a field was added still reads.
#[test]
fn a_snapshot_without_the_newest_field_reads() {
    let mission = Flight::at_gate().mission;
    let mut written = serde_json::to_value(&mission).unwrap();
    written.as_object_mut().unwrap().remove("sent_back").unwrap();
    assert_eq!(serde_json::from_value::<Mission>(written).unwrap(), mission);
}
