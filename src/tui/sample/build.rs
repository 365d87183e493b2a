//! Puts the sample together, up to a moment that a test or a picture wants.

use crate::domain::activity::Activity;
use crate::domain::attempt::{AgentWork, Ending};
use crate::domain::event::{Actor, Event};
use crate::domain::finding::{Severity, Source};
use crate::domain::gate::GateId;
use crate::domain::id::{AssertionId, AttemptId, FeatureId, FindingId, MilestoneId, QuestionId, Revision};
use crate::domain::verdict::Outcome;
use crate::tui::recording::Recording;

use super::flight::Pass;
use super::log::{Log, line, prose};
use super::{evidence, plan, transcript};

/// A moment of the sample mission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The plan waits for GO.
    PlanGate,
    /// A worker mends what user testing found, and asks the person something.
    Flying,
    /// A milestone passed, with one assertion waived, and waits for GO.
    MilestoneGate,
}

impl Moment {
    fn mark(self) -> &'static str {
        match self {
            Self::PlanGate => "plan gate",
            Self::Flying => "flying",
            Self::MilestoneGate => "milestone gate",
        }
    }
}

/// The sample mission up to a moment.
pub fn sample(moment: Moment) -> Recording {
    let mut log = Log::default();
    planning(&mut log);
    first_milestone(&mut log);
    second_milestone(&mut log);
    let end = log.marks.get(moment.mark()).copied().unwrap_or(log.events.len());
    log.events.truncate(end);
    let mut recording = Recording { events: log.events, ..Recording::default() };
    let mission = recording.mission();
    recording.live = mission
        .live_attempts()
        .map(|attempt| Activity {
            work: attempt.work.into(),
            attempt: Some(attempt.id),
            started: attempt.started,
            last_output: mission.updated,
            doing: "waiting for the model".to_owned(),
        })
        .collect();
    recording.transcripts = transcript::all(&mission);
    recording.evidence = evidence::all(&mission);
    recording.diffs = evidence::diffs(&mission);
    recording
}

fn planning(log: &mut Log) {
    let Some(founding) = plan::founding() else { return };
    log.write(Actor::Person, Event::MissionCreated(Box::new(founding)));
    let chief = log.start(AgentWork::Plan, "anthropic/claude-opus");
    let by = Actor::Attempt(chief);
    log.wait(90).ask(
        1,
        chief,
        "Should guests sign in as well, or only the owner?",
        &["only the owner", "guests too"],
    );
    log.wait(240).write(
        Actor::Person,
        Event::QuestionAnswered { question: QuestionId(1), answer: prose("only the owner") },
    );
    log.wait(60).write(by, Event::ContractProposed { assertions: plan::contract() });
    log.wait(20).write(by, Event::EnvironmentProposed { environment: plan::environment() });
    log.wait(30).write(
        by,
        Event::PlanProposed(Box::new(crate::domain::plan::ProposedPlan {
            title: None,
            milestones: plan::milestones(),
            features: plan::features(),
        })),
    );
    log.use_up(chief, 440);
    log.end(chief, 10, Ending::Done);
    log.open(GateId::Plan);
    log.wait(40).mark("plan gate");
    log.go(GateId::Plan, 260, "");
}

fn first_milestone(log: &mut Log) {
    log.build(1, 260, 2);
    log.build(2, 320, 4);
    log.fail(3, 410, "120 turns without a handoff");
    log.build(3, 540, 7);
    let verdicts = [
        ("VAL-BOOK-001", Outcome::Pass, "heading and twenty entries, newest first"),
        ("VAL-BOOK-002", Outcome::Pass, "the entry stood first after 0.2 s"),
        ("VAL-BOOK-003", Outcome::Fail, "the page was left and showed a white screen"),
        ("VAL-BOOK-004", Outcome::Pass, "the entry was there after the restart"),
    ];
    let tester = log.validate(&Pass { milestone: 1, round: 1, reviewed: &[1, 2, 3], verdicts: &verdicts });
    log.mend(
        1,
        1,
        11,
        ("Say what is missing", "an empty entry leaves the page instead of being refused"),
        Source::Verdict { attempt: tester },
        "VAL-BOOK-003",
    );
    log.build(11, 180, 3);
    let again = [("VAL-BOOK-003", Outcome::Pass, "“Please write a line” stood beside the field")];
    log.validate(&Pass { milestone: 1, round: 2, reviewed: &[11], verdicts: &again });
    log.open(GateId::Milestone(MilestoneId(1)));
    log.go(GateId::Milestone(MilestoneId(1)), 420, "ship the copy fix later");
    log.direct(1, "Never log a password, not even its length.");
}

