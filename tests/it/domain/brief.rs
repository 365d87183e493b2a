//! What an attempt is told, one snapshot for each kind of work.

use flightdeck::domain::attempt::{AgentWork, Ending};
use flightdeck::domain::brief::{brief, read};
use flightdeck::domain::command::Command;
use flightdeck::domain::contract::Instrument;
use flightdeck::domain::event::Actor;
use flightdeck::domain::finding::Severity;
use flightdeck::domain::flow::Flow;
use flightdeck::domain::id::{FeatureId, MilestoneId};
use flightdeck::domain::message::Party;
use flightdeck::domain::round::{Opinion, ReviewIssue};
use flightdeck::domain::verdict::Outcome;

use crate::support::mission::Flight;
use crate::support::words;

const M1: MilestoneId = MilestoneId(1);
const F1: FeatureId = FeatureId(1);

fn text(flight: &Flight, work: AgentWork) -> String {
    brief(&flight.mission, work).text
}

/// A milestone in its second round: the first failed, and F2 mends what was found.
fn second_round() -> Flight {
    let mut flight = Flight::new().planned(1, 1).built(1).gated();
    flight.person(Command::Broadcast { text: words::prose("Write less code") });
    let reviewer = flight.start(AgentWork::Review { milestone: M1, round: 1, feature: F1 });
    let issue = words::issue(Severity::Blocking, "an index out of bounds");
    let issues = vec![ReviewIssue { file: words::title("src/page.rs"), line: Some(7), issue }];
    let (summary, opinion) = (words::prose("It reads past the end"), Opinion::Fail);
    flight.attempt(reviewer, Command::ReportReview { summary, opinion, issues, known: vec![] });
    let scrutiny = flight.start(AgentWork::Scrutinize { milestone: M1, round: 1 });
    let report = Command::ReportScrutiny {
        summary: words::prose("Not yet"),
        issues: vec![],
        knowledge: vec![words::line("port 8080 is taken")],
        known: vec![],
    };
    flight.attempt(scrutiny, report);
    let mut flight = flight.tested(Outcome::Pass);
    flight.triage_all();
    flight
}

/// Whoever tries again hears why it failed, in every role; what was before it was done at last is no news.
#[test]
fn a_second_try_hears_why_the_first_came_to_nothing() {
    let reviewed = || second_round().built(2).gated();
    let tried = reviewed().reviewed().scrutinized();
    let works = [
        (Flight::new(), AgentWork::Plan),
        (second_round(), AgentWork::Build { feature: FeatureId(2) }),
        (reviewed(), AgentWork::Review { milestone: M1, round: 2, feature: FeatureId(2) }),
        (reviewed().reviewed(), AgentWork::Scrutinize { milestone: M1, round: 2 }),
        (tried, AgentWork::TestAsUser { milestone: M1, round: 2, flow: Flow::WHOLE }),
    ];
    for (mut flight, work) in works {
        assert!(!text(&flight, work).contains("## Earlier attempts"), "{work}");
        let first = flight.start(work);
        let reason = words::line("it stopped without calling its closing tool");
        flight.end(first, Ending::Failed { reason });
        let again = text(&flight, work);
        let told = format!("- {first}: it stopped without calling its closing tool");
        assert!(again.contains("## Earlier attempts") && again.contains(&told), "{work}: {again}");
        assert_eq!(again.contains("git log -p"), work.writes(), "{work}");
    }
}

