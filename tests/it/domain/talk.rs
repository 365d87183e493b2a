//! Messages, questions and directives, and the wall between workers and validators.

use flightdeck::domain::attempt::{AgentWork, Ending, Work};
use flightdeck::domain::attention::needs;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::Actor;
use flightdeck::domain::id::{AttemptId, FeatureId, MessageId, MilestoneId, QuestionId};
use flightdeck::domain::message::{Delivery, MessageState, Party, QuestionDraft};
use flightdeck::domain::text::Prose;

use crate::support::mission::Flight;
use crate::support::words::{line, prose, title};

fn say(to: Party) -> Command {
    Command::Say { to, text: prose("hello"), delivery: Delivery::Queue }
}

/// What a link delivers when somebody sends white space: it was trimmed on the way.
fn nothing_said() -> Command {
    let command = r#"{"verb":"say","with":{"to":"orchestrator","text":" \n ","delivery":"queue"}}"#;
    serde_json::from_str(command).unwrap()
}

fn ask(to: Party) -> Command {
    Command::ask(to, prose("which colour?"), vec![])
}

fn answer(question: u32) -> Command {
    Command::Answer { question: QuestionId(question), text: prose("blue") }
}

fn building() -> (Flight, AttemptId) {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: FeatureId(1) });
    (flight, worker)
}

/// Two reviewers at once.
fn reviewing() -> (Flight, AttemptId, AttemptId) {
    let mut flight = Flight::new().planned(1, 2).built(1).built(2).gated();
    let (first, second) = (flight.due()[0], flight.due()[1]);
    let (first, second) = (flight.start(first), flight.start(second));
    (flight, first, second)
}

#[test]
fn a_message_waits_for_its_addressee_but_not_for_the_person() {
    let (mut flight, worker) = building();
    flight.person(say(Party::Attempt(worker)));
    let talker = flight.talking();
    flight.attempt(talker, say(Party::Person));
    let states: Vec<MessageState> = flight.mission.messages.iter().map(|message| message.state).collect();
    assert_eq!(states, [MessageState::Delivered; 3], "the engine delivered the others");
    flight.person(say(Party::Orchestrator));
    assert_eq!(flight.mission.messages[3].state, MessageState::Waiting);
}

#[test]
fn what_a_message_must_respect() {
    let (mut flight, worker) = building();
    let ended = flight.talking();
    flight.end(ended, Ending::Done);
    let talker = flight.talking();
    let table = [
        (Actor::Person, say(Party::Person), "nobody sends messages to themselves"),
        (Actor::Attempt(talker), say(Party::Orchestrator), "nobody sends messages to themselves"),
        (Actor::Attempt(worker), say(Party::Attempt(worker)), "nobody sends messages to themselves"),
        (Actor::Person, say(Party::Attempt(AttemptId(9))), "there is no attempt #9"),
        (Actor::Person, nothing_said(), "the text is empty: write what is to be said"),
        (
            Actor::Person,
            Command::Broadcast { text: Prose::default() },
            "the text is empty: write what is to be said",
        ),
        (
            Actor::Attempt(talker),
            Command::ask(Party::Person, Prose::default(), vec![]),
            "the text is empty: write what is to be said",
        ),
        (
            Actor::Person,
            Command::Answer { question: QuestionId(1), text: Prose::default() },
            "the text is empty: write what is to be said",
        ),
        (Actor::Person, say(Party::Attempt(ended)), "#3 has ended: tell the orchestrator instead"),
        (
            Actor::Engine,
            Command::MarkDelivered { messages: vec![MessageId(77)] },
            "there is no message MSG-77",
        ),
    ];
    for (actor, command, sentence) in table {
        assert_eq!(flight.refusal(actor, command), sentence);
    }
}

