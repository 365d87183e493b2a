//! The story of the sample mission: what happens, in its order.

use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{FeatureId, MilestoneId, QuestionId, Revision};
use flightdeck::domain::message::{Delivery, Party};
use flightdeck::domain::verdict::Outcome::{Blocked, Fail, Pass};
use flightdeck::tui::sample::Moment;

use super::flight;
use super::plan;
use super::recorder::Recorder;
use crate::support::words::{line, prose, val};

/// The whole record.
pub fn record() -> String {
    let mut flight = Recorder::new();
    planning(&mut flight);
    first_milestone(&mut flight);
    second_milestone(&mut flight);
    fix_of_the_login(&mut flight);
    second_milestone_again(&mut flight);
    flight.finish()
}

fn planning(flight: &mut Recorder) {
    flight.person(Command::Found(Box::new(plan::founding())));
    let asker = flight.start(AgentWork::Plan);
    flight.work(asker, 90).question(
        asker,
        Party::Person,
        "Should guests sign in as well, or only the owner?",
        &["only the owner", "guests too"],
    );
    flight.wait(240).person(Command::Answer { question: QuestionId(1), text: prose("only the owner") });
    let planner = flight.start(AgentWork::Plan);
    flight.wait(57).agent(planner, Command::ProposeContract { assertions: plan::contract() });
    flight.agent(planner, Command::SetAsideRequirements { aside: plan::set_aside() });
    flight.wait(20).agent(planner, Command::ProposeEnvironment { environment: plan::environment() });
    flight.use_up(planner, 350).wait(30).work(planner, 10);
    flight.agent(planner, Command::ProposePlan { title: None, milestones: plan::milestones(), answer: None });
    flight.wait(43).mark(Moment::PlanGate);
    flight.go(GateId::Plan, 260, "");
}

fn first_milestone(flight: &mut Recorder) {
    flight.build(1, 260, 2);
    flight.build(2, 320, 4);
    flight.fail(3, 410, "120 turns without a handoff");
    flight.build(3, 540, 7);
    flight.validate(&flight::Pass {
        milestone: 1,
        round: 1,
        scrutiny: Some(("the data directory is read in two places", "the server needs DATA_DIR")),
        verdicts: &[
            ("VAL-BOOK-001", Pass, "heading and twenty entries, newest first"),
            ("VAL-BOOK-002", Pass, "the entry stood first after 0.2 s"),
            ("VAL-BOOK-003", Fail, "the page was left and showed a white screen"),
            ("VAL-BOOK-004", Pass, "the entry was there after the restart"),
        ],
    });
    let triage = flight.start(AgentWork::Triage);
    let fix = (2, "Say what is missing", "an empty entry leaves the page instead of being refused");
    flight.wait(27).work(triage, 6);
    flight.triage(triage, Some(fix), &[(1, "both places read the same variable")]);
    flight.build(11, 180, 3);
    flight.validate(&flight::Pass {
        milestone: 1,
        round: 2,
        scrutiny: None,
        verdicts: &[("VAL-BOOK-003", Pass, "“Please write a line” stood beside the field")],
    });
    flight.wait(3).go(GateId::Milestone(MilestoneId(1)), 420, "ship the copy fix later");
    flight.person(Command::Broadcast { text: prose("Never log a password, not even its length.") });
}

fn second_milestone(flight: &mut Recorder) {
    flight.build_all_but("the login page has no favicon", 4, 486, 6);
    let triage = flight.start(AgentWork::Triage);
    flight.work(triage, 20).triage(triage, None, &[(3, "nobody will miss it")]);
    flight.build(5, 516, 5);
    flight.build(6, 150, 3);
    flight.build(7, 390, 4);
    flight.validate(&flight::Pass {
        milestone: 2,
        round: 1,
        scrutiny: None,
        verdicts: &[
            ("VAL-AUTH-001", Pass, "the desk opened"),
            ("VAL-AUTH-002", Fail, "the answer said “no such user”, which tells too much"),
            ("VAL-AUTH-003", Pass, "the cookie still opened the desk"),
            ("VAL-AUTH-004", Fail, "the old cookie answered 200"),
            ("VAL-AUTH-004", Pass, "tried again: the old cookie answered 401"),
            ("VAL-AUTH-005", Blocked, "there is no mail server in the checkout's environment"),
            ("VAL-AUTH-006", Fail, "the sixth attempt answered 401, not 429"),
        ],
    });
    // The person decides while the orchestrator thinks.
    let triage = flight.start(AgentWork::Triage);
    flight.wait(197).person(Command::Waive {
        assertion: val("VAL-AUTH-006"),
        reason: line("one owner, one door: a lock can wait"),
    });
    let statement =
        prose("A signed-in owner stays signed in for thirty days, also when the server restarts.");
    flight.wait(60).person(Command::EditAssertion {
        assertion: val("VAL-AUTH-003"),
        base: Revision::FIRST,
        edit: Box::new(WordingEdit { statement: Some(statement), ..WordingEdit::default() }),
    });
    flight.use_up(triage, 34).wait(30).work(triage, 6);
    let fix = (4, "Tell nothing about which part was wrong", "a wrong password names the user");
    flight.triage(triage, Some(fix), &[(6, "it held in five more tries")]);
}

fn fix_of_the_login(flight: &mut Recorder) {
    let worker = flight.start(AgentWork::Build { feature: FeatureId(12) });
    flight.wait(60).person(Command::Say {
        to: Party::Attempt(worker),
        text: prose("VAL-AUTH-003 is at revision 2 now: thirty days."),
        delivery: Delivery::Queue,
    });
    let messages = flight.mission.messages.iter().map(|message| message.id).collect();
    flight.wait(3).engine(Command::MarkDelivered { messages });
    let ask = "The error text stands in three templates. May I move it into one place?";
    flight.wait(99).question(worker, Party::Orchestrator, ask, &[]);
    let talk = flight.start(AgentWork::Talk);
    flight.work(talk, 25).question(
        talk,
        Party::Person,
        "The error text stands in three templates. May the worker move it into one place?",
        &["yes, move it", "no, mend the three"],
    );
    flight.wait(326).use_up(worker, 516).mark(Moment::Flying);
    flight.wait(40).person(Command::Answer { question: QuestionId(3), text: prose("yes, move it") });
    let talk = flight.start(AgentWork::Talk);
    let (to, text) = (Party::Attempt(worker), prose("Yes: move it into one place."));
    flight.wait(11).agent(talk, Command::Say { to, text, delivery: Delivery::Queue });
    flight.end(talk, 4, Ending::Done);
    flight.work(worker, 82).person(Command::StopAttempt { attempt: worker });
    flight.wait(20).person(Command::Resume);
}

fn second_milestone_again(flight: &mut Recorder) {
    flight.build(12, 240, 2);
    flight.validate(&flight::Pass {
        milestone: 2,
        round: 2,
        scrutiny: None,
        verdicts: &[
            ("VAL-AUTH-002", Pass, "401, and “name or password is wrong”"),
            ("VAL-AUTH-003", Pass, "the cookie says 30 days and survived the restart"),
            ("VAL-AUTH-005", Pass, "the mail lay in the outbox, the link worked once"),
        ],
    });
    flight.wait(63).mark(Moment::MilestoneGate);
}
