//! A worker's request to amend an assertion: agreed, countered or refused while it works, and the person's where it blocks.

use flightdeck::domain::amendment::AmendmentOutcome;
use flightdeck::domain::attempt::{AgentWork, Ending, EngineWork, Work};
use flightdeck::domain::attention::needs;
use flightdeck::domain::brief::brief;
use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::contract::Weight;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::finding::{Ruling as Settlement, TriageDecision};
use flightdeck::domain::id::{AttemptId, FeatureId, FindingId, ProposalId, Revision};
use flightdeck::domain::message::{Message, Party};
use flightdeck::domain::proposal::Ruling;
use flightdeck::domain::text::Line;
use flightdeck::view::event_lines::event_line;
use pretty_assertions::assert_eq;

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const F1: FeatureId = FeatureId(1);
const BUILD: Work = Work::Agent(AgentWork::Build { feature: F1 });
const TALK: Work = Work::Agent(AgentWork::Talk);
const TRIAGE: Work = Work::Agent(AgentWork::Triage);
const ASSERTION: &str = "VAL-M1-001";
const WANTED: &str = "A visitor sees less";
use AmendmentOutcome::{Agreed, Countered, Refused};

fn building() -> (Flight, AttemptId) {
    let mut flight = Flight::new().planned(1, 2);
    let worker = flight.start(BUILD);
    (flight, worker)
}

fn request(id: &str) -> Command {
    let (proposal, reason) = (words::line(WANTED), words::line("it cannot be"));
    Command::RequestAmendment { assertion: val(id), proposal, reason }
}

fn restated(statement: &str) -> WordingEdit {
    WordingEdit { statement: Some(words::prose(statement)), ..WordingEdit::default() }
}

fn editing(base: u32, edit: WordingEdit) -> Command {
    Command::EditAssertion { assertion: val(ASSERTION), base: Revision(base), edit: Box::new(edit) }
}

fn answer(finding: u32, outcome: AmendmentOutcome, edit: WordingEdit) -> Command {
    let words = words::line("as the goal has it");
    Command::AnswerAmendment { finding: FindingId(finding), outcome, words, edit: Box::new(edit) }
}

fn only(outcome: AmendmentOutcome) -> Command {
    answer(1, outcome, WordingEdit::default())
}

fn weight(weight: Weight) -> WordingEdit {
    WordingEdit { weight: Some(weight), ..WordingEdit::default() }
}

/// A worker that asked, about an assertion of this weight, and the orchestrator that was woken for it.
fn asked(of: Weight) -> (Flight, AttemptId, Actor) {
    let mut flight = Flight::new().planned(1, 2);
    if of == Weight::NonBlocking {
        let orchestrator = flight.talking();
        flight.attempt(orchestrator, editing(1, weight(of))).end(orchestrator, Ending::Done);
    }
    let worker = flight.start(BUILD);
    flight.attempt(worker, request(ASSERTION));
    let orchestrator = Actor::Attempt(flight.start(TALK));
    (flight, worker, orchestrator)
}

fn statement(flight: &Flight) -> String {
    flight.mission.contract[&val(ASSERTION)].wording.statement.to_string()
}

fn told(flight: &Flight, worker: AttemptId) -> Vec<String> {
    let to_worker = |message: &&Message| message.to == Party::Attempt(worker);
    flight.mission.messages.iter().filter(to_worker).map(|message| message.text.to_string()).collect()
}

fn proposed(flight: &Flight) -> Vec<String> {
    flight.mission.open_proposals().map(|found| found.change.sentence(&flight.mission)).collect()
}

fn hand_in(flight: &mut Flight, worker: AttemptId) {
    flight.hand_in(worker, words::handoff("Done"));
    assert_eq!(flight.due(), [Work::Engine(EngineWork::CheckClaims { feature: F1 })]);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![words::run("make test", 0)] });
}