/// The schedule never runs both sides at once; a log can hold it all the same.
#[test]
fn the_wall_between_workers_and_validators_holds() {
    let (mut flight, first, second) = reviewing();
    let at = flight.now();
    let worker = AttemptId(90);
    let started = flightdeck::domain::event::Event::AttemptStarted {
        attempt: worker,
        work: AgentWork::Build { feature: FeatureId(1) },
        role: flightdeck::domain::attempt::Role::Worker,
        model: title("a/b"),
        base: crate::support::words::commit("base000"),
    };
    flight.record(Actor::Engine, started, at);
    let wall = |from, to| format!("a {from} and a {to} do not talk to each other: report it instead");
    assert_eq!(
        flight.refusal(Actor::Attempt(worker), say(Party::Attempt(first))),
        wall("worker", "reviewer")
    );
    assert_eq!(
        flight.refusal(Actor::Attempt(first), say(Party::Attempt(worker))),
        wall("reviewer", "worker")
    );
    // Reviewers may talk to one another, and everybody to the orchestrator.
    flight.attempt(first, say(Party::Attempt(second)));
    flight.attempt(second, say(Party::Orchestrator));
}

#[test]
fn a_question_goes_up_one_step() {
    let (mut flight, worker) = building();
    let talker = flight.talking();
    let table = [
        (worker, ask(Party::Person), "ask the orchestrator; it decides what the person must see"),
        (worker, ask(Party::Attempt(talker)), "ask the orchestrator; it decides what the person must see"),
        (talker, ask(Party::Orchestrator), "a question goes to the person"),
    ];
    for (asker, command, sentence) in table {
        assert_eq!(flight.refusal(Actor::Attempt(asker), command), sentence);
    }
}

#[test]
fn the_orchestrator_answers_a_worker_by_a_message() {
    let (mut flight, worker) = building();
    flight.attempt(worker, ask(Party::Orchestrator));
    assert!(flight.mission.attempts[&worker].is_live(), "the worker waits");
    assert_eq!(
        flight.due(),
        [Work::Agent(AgentWork::Talk), Work::Agent(AgentWork::Build { feature: FeatureId(1) })]
    );
    let talker = flight.start(AgentWork::Talk);
    flight.attempt(talker, say(Party::Attempt(worker)));
    assert_eq!(flight.mission.questions[0].answer, Some(prose("hello")));
    flight.end(talker, Ending::Done);
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: FeatureId(1) })]);
}

/// Nobody could answer it any more, so it must not keep the orchestrator awake.
#[test]
fn the_question_of_a_worker_that_ended_wakes_nobody() {
    let (mut flight, worker) = building();
    flight.attempt(worker, ask(Party::Orchestrator));
    flight.end(worker, Ending::Interrupted);
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Build { feature: FeatureId(1) })]);
}

#[test]
fn a_question_to_the_person_ends_the_turn_and_is_answered_once() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    flight.attempt(planner, ask(Party::Person));
    assert!(!flight.mission.attempts[&planner].is_live());
    assert_eq!(flight.due(), [], "planning waits for the answer");
    assert_eq!(flight.refusal(Actor::Person, answer(5)), "there is no question Q5");
    flight.person(answer(1));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Plan)]);
    assert_eq!(flight.refusal(Actor::Person, answer(1)), "Q1 was answered already");
}

/// The conversation goes on once the person has answered, though no message waits.
#[test]
fn an_answer_to_a_question_of_a_talk_wakes_the_orchestrator_once() {
    let mut flight = Flight::new().proposed(1, 1);
    let talker = flight.talking();
    flight.attempt(talker, ask(Party::Person));
    assert_eq!(flight.due(), []);
    flight.person(answer(1));
    assert_eq!(flight.due(), [Work::Agent(AgentWork::Talk)]);
    let talker = flight.start(AgentWork::Talk);
    flight.end(talker, Ending::Done);
    assert_eq!(flight.due(), []);
}

#[test]
fn a_directive_stands_from_its_broadcast_on() {
    let mut flight = Flight::new();
    flight.person(Command::Broadcast { text: prose("Write less code") });
    assert_eq!(flight.mission.directive_texts().collect::<Vec<_>>(), ["Write less code"]);
    let late = flight.planned(1, 1).built(1).gated();
    assert_eq!(late.mission.last_round(MilestoneId(1)).unwrap().number, 1);
}