#[test]
fn the_plan() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let ask = Command::ask(Party::Person, words::prose("Which colour?"), vec![]);
    flight.attempt(planner, ask);
    let question = flight.mission.questions[0].id;
    flight.person(Command::Answer { question, text: words::prose("Blue") });
    let mut flight = flight.proposed(1, 1);
    let gate = flightdeck::domain::gate::GateId::Plan;
    flight.person(Command::DecideGate { gate, decision: words::no_go("too small") });
    insta::assert_snapshot!(text(&flight, AgentWork::Plan), @r"
    # The goal
    Build a guestbook

    ## What it asks for, sentence by sentence
    - REQ-1 Build a guestbook (shown by VAL-M1-001)
    - REQ-2 too small (shown by no assertion)

    ## The conversation so far
    you asked: Which colour?
    the person answered: Blue
    the person: At the plan gate the person said NO-GO: too small

    ## The contract you proposed before
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    # The environment you proposed before

    ## Commands
    - setup: `make setup`
    - build: `make`
    - test: `make test`

    ## Services
    - web: `./web` on port 8080

    ## The plan you proposed before
    # M1 Milestone 1
    ### F1 Feature of VAL-M1-001 [pending]
    Make Feature of VAL-M1-001 happen
    done when:
    - Feature of VAL-M1-001 can be seen
    fulfills: VAL-M1-001

    ## What to do now
    What you proposed before stands: propose again what must change, and end with the plan. The person approves it at the plan gate.
    ");
}

