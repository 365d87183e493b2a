//! Attempts: how they start, end, and are stopped.

use flightdeck::domain::attempt::{AgentWork, Ending, Work};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::id::{AttemptId, FeatureId, MilestoneId, Revision};
use flightdeck::domain::message::Party;
use flightdeck::domain::mission::{HoldCause, Status};
use flightdeck::domain::usage::Usage;

use crate::support::mission::Flight;
use crate::support::words;

const F1: FeatureId = FeatureId(1);
const F2: FeatureId = FeatureId(2);

fn starting(work: AgentWork) -> Command {
    Command::StartAttempt { work, model: words::title("a/b") }
}

fn failed(reason: &str) -> Ending {
    Ending::Failed { reason: words::line(reason) }
}

#[test]
fn an_attempt_starts_when_its_work_is_due_and_nobody_is_at_it() {
    let mut flight = Flight::new().planned(1, 2);
    let table =
        [(AgentWork::Build { feature: F2 }, "F2 is not due now"), (AgentWork::Plan, "plan is not due now")];
    for (work, sentence) in table {
        assert_eq!(flight.refusal(Actor::Engine, starting(work)), sentence);
    }
    let own =
        r#"{"verb":"start_attempt","with":{"work":{"work":"check_claims","feature":"F1"},"model":"a/b"}}"#;
    assert!(serde_json::from_str::<Command>(own).is_err(), "the engine's own work cannot be an attempt");
    assert!(serde_json::from_str::<Command>(&own.replace("check_claims", "build")).is_ok());
    flight.start(AgentWork::Build { feature: F1 });
    assert_eq!(
        flight.refusal(Actor::Engine, starting(AgentWork::Build { feature: F1 })),
        "#2 is at F1 already"
    );
}

#[test]
fn an_attempt_starts_from_the_head_and_under_the_present_revisions() {
    let mut flight = Flight::new().planned(1, 2).built(1);
    let worker = flight.start(AgentWork::Build { feature: F2 });
    let attempt = &flight.mission.attempts[&worker];
    assert_eq!(attempt.base, words::commit("head002"));
    assert_eq!(attempt.revisions, [(words::val("VAL-M1-002"), Revision(1))].into());
}

/// A fix works under the assertions that its findings are about, though another feature claims them.
#[test]
fn a_fix_works_under_the_revision_of_what_it_mends() {
    let mut flight = Flight::new()
        .planned(1, 1)
        .built(1)
        .gated()
        .reviewed()
        .scrutinized()
        .tested(flightdeck::domain::verdict::Outcome::Fail);
    flight.triage_all();
    let fixer = flight.start(AgentWork::Build { feature: F2 });
    assert_eq!(flight.mission.attempts[&fixer].revisions, [(words::val("VAL-M1-001"), Revision(1))].into());
}

#[test]
fn only_a_live_attempt_ends_is_stopped_or_is_told() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let commands = |attempt| {
        [
            Command::EndAttempt { attempt, ending: Ending::Interrupted },
            Command::TellRevision { attempt, assertion: words::val("VAL-A-001"), revision: Revision(2) },
        ]
    };
    flight.end(planner, Ending::Interrupted);
    for (attempt, sentence) in [(planner, "#1 has ended already"), (AttemptId(7), "there is no attempt #7")] {
        for command in commands(attempt) {
            assert_eq!(flight.refusal(Actor::Engine, command), sentence);
        }
        assert_eq!(flight.refusal(Actor::Person, Command::StopAttempt { attempt }), sentence);
    }
    let count = Command::CountUsage { attempt: AttemptId(7), usage: Usage::default() };
    assert_eq!(flight.refusal(Actor::Engine, count), "there is no attempt #7");
}

#[test]
fn an_interrupted_attempt_is_due_again_and_counts_as_no_failure() {
    let mut flight = Flight::new().planned(1, 1);
    let work = AgentWork::Build { feature: F1 };
    let worker = flight.start(work);
    flight.end(worker, Ending::Interrupted);
    assert_eq!((flight.due(), flight.mission.failures_of(work)), (vec![work.into()], 0));
}

#[test]
fn work_that_fails_too_often_holds_the_mission() {
    let mut flight = Flight::new().planned(1, 1);
    for _ in 0..3 {
        let worker = flight.start(AgentWork::Build { feature: F1 });
        flight.end(worker, failed("it went in circles"));
    }
    let hold = flight.mission.hold.clone().unwrap();
    assert_eq!(hold.cause, HoldCause::Failures);
    assert_eq!(
        hold.sentence.as_str(),
        "F1 failed 3 times in a row, last: it went in circles; read what it did, say what helps, choose another model for the worker, and resume"
    );
    assert_eq!((flight.due(), flight.mission.status()), (vec![], Status::Blocked));
    flight.person(Command::Resume);
    assert_eq!((flight.due().len(), flight.mission.failures.len()), (1, 0));
}

#[test]
fn an_unusable_model_holds_the_mission_at_once() {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    flight.end(worker, Ending::Unusable { reason: words::line("the key is refused") });
    let hold = flight.mission.hold.clone().unwrap();
    assert_eq!(hold.cause, HoldCause::Backend);
    assert_eq!(hold.sentence.as_str(), "F1 has no usable model: the key is refused");
}

#[test]
fn a_person_stops_an_attempt_and_resumes_it() {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    flight.person(Command::StopAttempt { attempt: worker });
    let hold = flight.mission.hold.clone().unwrap();
    assert_eq!(hold.sentence.as_str(), "you stopped #2 at F1: `flightdeck resume` runs it again");
    assert_eq!(flight.mission.status(), Status::Paused);
    flight.person(Command::Resume);
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: F1 })]);
}

/// An attempt that ends quietly would be due again at once, for ever.
#[test]
fn done_without_what_is_owed_is_a_failure() {
    let mut flight = Flight::new().planned(1, 1);
    let work = AgentWork::Build { feature: F1 };
    let worker = flight.start(work);
    let question = Command::ask(Party::Orchestrator, words::prose("which?"), vec![]);
    flight.attempt(worker, question);
    let talker = flight.start(AgentWork::Talk);
    flight.end(talker, Ending::Done);
    flight.end(worker, Ending::Done);
    let ending = |id| flight.mission.attempts[&id].ended.clone().unwrap().ending;
    assert_eq!(ending(talker), failed("it ended without an answer to Q1"));
    assert_eq!(ending(worker), failed("it ended without what F1 owes"));
    assert_eq!(flight.mission.failures_of(work), 1);
}

#[test]
fn gate_commands_are_recorded_when_due_and_for_the_head() {
    let flight = Flight::new().planned(1, 1);
    let record = |commit: &str| Command::RecordGateCommands {
        milestone: MilestoneId(1),
        round: 1,
        commit: words::commit(commit),
        runs: vec![],
    };
    assert_eq!(flight.refusal(Actor::Engine, record("head002")), "round 1 of M1 is not due now");
    let flight = flight.built(1);
    assert_eq!(
        flight.refusal(Actor::Engine, record("elsewhere")),
        "round 1 of M1 is about the mission's head, and elsewhe is not it"
    );
}