#[test]
fn a_request_wakes_the_orchestrator_once_and_what_it_leaves_is_for_the_triage() {
    let (mut flight, worker) = building();
    // A talk that began before cannot have read it.
    let earlier = flight.talking();
    flight.attempt(worker, request(ASSERTION)).end(earlier, Ending::Done);
    assert_eq!(flight.due(), [TALK, BUILD]);
    let talk = brief(&flight.mission, AgentWork::Talk).text;
    let asks = "- #2 works on and asks (answer FND-1 with `answer_amendment`): #2 asks to amend VAL-M1-001 and says: it cannot be; it should say: A visitor sees less";
    assert!(talk.contains(asks), "{talk}");
    assert!(talk.contains("## The assertions that workers ask to amend\n### VAL-M1-001"), "{talk}");
    for (ending, due) in [(Ending::Interrupted, vec![TALK, BUILD]), (Ending::Done, vec![BUILD])] {
        let talk = flight.start(TALK);
        flight.end(talk, ending);
        assert_eq!(flight.due(), due);
    }
    flight.attempt(worker, request("VAL-M1-002"));
    assert_eq!(flight.due(), [TALK, BUILD], "another request, another look");
    let failed = flight.start(TALK);
    flight.end(failed, Ending::Failed { reason: words::line("out of turns") });
    assert_eq!(flight.due(), [BUILD], "it does not talk for ever");
    hand_in(&mut flight, worker);
    assert_eq!(flight.due(), [TRIAGE]);
    flight.dismiss_all();
}

#[test]
fn nobody_is_woken_for_a_worker_that_has_ended() {
    let (mut flight, worker) = building();
    flight.attempt(worker, request(ASSERTION));
    hand_in(&mut flight, worker);
    assert_eq!(flight.due(), [TRIAGE]);
    let orchestrator = flight.talking();
    assert!(!brief(&flight.mission, AgentWork::Talk).text.contains("answer_amendment"));
    assert_eq!(
        flight.refusal(Actor::Attempt(orchestrator), only(Agreed)),
        "#2, who asked, has ended: FND-1 is decided at the triage"
    );
}

#[test]
fn each_answer_settles_the_request_and_is_told_to_the_worker() {
    let waits =
        "The person decides on it (PRO-1); until then VAL-M1-001 holds as it stands, and you work under that";
    let (changes, stays) = ("VAL-M1-001 has its new wording from now on", "VAL-M1-001 stays as it is");
    let (plain, own) = (WordingEdit::default, || restated("A visitor sees half"));
    let table = [
        (Weight::NonBlocking, Agreed, plain(), "agreed", changes, Some(WANTED)),
        (Weight::NonBlocking, Agreed, own(), "agreed", changes, Some("A visitor sees half")),
        (Weight::NonBlocking, Countered, own(), "countered", changes, Some("A visitor sees half")),
        (Weight::NonBlocking, Countered, plain(), "countered", stays, None),
        (Weight::NonBlocking, Refused, plain(), "refused", stays, None),
        (Weight::Blocking, Agreed, plain(), "agreed", waits, None),
        (Weight::Blocking, Agreed, weight(Weight::NonBlocking), "agreed", waits, None),
        (Weight::Blocking, Countered, own(), "countered", waits, None),
        (Weight::Blocking, Countered, plain(), "countered", stays, None),
        (Weight::Blocking, Refused, plain(), "refused", stays, None),
    ];
    for (of, outcome, edit, word, what, says) in table {
        let (mut flight, worker, orchestrator) = asked(of);
        let before = statement(&flight);
        let events = flight.ask(orchestrator, answer(1, outcome, edit)).unwrap();
        assert!(events.iter().any(|event| matches!(event, Event::AmendmentAnswered { .. })), "{events:?}");
        let sentence =
            format!("FND-1, your request to amend VAL-M1-001, is {word}. {what}. as the goal has it");
        assert_eq!(told(&flight, worker), [sentence]);
        assert_eq!(statement(&flight), says.map_or(before, str::to_owned), "{word}");
        assert_eq!(proposed(&flight).len(), usize::from(what == waits), "{word}");
        assert_eq!(flight.mission.undecided_findings().count(), 0);
        assert!(!flight.due().contains(&TRIAGE));
        let logged = flight.log.iter().rfind(|one| one.event.kind() == "amendment_answered").unwrap();
        let line = event_line(logged, &flight.mission).unwrap();
        let person = if what == waits { " · PRO-1 waits for you" } else { "" };
        assert!(line.text.ends_with(&format!("{word}: as the goal has it{person}")), "{}", line.text);
    }
}