#[test]
fn a_talk() {
    let mut flight = Flight::new().planned(1, 1);
    let worker = flight.start(AgentWork::Build { feature: F1 });
    let ask = Command::ask(Party::Orchestrator, words::prose("May I use a library?"), vec![]);
    flight.attempt(worker, ask);
    flight.person(Command::Say {
        to: Party::Orchestrator,
        text: words::prose("How far are we?"),
        delivery: flightdeck::domain::message::Delivery::Queue,
    });
    insta::assert_snapshot!(text(&flight, AgentWork::Talk), @r##"
    # The goal
    Build a guestbook

    ## What it asks for, sentence by sentence
    - REQ-1 Build a guestbook (shown by VAL-M1-001)

    ## Now
    The mission is running; milestone M1 is being flown.
    At work:
    - #2, a worker, builds F1 (Feature of VAL-M1-001), for 0 min

    ## The plan
    M1 Milestone 1
    - F1 Feature of VAL-M1-001 [pending] fulfills: VAL-M1-001

    ## The contract
    - VAL-M1-001 A visitor sees what VAL-M1-001 promises [pending]

    ## The conversation so far
    the person: How far are we?

    ## What you are to answer now
    - from the person: How far are we?
    - #2 asks and waits (answer with `message` to "#2"): May I use a library?
    "##);
}

#[test]
fn a_triage() {
    let flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    insta::assert_snapshot!(text(&flight, AgentWork::Triage), @r##"
    # The goal
    Build a guestbook

    ## What it asks for, sentence by sentence
    - REQ-1 Build a guestbook (shown by VAL-M1-001)

    ## Now
    The mission is running; milestone M1 is being flown.

    ## The plan
    M1 Milestone 1
    - F1 Feature of VAL-M1-001 [built by #2] fulfills: VAL-M1-001

    ## The contract
    - VAL-M1-001 A visitor sees what VAL-M1-001 promises [failed]

    ## Open findings
    - FND-1 [blocking] (F1, verdict of #5) VAL-M1-001 fails: seen with my own eyes
      last seen in round 1, at head002

    ## The features they are about
    ### F1 Feature of VAL-M1-001
    Make Feature of VAL-M1-001 happen
    It is done when
    - Feature of VAL-M1-001 can be seen
    handed in by #2: Built F1

    ## The assertions they are about
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    Decide every finding under "Open findings" in one call of `triage`.
    "##);
}

#[test]
fn a_triage_knows_what_was_dismissed_and_why() {
    let mut flight = second_round();
    flight.mission.findings.values_mut().for_each(|finding| {
        let reason = words::line("the page has no index");
        finding.state = flightdeck::domain::finding::FindingState::Dismissed { reason };
    });
    let told = text(&flight, AgentWork::Triage);
    assert!(told.contains("## Dismissed before"), "{told}");
    assert!(told.contains("an index out of bounds (dismissed: the page has no index)"), "{told}");
}

#[test]
fn a_feature() {
    let mut flight = Flight::new().planned(1, 2).built(1);
    let work = AgentWork::Build { feature: FeatureId(2) };
    let worker = flight.start(work);
    flight.end(worker, Ending::Failed { reason: words::line("it went in circles") });
    insta::assert_snapshot!(text(&flight, work), @r"
    # Build F2: Feature of VAL-M1-002

    Make Feature of VAL-M1-002 happen

    ## It is done when
    - Feature of VAL-M1-002 can be seen

    ## The assertions that must hold once it is built
    ### VAL-M1-002 A visitor sees what VAL-M1-002 promises (revision 1)
    A visitor sees what VAL-M1-002 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    ## Features built before it
    - F1 Feature of VAL-M1-001: Built F1

    ## Commands
    - setup: `make setup`
    - build: `make`
    - test: `make test`

    ## Services
    - web: `./web` on port 8080

    ## What earlier agents learned
    - (not confirmed) the server needs a free port

    Commit your work with git, leave a clean tree, and end with `handoff`.

    ## Earlier attempts (their work was rolled back)
    - #3: it went in circles; what it left, if anything: `git log -p head002..refs/flightdeck/guestbook-7k2p/attempt-3`, and `git cherry-pick` takes of it what is good
    ");
}

#[test]
fn a_fix() {
    insta::assert_snapshot!(text(&second_round(), AgentWork::Build { feature: FeatureId(2) }), @r"
    # Build F2: Fix of FND-1

    Make Fix of FND-1 happen

    ## It is done when
    - Fix of FND-1 can be seen

    ## The assertions that must hold once it is built
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    ## The findings it mends
    - FND-1 [blocking] (F1, review #3) src/page.rs:7: an index out of bounds
      suggested: look again

    ## Features built before it
    - F1 Feature of VAL-M1-001: Built F1

    ## Commands
    - setup: `make setup`
    - build: `make`
    - test: `make test`

    ## Services
    - web: `./web` on port 8080

    ## What earlier agents learned
    - port 8080 is taken
    - (not confirmed) the server needs a free port

    ## Directives, which always hold
    - Write less code

    Commit your work with git, leave a clean tree, and end with `handoff`.
    ");
}

#[test]
fn a_review() {
    let flight = second_round().built(2).gated();
    insta::assert_snapshot!(text(&flight, AgentWork::Review { milestone: M1, round: 2, feature: F1 }), @r"
    # Review F1: Feature of VAL-M1-001

    Make Feature of VAL-M1-001 happen

    ## It is done when
    - Feature of VAL-M1-001 can be seen

    ## The assertions it must fulfill
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    ## The handoff of #2
    Built F1
    implemented:
    - everything asked for
    claims: `make test` exits 0: all green
    the engine saw: `make test` exits 0
    tests in tests/guestbook.rs: it_greets

    ## F2 mends what was found about it: Fix of FND-1
    mends FND-1

    ## The handoff of #7
    Built F2
    implemented:
    - everything asked for
    claims: `make test` exits 0: all green
    the engine saw: `make test` exits 0
    tests in tests/guestbook.rs: it_greets

    ## Known findings: say in `known` whether each still holds, and do not report it again
    - FND-1 [blocking] (F1) (taken up by F2) src/page.rs:7: an index out of bounds
      suggested: look again

    ## Its commits
    base: base000
    head: head002

    ## Since round 1
    Round 1 looked at head002, this one looks at head007: `git diff head002..head007`
    - F2 Fix of FND-1: head002..head007

    ## Commands
    - setup: `make setup`
    - build: `make`
    - test: `make test`

    ## Services
    - web: `./web` on port 8080

    ## Directives, which always hold
    - Write less code
    ");
}

#[test]
fn a_scrutiny() {
    let flight = second_round().built(2).gated().reviewed();
    insta::assert_snapshot!(text(&flight, AgentWork::Scrutinize { milestone: M1, round: 2 }), @r"
    # Scrutiny of M1, round 2

    ## Its features
    - F1 Feature of VAL-M1-001 [built by #2] fulfills: VAL-M1-001
    - F2 Fix of FND-1 [built by #7] fulfills: nothing

    ## Since round 1
    Round 1 looked at head002, this one looks at head007: `git diff head002..head007`
    - F2 Fix of FND-1: head002..head007

    ## Gate commands
    - `make` exits 0
    - `make test` exits 0

    ## Reviews of this round: their issues are recorded, look for what lies between them
    ### F1 Feature of VAL-M1-001: Pass
    Good work
    ### F2 Fix of FND-1: Pass
    Good work

    ## Notes of others: confirm, merge or reject each, in `notes`
    - NOTE-1 by #2: the server needs a free port

    ## Known findings: say in `known` whether each still holds, and do not report it again
    - FND-1 [blocking] (F1) (taken up by F2) src/page.rs:7: an index out of bounds
      suggested: look again

    ## Commands
    - setup: `make setup`
    - build: `make`
    - test: `make test`

    ## Services
    - web: `./web` on port 8080

    ## Directives, which always hold
    - Write less code
    ");
}

#[test]
fn a_user_testing() {
    let flight = second_round().built(2).gated().reviewed().scrutinized();
    insta::assert_snapshot!(text(&flight, AgentWork::TestAsUser { milestone: M1, round: 2, flow: Flow::WHOLE }), @r"
    # User testing of M1, round 2

    ## The assertions to try, each with a verdict
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    ## Services
    - web: `./web` on port 8080

    ## Directives, which always hold
    - Write less code
    ");
}

/// The wall on paper: a tester learns nothing of how it was built.
#[test]
fn a_user_tester_is_told_nothing_of_the_work() {
    let flight = second_round().built(2).gated().reviewed().scrutinized();
    let mission = &flight.mission;
    let told = text(&flight, AgentWork::TestAsUser { milestone: M1, round: 2, flow: Flow::WHOLE });
    let mut secrets: Vec<String> =
        vec!["src/page.rs".into(), "an index out of bounds".into(), "make test".into()];
    for (_, handoff) in mission.handoffs.values() {
        secrets.push(handoff.summary.to_string());
        secrets.extend(handoff.implemented.iter().chain(&handoff.learned).map(ToString::to_string));
        secrets.extend(handoff.tests.added.iter().map(|file| file.file.to_string()));
    }
    for feature in &mission.features {
        secrets.extend([feature.spec.title.to_string(), feature.spec.description.to_string()]);
        secrets.extend(feature.spec.criteria.iter().map(ToString::to_string));
    }
    secrets.extend(mission.attempts.values().map(|attempt| attempt.base.0.clone()));
    secrets.extend(mission.rounds.iter().map(|round| round.commit.0.clone()));
    secrets.extend(mission.findings.values().map(|finding| finding.description.to_string()));
    for secret in secrets {
        assert!(!told.contains(&secret), "the tester is told {secret:?}");
    }
    assert!(told.contains("A visitor sees what VAL-M1-001 promises"));
}

#[test]
fn labels_say_what_a_session_is_about() {
    let flight = second_round().built(2).gated();
    let labels = |work| {
        let brief = brief(&flight.mission, work);
        let pairs: Vec<String> = brief.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        pairs.join(" ")
    };
    let round = 2;
    let table = [
        (AgentWork::Plan, "phase=plan role=orchestrator"),
        (AgentWork::Talk, "phase=talk role=orchestrator"),
        (AgentWork::Triage, "phase=triage role=orchestrator"),
        (AgentWork::Build { feature: F1 }, "feature=Feature of VAL-M1-001 milestone=M1 role=worker"),
        (
            AgentWork::Review { milestone: M1, round, feature: F1 },
            "feature=Feature of VAL-M1-001 milestone=M1 role=reviewer round=2",
        ),
        (AgentWork::Scrutinize { milestone: M1, round }, "milestone=M1 role=scrutiny round=2"),
        (
            AgentWork::TestAsUser { milestone: M1, round, flow: Flow::WHOLE },
            "milestone=M1 role=user_testing round=2",
        ),
    ];
    for (work, expected) in table {
        assert_eq!(labels(work), expected);
    }
}

/// The planner's own words and the person's, in the order in which they fell, however often it was woken.
#[test]
fn a_planner_keeps_the_whole_dialogue() {
    let mut flight = Flight::new();
    for number in 1..=30 {
        let planner = flight.start(AgentWork::Plan);
        let text = words::prose(&format!("Question {number}?\n{}", "because ".repeat(100)));
        flight.attempt(planner, Command::ask(Party::Person, text, vec![words::line("yes")]));
        let question = flight.mission.questions.last().unwrap().id;
        flight.person(Command::Answer { question, text: words::prose(&format!("Answer {number}")) });
    }
    let mut flight = flight.proposed(1, 1);
    let gate = flightdeck::domain::gate::GateId::Plan;
    flight.person(Command::DecideGate { gate, decision: words::no_go("too small") });
    let told = text(&flight, AgentWork::Plan);
    let places: Vec<usize> =
        (1..=30).map(|number| told.find(&format!("you asked: Question {number}?")).unwrap()).collect();
    assert!(places.is_sorted(), "in their order");
    assert!(
        told.contains("to choose from:\n- yes\nthe person answered: Answer 30\nthe person: At the plan gate")
    );
    assert!(told.contains("the person said NO-GO: too small"), "{told}");
    assert!(!told.contains("Answer 1\n") && told.len() < 30_000, "{} bytes", told.len());
}

#[test]
fn a_planner_reads_what_its_commands_did_at_the_base() {
    let mut flight = Flight::new();
    let planner = flight.start(AgentWork::Plan);
    let mut assertion = words::assertion("VAL-A-001");
    assertion.wording.check.command = Some(words::line("grep -q x README.md"));
    let mut page = words::assertion("VAL-A-002");
    page.wording.check.via = Instrument::Browser;
    flight.attempt(planner, Command::ProposeContract { assertions: vec![assertion, page] });
    flight.attempt(planner, Command::ProposeEnvironment { environment: words::environment() });
    let runs =
        vec![words::run("make setup", 0), words::run("make", 127), words::run("grep -q x README.md", 0)];
    let mut baseline = words::baseline(runs);
    baseline.missing.insert(Instrument::Browser, words::line("none is installed"));
    flight.engine(Command::RecordBaseline { baseline: Box::new(baseline) });
    insta::assert_snapshot!(flight.mission.baseline_report(), @r"
    - setup: `make setup` exits 0 after 1 s
    - build: `make` exits 127 after 1 s: the end of the output
    - test: `make test` was not tried
    - VAL-A-001: `grep -q x README.md` exits 0 after 1 s: it holds before anything is built, so it proves nothing: word it anew, or declare it a guard (`guard: true`) if it is to hold before and after
    ");
    assert!(text(&flight, AgentWork::Plan).contains("- build: `make` exits 127 after 1 s"));
    let risks = flightdeck::domain::risk::risks(&flight.mission);
    for risk in [
        "VAL-A-001 holds before anything is built: its command proves nothing",
        "at the base commit `make` exits 127 after 1 s: the end of the output",
        "`make test` was not tried at the base commit",
        "VAL-A-002 cannot be tested via browser and will be blocked: none is installed",
    ] {
        assert!(risks.iter().any(|told| told == risk), "{risk}: {risks:?}");
    }
    let other = flightdeck::domain::baseline::Baseline {
        commit: words::commit("other"),
        runs: vec![],
        untried: vec![],
        missing: std::collections::BTreeMap::new(),
    };
    assert_eq!(
        flight.refusal(Actor::Engine, Command::RecordBaseline { baseline: Box::new(other) }),
        "the mission starts from another commit than other"
    );
    let gone = Flight::new().planned(1, 1);
    assert_eq!(
        gone.refusal(Actor::Engine, Command::RecordBaseline { baseline: Box::new(words::baseline(vec![])) }),
        "the plan is GO: its baseline was taken before"
    );
}

/// A fix knows the verdict it is about word for word, with where one sees it.
#[test]
fn a_fix_is_told_what_was_seen() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    flight.triage_all();
    let told = text(&flight, AgentWork::Build { feature: FeatureId(2) });
    let (_, mends) = told.split_once("## The findings it mends\n").unwrap();
    assert!(
        mends.starts_with(
            "- FND-1 [blocking] (F1, verdict of #5) VAL-M1-001 fails: seen with my own eyes\n  seen by #5 at head002: seen with my own eyes\n  evidence: ev_0123456789ab\n"
        ),
        "{mends}"
    );
    assert!(told.contains("### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)"), "{told}");
}

#[test]
fn what_was_decided_before_is_bounded_and_the_newest_is_whole() {
    let mut flight = second_round();
    let one = flight.mission.findings.values().next().unwrap().clone();
    for number in 2..=200 {
        let reason = words::line(&"for a long reason ".repeat(30));
        let state = flightdeck::domain::finding::FindingState::Dismissed { reason };
        let id = flightdeck::domain::id::FindingId(number);
        flight.mission.findings.insert(id, flightdeck::domain::finding::Finding { id, state, ..one.clone() });
    }
    let told = text(&flight, AgentWork::Triage);
    let (_, decided) = told.split_once("## Dismissed before").unwrap();
    assert!(decided.len() < 14_000, "{} bytes", decided.len());
    let last = decided.lines().find(|line| line.starts_with("- FND-200 ")).unwrap();
    assert!(last.ends_with("for a long reason)"), "{last}");
}

/// Whatever an orchestrator has to decide about, it can read whole.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of everything")]
fn everything_can_be_read_whole() {
    let mut flight =
        Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized().tested(Outcome::Fail);
    flight.triage_all();
    flight.start(AgentWork::Build { feature: FeatureId(2) });
    let shown = |what: &str| read(&flight.mission, what).unwrap();
    insta::assert_snapshot!(shown("val-m1-001"), @r"
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange
    standing: failed
    fulfilled by: F1 (Feature of VAL-M1-001)
    verdicts:
    - fail by #5 at head002, revision 1: seen with my own eyes (evidence: ev_0123456789ab)
    findings about it:
    - FND-1 VAL-M1-001 fails: seen with my own eyes (taken up by F2)
    ");
    insta::assert_snapshot!(shown("F1"), @r"
    ### F1 Feature of VAL-M1-001 [built by #2]
    Make Feature of VAL-M1-001 happen
    done when:
    - Feature of VAL-M1-001 can be seen
    fulfills: VAL-M1-001

    ## The assertions that must hold with it
    ### VAL-M1-001 A visitor sees what VAL-M1-001 promises (revision 1)
    A visitor sees what VAL-M1-001 promises
    check via http: GET / and look for the entry in the page
    evidence: the HTTP exchange

    ## Attempts
    - #2: F1 (worker, rehearsal/guestbook): done
    - #3: review of F1, round 1 (reviewer, rehearsal/guestbook): done

    ## The handoff of #2
    Built F1
    implemented:
    - everything asked for
    claims: `make test` exits 0: all green
    the engine saw: `make test` exits 0
    tests in tests/guestbook.rs: it_greets

    ## What was found about it
    - FND-1 VAL-M1-001 fails: seen with my own eyes (taken up by F2)
    ");
    let finding = shown("fnd-1");
    for words in [
        "verdict of #5",
        "state: (taken up by F2)",
        "evidence: ev_0123456789ab",
        "taken up by F2",
        "check via http",
    ] {
        assert!(finding.contains(words), "{words}: {finding}");
    }
    assert!(shown("#2").contains("## The handoff of #2"));
    assert!(shown("#7").contains("#7: F2 (worker, rehearsal/guestbook): at work"), "{}", shown("#7"));
    assert!(shown("M1").contains("- VAL-M1-001 failed\n- F2 is not built"), "{}", shown("M1"));
    assert!(shown("plan").contains("### F2 Fix of FND-1 [pending]"));
    assert!(shown("contract").contains("standing: failed"));
    assert!(shown("attempts").contains("- #7: F2"));
    assert!(shown("findings").contains("FND-1"));
    assert!(shown("environment").contains("make test"));
    assert_eq!(shown("conversation"), "There is no conversation yet.");
    for what in ["F9", "FND-9", "#99", "M9", "Q9", "VAL-X-001", "the truth", ""] {
        let refused = read(&flight.mission, what).unwrap_err().sentence;
        assert!(
            refused
                .starts_with(&format!("there is no \"{what}\" in the mission: read one of VAL-A-001, F3,")),
            "{refused}"
        );
    }
}