fn second_milestone(log: &mut Log) {
    let login = log.build(4, 486, 6);
    log.raise(
        FindingId(2),
        2,
        Severity::NonBlocking,
        "the login page has no favicon",
        Source::Handoff { attempt: login },
        "",
    );
    log.wait(9)
        .engine(Event::FindingDismissed { finding: FindingId(2), reason: line("nobody will miss it") });
    log.build(5, 516, 5);
    log.build(6, 150, 3);
    log.build(7, 390, 4);
    let verdicts = [
        ("VAL-AUTH-001", Outcome::Pass, "the desk opened"),
        ("VAL-AUTH-002", Outcome::Fail, "the answer said “no such user”, which tells too much"),
        ("VAL-AUTH-003", Outcome::Pass, "the cookie still opened the desk"),
        ("VAL-AUTH-004", Outcome::Fail, "the old cookie answered 200"),
        ("VAL-AUTH-004", Outcome::Pass, "tried again: the old cookie answered 401"),
        ("VAL-AUTH-005", Outcome::Blocked, "there is no mail server in the checkout's environment"),
        ("VAL-AUTH-006", Outcome::Fail, "the sixth attempt answered 401, not 429"),
    ];
    let tester = log.validate(&Pass { milestone: 2, round: 1, reviewed: &[4, 5, 6, 7], verdicts: &verdicts });
    if let Ok(waived) = "VAL-AUTH-006".parse::<AssertionId>() {
        let reason = line("one owner, one door: a lock can wait");
        log.wait(200).write(
            Actor::Person,
            Event::AssertionWaived { assertion: waived, revision: Revision::FIRST, reason },
        );
    }
    edit_session(log);
    log.mend(
        3,
        2,
        12,
        ("Tell nothing about which part was wrong", "a wrong password names the user"),
        Source::Verdict { attempt: tester },
        "VAL-AUTH-002",
    );
    let worker = log.start(AgentWork::Build { feature: FeatureId(12) }, "anthropic/claude-sonnet");
    log.wait(190).ask(
        2,
        worker,
        "The error text stands in three templates. May I move it into one place?",
        &["yes, move it", "no, mend the three"],
    );
    log.wait(326);
    log.use_up(worker, 516);
    log.mark("flying");
    finish(log, worker);
}

fn edit_session(log: &mut Log) {
    let known = plan::contract().into_iter().find(|assertion| assertion.id.as_str() == "VAL-AUTH-003");
    let Some(mut assertion) = known else { return };
    assertion.wording.statement =
        prose("A signed-in owner stays signed in for thirty days, also when the server restarts.");
    let edit = Event::AssertionEdited {
        assertion: assertion.id,
        revision: Revision(2),
        wording: Box::new(assertion.wording),
    };
    log.wait(60).write(Actor::Person, edit);
}

fn finish(log: &mut Log, worker: AttemptId) {
    log.wait(40).write(
        Actor::Person,
        Event::QuestionAnswered { question: QuestionId(2), answer: prose("yes, move it") },
    );
    log.end(worker, 120, Ending::Stopped { reason: line("the person had it begin again") });
    log.build(12, 240, 2);
    let verdicts = [
        ("VAL-AUTH-002", Outcome::Pass, "401, and “name or password is wrong”"),
        ("VAL-AUTH-003", Outcome::Pass, "the cookie says 30 days and survived the restart"),
        ("VAL-AUTH-005", Outcome::Pass, "the mail lay in the outbox, the link worked once"),
    ];
    log.validate(&Pass { milestone: 2, round: 2, reviewed: &[12], verdicts: &verdicts });
    log.open(GateId::Milestone(MilestoneId(2)));
    log.wait(60).mark("milestone gate");
}