#[test]
fn a_blocking_assertion_changes_only_when_the_person_agrees() {
    for (ruling, now) in [(Ruling::Accept, WANTED), (Ruling::Refuse, "")] {
        let (mut flight, worker, orchestrator) = asked(Weight::Blocking);
        let before = statement(&flight);
        flight.ask(orchestrator, only(Agreed)).unwrap();
        let sentence = &needs(&flight.mission)[0].sentence;
        assert!(sentence.contains("a worker asks to change a blocking assertion, and #3 leaves it to you; it stays as it is unless you accept"), "{sentence}");
        flight.person(Command::DecideProposal { proposal: ProposalId(1), ruling });
        assert_eq!(statement(&flight), if now.is_empty() { before.as_str() } else { now });
        let refusal = told(&flight, worker).pop().unwrap();
        let is_told = refusal == "I refused PRO-1: VAL-M1-001 stays as it stands.";
        assert_eq!(is_told, ruling == Ruling::Refuse, "new words reach it by themselves: {refusal}");
    }
}

/// What a worker asked for is not had by another tool, nor later.
#[test]
fn no_other_way_leads_an_agent_around_the_person() {
    let (mut flight, worker, orchestrator) = asked(Weight::Blocking);
    let before = statement(&flight);
    flight.ask(orchestrator, only(Refused)).unwrap();
    flight.ask(orchestrator, editing(1, weight(Weight::NonBlocking))).unwrap();
    assert_eq!(proposed(&flight), ["VAL-M1-001: another weight"]);
    let retire = Command::RetireAssertion { assertion: val(ASSERTION), reason: words::line("hard") };
    flight.ask(orchestrator, retire).unwrap();
    assert_eq!(proposed(&flight), ["VAL-M1-001 retired: hard"]);
    let Actor::Attempt(talk) = orchestrator else { unreachable!() };
    let messages = flight.mission.messages.iter().map(|message| message.id).collect();
    flight.engine(Command::MarkDelivered { messages }).end(talk, Ending::Done);
    let mut handoff = words::handoff("Done");
    handoff.left_undone.push(words::line("the footer"));
    flight.hand_in(worker, handoff);
    flight.engine(Command::RecordClaims { feature: F1, runs: vec![words::run("make test", 0)] });
    let triage = flight.start(TRIAGE);
    flight.attempt(triage, editing(1, restated(WANTED)));
    assert_eq!(proposed(&flight), ["VAL-M1-001: another statement"]);
    assert_eq!(statement(&flight), before);
    flight.person(editing(1, restated("A visitor sees what the person says")));
    assert_eq!(statement(&flight), "A visitor sees what the person says", "the person's own edit is made");
}

#[test]
fn the_persons_words_wait_for_them_though_the_assertion_does_not_block() {
    let mut flight = Flight::new().planned(1, 2);
    flight.person(editing(1, weight(Weight::NonBlocking)));
    flight.person(editing(2, restated("A visitor sees it in the person's words")));
    let worker = flight.start(BUILD);
    flight.attempt(worker, request(ASSERTION));
    let orchestrator = flight.start(TALK);
    flight.attempt(orchestrator, only(Agreed));
    assert_eq!(statement(&flight), "A visitor sees it in the person's words");
    assert_eq!(proposed(&flight), ["VAL-M1-001: another statement"]);
    assert!(told(&flight, worker)[0].contains("The person decides on it (PRO-1)"));
}

#[test]
fn what_the_person_was_asked_before_is_not_asked_again() {
    let (mut flight, worker, orchestrator) = asked(Weight::Blocking);
    flight.ask(orchestrator, only(Agreed)).unwrap();
    flight.attempt(worker, request(ASSERTION));
    flight.ask(orchestrator, answer(2, Agreed, WordingEdit::default())).unwrap();
    assert_eq!(flight.mission.proposals.len(), 1, "it is the one that waits");
    assert!(told(&flight, worker)[1].contains("(PRO-1)"));
    flight.person(Command::DecideProposal { proposal: ProposalId(1), ruling: Ruling::Refuse });
    flight.attempt(worker, request(ASSERTION));
    assert_eq!(
        flight.refusal(orchestrator, answer(3, Agreed, WordingEdit::default())),
        "VAL-M1-001: the person refused this change before (PRO-1): leave it, or ask them"
    );
    flight.ask(orchestrator, answer(3, Refused, WordingEdit::default())).unwrap();
}