/// What is said to somebody who ends before reading it is said to who goes on with the work, else to the orchestrator.
#[test]
fn what_was_said_is_not_lost_with_its_addressee() {
    let (mut flight, worker) = building();
    flight.person(say(Party::Attempt(worker)));
    flight.end(worker, Ending::Interrupted);
    let work = AgentWork::Build { feature: FeatureId(1) };
    let told = flightdeck::domain::brief::brief(&flight.mission, work).text;
    assert!(
        told.contains(
            "## Said to those who tried before you, and not read by them\n- from the person: hello"
        ),
        "{told}"
    );
    assert_eq!(flight.mission.messages.len(), 1, "somebody will still read it");
    let second = flight.start(work);
    flight.hand_in(second, crate::support::words::handoff("Done"));
    let states: Vec<_> = flight.mission.messages.iter().map(|m| (m.to, m.state)).collect();
    assert_eq!(
        states,
        [(Party::Attempt(worker), MessageState::Delivered), (Party::Orchestrator, MessageState::Waiting)]
    );
    assert_eq!(flight.mission.messages[1].text.as_str(), "To #2, which ended before it read this: hello");
    assert!(flight.due().contains(&Work::Agent(AgentWork::Talk)), "{:?}", flight.due());
}

#[test]
fn what_was_read_is_not_said_again() {
    let (mut flight, worker) = building();
    flight.person(say(Party::Attempt(worker)));
    let messages = vec![flight.mission.messages[0].id];
    flight.engine(Command::MarkDelivered { messages });
    flight.hand_in(worker, crate::support::words::handoff("Done"));
    assert_eq!(flight.mission.messages.len(), 1);
}

#[test]
fn several_questions_are_asked_at_once_and_their_answers_are_waited_for_together() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let draft = |text: &str| QuestionDraft { question: prose(text), options: vec![] };
    let all = |n: usize| Command::Ask {
        to: Party::Person,
        questions: (0..n).map(|n| draft(&format!("{n}?"))).collect(),
    };
    assert_eq!(
        flight.refusal(Actor::Attempt(planner), all(0)),
        "there is no question: write what is to be asked"
    );
    let many = "at most 12 questions at a time: ask those that change what is built";
    assert_eq!(flight.refusal(Actor::Attempt(planner), all(13)), many);
    flight.attempt(planner, all(2));
    assert!(flight.mission.has_asked_person(planner) && flight.mission.attempts[&planner].is_done());
    for question in [1, 2] {
        assert!(flight.due().is_empty(), "{:?}", flight.due());
        flight.person(answer(question));
    }
    assert_eq!(flight.due(), [AgentWork::Plan.into()]);
}

#[test]
fn what_a_server_asks_waits_for_the_person_as_long_as_its_attempt_does() {
    let (mut flight, worker) = building();
    let asked = || QuestionDraft { question: prose("which colour?"), options: vec![line("blue")] };
    let relay = || Command::Relay { attempt: worker, server: title("files"), asked: asked() };
    flight.engine(relay()).engine(relay()).engine(relay());
    let is_due = |flight: &Flight| flight.due() == [AgentWork::Build { feature: FeatureId(1) }.into()];
    assert!(is_due(&flight) && flight.mission.attempts[&worker].is_live(), "{:?}", flight.due());
    let waiting = |flight: &Flight| needs(&flight.mission).iter().filter(|need| need.blocks == "F1").count();
    assert_eq!(waiting(&flight), 3);
    flight.person(answer(1));
    flight.engine(Command::Withdraw { question: QuestionId(2), reason: line("nobody waits") });
    flight.engine(Command::Withdraw { question: QuestionId(1), reason: line("too late") });
    assert_eq!(waiting(&flight), 1);
    let late = "nobody waits for an answer to Q2 any more: nobody waits";
    assert_eq!(flight.refusal(Actor::Person, answer(2)), late);
    flight.end(worker, Ending::Interrupted);
    assert_eq!(waiting(&flight), 0);
    let ended = "nobody waits for an answer to Q3 any more: #2 has ended";
    assert_eq!(flight.refusal(Actor::Person, answer(3)), ended);
    assert!(!flight.mission.has_asked_person(worker));
    assert_eq!(flight.refusal(Actor::Engine, relay()), "#2 has ended: tell the orchestrator instead");
}