#[test]
fn a_request_that_is_made_again_before_its_answer_is_one() {
    let (mut flight, worker) = building();
    flight.attempt(worker, request(ASSERTION));
    assert_eq!(
        flight.refusal(Actor::Attempt(worker), request(ASSERTION)),
        "FND-1 asks for the same words already, and is not decided yet: go on with your work; until then the assertion holds as it stands"
    );
    let other = Command::RequestAmendment {
        assertion: val(ASSERTION),
        proposal: words::line("A visitor sees nothing"),
        reason: words::line("it cannot be"),
    };
    flight.attempt(worker, other).attempt(worker, request("VAL-M1-002"));
    assert_eq!(flight.mission.undecided_findings().count(), 3, "other words and other assertions are others");
    flight.end(worker, Ending::Interrupted);
    flight.dismiss_all();
    let again = flight.start(BUILD);
    flight.attempt(again, request(ASSERTION));
    assert_eq!(flight.mission.open_amendments().count(), 1, "what was decided may be asked for again");
}

#[test]
fn what_an_answer_must_respect() {
    let (mut flight, worker, orchestrator) = asked(Weight::Blocking);
    let silent = Command::AnswerAmendment {
        finding: FindingId(1),
        outcome: Refused,
        words: Line::default(),
        edit: Box::default(),
    };
    let invalid = "what is refused changes nothing: leave out `edit`, or counter with it";
    let same = flight.mission.contract[&val(ASSERTION)].wording.title.clone();
    let same = WordingEdit { title: Some(same), ..WordingEdit::default() };
    let table = [
        (silent, "`words` is empty: say why, or what holds instead"),
        (answer(1, Refused, restated("else")), invalid),
        (answer(1, Countered, same), "VAL-M1-001 already says that: nothing would change"),
        (
            answer(9, Agreed, WordingEdit::default()),
            "there is no finding FND-9; open are FND-1 (non_blocking: #2 asks to amend VAL-M1-001 and says: it cannot be)",
        ),
    ];
    for (command, sentence) in table {
        assert_eq!(flight.refusal(orchestrator, command), sentence);
    }
    assert_eq!(flight.refusal(Actor::Attempt(worker), only(Agreed)), "a worker may not ask for that");
    assert_eq!(flight.refusal(Actor::Person, only(Agreed)), "a person may not ask for that");
    flight.ask(orchestrator, only(Countered)).unwrap();
    assert_eq!(
        flight.refusal(orchestrator, only(Agreed)),
        "FND-1 (non_blocking: #2 asks to amend VAL-M1-001 and says: it cannot be) is settled already: it was dismissed, since countered: as the goal has it"
    );
    let mut handoff = words::handoff("Done");
    handoff.left_undone.push(words::line("the footer"));
    let messages = flight.mission.messages.iter().map(|message| message.id).collect();
    flight.engine(Command::MarkDelivered { messages }).hand_in(worker, handoff);
    assert_eq!(
        flight.refusal(orchestrator, answer(2, Agreed, WordingEdit::default())),
        "FND-2 (non_blocking: the footer) is no request to amend an assertion: it is decided at the triage"
    );
}

#[test]
fn the_worker_is_told_when_the_person_decides_on_its_request() {
    let (mut flight, worker, orchestrator) = asked(Weight::Blocking);
    let ruling = Settlement::Dismiss { reason: words::line("it can be done") };
    let decision = Box::new(TriageDecision { finding: FindingId(1), ruling });
    flight.person(Command::DecideFinding { decision });
    assert_eq!(
        told(&flight, worker),
        ["Your request FND-1 is decided on: it was dismissed, since it can be done."]
    );
    assert!(flight.refusal(orchestrator, only(Agreed)).contains("is settled already"));
}
