//! What a verdict may rest on: evidence binds to who took it, and to what the check asks for.

use flightdeck::domain::command::{Command, WordingEdit};
use flightdeck::domain::contract::{Check, Instrument};
use flightdeck::domain::event::Actor;
use flightdeck::domain::evidence::{EvidenceFacts, EvidenceKind, Piece, Ran, Settled};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{AttemptId, MilestoneId, Revision};
use flightdeck::domain::round::CheckRun;
use flightdeck::domain::verdict::{EvidenceRef, Outcome};

use crate::support::mission::Flight;
use crate::support::words::{self, val};

const ID: &str = "VAL-A-001";
const COMMAND: &str = "test -f out.txt";
const RECORD: &str = "ev_engine";

/// A tester at work on one assertion, checked with an instrument.
fn testing(via: Instrument, check: Option<i32>) -> (Flight, AttemptId) {
    let mut draft = words::assertion(ID);
    let command = (via == Instrument::Command || check.is_some()).then(|| words::line(COMMAND));
    draft.wording.check = Check { via, command, ..draft.wording.check };
    let plan = vec![words::milestone("First", vec![words::feature("Make it", &[ID])])];
    let flight = Flight::new().proposing(vec![draft], plan);
    let mut flight = flight.gone(GateId::Plan).built(1).gated().reviewed();
    if let Some(code) = check {
        let mut run = words::run(COMMAND, code);
        run.evidence = Some(RECORD.to_owned());
        let checks = vec![CheckRun { assertion: val(ID), revision: Revision(1), run }];
        flight.engine(Command::RecordChecks { milestone: MilestoneId(1), round: 1, checks });
    }
    let mut flight = flight.scrutinized();
    let tester = flight.start(flight.due()[0]);
    (flight, tester)
}

fn verdict(outcome: Outcome, evidence: Vec<Piece>) -> Command {
    Command::GiveVerdict { assertion: val(ID), outcome, observed: words::line("looked"), evidence }
}

fn piece(kind: EvidenceKind, by: Actor, settled: Settled) -> Piece {
    let like = words::exchange("ev_1", AttemptId(1));
    let facts = like.facts.map(|facts| EvidenceFacts { by, settled, ..facts });
    Piece { kind, facts, ..like }
}

fn ran(by: Actor, command: &str, exit_code: Option<i32>) -> Piece {
    let ran = Some(Ran { command: words::line(command), exit_code });
    Piece { ran, ..piece(EvidenceKind::Command, by, Settled::Ended) }
}

fn record() -> Piece {
    let reference = EvidenceRef(RECORD.to_owned());
    Piece { reference, ..ran(Actor::Engine, COMMAND, Some(0)) }
}

fn refused(flight: &Flight, tester: AttemptId, outcome: Outcome, evidence: Vec<Piece>) -> String {
    flight.refusal(Actor::Attempt(tester), verdict(outcome, evidence))
}

#[test]
fn a_red_command_is_not_overruled() {
    let (mut flight, tester) = testing(Instrument::Command, Some(1));
    let own = ran(Actor::Attempt(tester), COMMAND, Some(0));
    let sentence = refused(&flight, tester, Outcome::Pass, vec![own]);
    assert_eq!(
        sentence,
        "VAL-A-001 cannot pass: the engine ran its command `test -f out.txt` at this commit, and it exits 1 (ev_engine); \
         give fail with that record as evidence, or blocked when it could not do its work, and say why"
    );
    flight.attempt(tester, verdict(Outcome::Blocked, vec![]));
    flight.attempt(tester, verdict(Outcome::Fail, vec![record()]));
}

#[test]
fn a_red_command_of_an_assertion_worked_otherwise_is_not_overruled_either() {
    let (flight, tester) = testing(Instrument::Http, Some(2));
    let seen = piece(EvidenceKind::Http, Actor::Attempt(tester), Settled::Ended);
    assert!(refused(&flight, tester, Outcome::Pass, vec![seen]).contains("it exits 2"));
}

#[test]
fn the_engines_record_of_the_check_is_evidence_and_so_is_the_same_command_run_by_the_tester() {
    for evidence in [record(), ran(Actor::Attempt(AttemptId(5)), COMMAND, Some(0))] {
        let (mut flight, tester) = testing(Instrument::Command, Some(0));
        assert_eq!(tester, AttemptId(5));
        flight.attempt(tester, verdict(Outcome::Pass, vec![evidence]));
    }
}

#[test]
fn what_somebody_else_saw_proves_nothing_whatever_the_verdict() {
    let (flight, tester) = testing(Instrument::Command, Some(0));
    let other = EvidenceRef("ev_other".to_owned());
    for (by, words) in [
        (Actor::Attempt(AttemptId(3)), "ev_1 was taken by #3, in round 1 of M1: "),
        (Actor::Engine, "ev_1 is the engine's, and not of VAL-A-001 in this round: "),
        (Actor::Person, "ev_1 does not say who took it: "),
    ] {
        for outcome in [Outcome::Pass, Outcome::Fail, Outcome::Blocked] {
            let foreign = ran(by, COMMAND, Some(0));
            // Not even beside what is in order.
            let sentence = refused(&flight, tester, outcome, vec![record(), foreign]);
            assert!(sentence.starts_with(words) && sentence.contains("look yourself"), "{sentence}");
        }
    }
    let old = Piece { facts: None, reference: other, ..record() };
    assert!(refused(&flight, tester, Outcome::Pass, vec![old]).contains("ev_other does not say who took it"));
}

#[test]
fn a_command_is_shown_by_its_own_record_that_ended_well() {
    let (flight, tester) = testing(Instrument::Command, None);
    let me = Actor::Attempt(tester);
    for (evidence, words) in [
        (ran(me, "echo all is well", Some(0)), "is of another command, `echo all is well`"),
        (ran(me, "test -f out.txt || true", Some(0)), "is of another command, `test -f out.txt || true`"),
        (ran(me, COMMAND, Some(3)), "is of a run that exits 3"),
        (ran(me, COMMAND, None), "is of a run that did not end by itself"),
        (piece(EvidenceKind::Terminal, me, Settled::Ended), "is a terminal's screen"),
        (Piece { ran: None, ..ran(me, COMMAND, Some(0)) }, "does not say which command it is of"),
    ] {
        let sentence = refused(&flight, tester, Outcome::Pass, vec![evidence]);
        assert!(sentence.contains(words), "{sentence}");
        assert!(sentence.ends_with("run `test -f out.txt` with `run`, and name that"), "{sentence}");
    }
    assert!(flight.mission.verdicts.is_empty());
}

#[test]
fn evidence_is_of_the_kind_that_the_check_asks_for() {
    use EvidenceKind as Kind;
    let kinds =
        [Kind::Command, Kind::Http, Kind::Terminal, Kind::Screenshot, Kind::Page, Kind::Recording, Kind::App];
    for (via, good) in [
        (Instrument::Http, &[Kind::Http][..]),
        (Instrument::Terminal, &[Kind::Terminal, Kind::Recording]),
        (Instrument::Browser, &[Kind::Screenshot, Kind::Page]),
        (Instrument::Command, &[]),
    ] {
        let (flight, tester) = testing(via, None);
        for kind in kinds {
            let evidence = || vec![piece(kind, Actor::Attempt(tester), Settled::Ended)];
            let passes = flight.clone().ask(Actor::Attempt(tester), verdict(Outcome::Pass, evidence()));
            assert_eq!(passes.is_ok(), good.contains(&kind), "{via:?} {kind:?} {passes:?}");
            // A failure shows in any way: a crash, a log, no answer.
            let fails = flight.clone().ask(Actor::Attempt(tester), verdict(Outcome::Fail, evidence()));
            assert!(fails.is_ok(), "{via:?} {kind:?} {fails:?}");
        }
    }
}

#[test]
fn what_was_seen_had_come_to_rest() {
    let (mut flight, tester) = testing(Instrument::Terminal, None);
    let screen = |settled| piece(EvidenceKind::Terminal, Actor::Attempt(tester), settled);
    for (settled, words) in [
        (Settled::Moving, "was taken while it still changed"),
        (Settled::Nothing, "shows nothing: it was empty"),
        (Settled::NotDone, "shows that something was not done, or that nothing answered"),
        (Settled::Unknown, "does not say whether it had come to rest"),
    ] {
        let sentence = refused(&flight, tester, Outcome::Pass, vec![screen(settled)]);
        assert!(
            sentence.contains(words)
                && sentence.contains("wait until the screen shows it and the program has ended"),
            "{sentence}"
        );
    }
    // One that shows it is enough: what was seen on the way may be named too.
    flight.attempt(tester, verdict(Outcome::Pass, vec![screen(Settled::Nothing), screen(Settled::Still)]));
}

#[test]
fn a_program_that_ended_with_a_code_is_no_proof_unless_the_code_is_meant() {
    let says = |observed: &str, evidence: Vec<Piece>| Command::GiveVerdict {
        assertion: val(ID),
        outcome: Outcome::Pass,
        observed: words::line(observed),
        evidence,
    };
    let ran_at = |kind, me, code| Piece { kind, ..ran(me, "notes find x", code) };
    for kind in [EvidenceKind::Terminal, EvidenceKind::Recording] {
        let (flight, tester) = testing(Instrument::Terminal, None);
        let me = Actor::Attempt(tester);
        let screen = |code| vec![ran_at(kind, me, code)];
        for observed in ["looked", "it prints 3 lines", "it prints the exit in green", "it exits 30"] {
            let sentence = flight.refusal(me, says(observed, screen(Some(3))));
            assert!(
                sentence.contains("ended with exit code 3: if that is right, say so in `observed`"),
                "{sentence}"
            );
        }
        let earlier = piece(EvidenceKind::Terminal, me, Settled::Still);
        let sentence = flight.refusal(me, says("looked", [vec![earlier], screen(Some(3))].concat()));
        assert!(sentence.starts_with("ev_1 is of a program that ended with exit code 3"), "{sentence}");
        let fine = |observed: &str, code| flight.clone().ask(me, says(observed, screen(code))).map(drop);
        for (observed, code) in [
            ("looked", Some(0)),
            ("looked", None),
            ("it names the file and ends with exit code 3", Some(3)),
            ("it exits 3.", Some(3)),
            ("it refuses, with a non-zero exit code", Some(3)),
        ] {
            assert_eq!(fine(observed, code), Ok(()), "{observed}");
        }
        // What failed may be shown by anything.
        assert!(flight.clone().ask(me, verdict(Outcome::Fail, screen(Some(3)))).is_ok());
    }
    // The assertion may say it itself, and a program that a tester stopped has not failed.
    let (mut flight, tester) = testing(Instrument::Terminal, None);
    let me = Actor::Attempt(tester);
    let screen = || ran_at(EvidenceKind::Terminal, me, Some(2));
    let stopped = screen().facts.map(|facts| EvidenceFacts { settled: Settled::Moving, ..facts });
    let sentence = flight.refusal(me, says("looked", vec![Piece { facts: stopped, ..screen() }]));
    assert!(sentence.contains("was taken while it still changed"), "{sentence}");
    let statement = Some(words::prose("A user who asks for nothing is told so, and the program exits 2."));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    flight.person(Command::EditAssertion { assertion: val(ID), base: Revision(1), edit });
    flight.engine(Command::TellRevision { attempt: tester, assertion: val(ID), revision: Revision(2) });
    flight.attempt(tester, says("looked", vec![screen()]));
}

#[test]
fn a_check_of_an_earlier_revision_decides_nothing() {
    let (mut flight, tester) = testing(Instrument::Http, Some(1));
    flight.engine(Command::TellRevision { attempt: tester, assertion: val(ID), revision: Revision(2) });
    let seen = piece(EvidenceKind::Http, Actor::Attempt(tester), Settled::Ended);
    flight.attempt(tester, verdict(Outcome::Pass, vec![seen]));
}

#[test]
fn what_another_server_answered_shows_nothing_that_holds() {
    for (via, kind) in [(Instrument::Http, EvidenceKind::Http), (Instrument::Browser, EvidenceKind::Page)] {
        let (flight, tester) = testing(via, None);
        let own = piece(kind, Actor::Attempt(tester), Settled::Ended);
        let stranger = Some("process 7 (`python3 -m http.server`) listens on port 8000".to_owned());
        let facts = own.facts.clone().map(|facts| EvidenceFacts { stranger, ..facts });
        let foreign = Piece { facts, ..own.clone() };
        let sentence = refused(&flight, tester, Outcome::Pass, vec![foreign.clone()]);
        assert!(
            sentence.contains(
                "ev_1 was not answered by a service of the app: process 7 (`python3 -m http.server`) listens on port 8000; "
            ),
            "{sentence}"
        );
        let me = Actor::Attempt(tester);
        assert!(flight.clone().ask(me, verdict(Outcome::Fail, vec![foreign.clone()])).is_ok());
        assert!(flight.clone().ask(me, verdict(Outcome::Pass, vec![foreign, own])).is_ok());
    }
}

#[test]
fn that_nothing_answers_passes_where_that_is_what_is_said() {
    let says = |observed: &str, refused: bool| {
        let silence = Settled::NotDone;
        let piece = Piece { refused, ..piece(EvidenceKind::Http, Actor::Attempt(AttemptId(5)), silence) };
        let (assertion, observed) = (val(ID), words::line(observed));
        Command::GiveVerdict { assertion, outcome: Outcome::Pass, observed, evidence: vec![piece] }
    };
    let (mut flight, tester) = testing(Instrument::Http, None);
    let me = Actor::Attempt(tester);
    for observed in ["looked", "it refuses a wrong password", "the connection is kept"] {
        let sentence = flight.refusal(me, says(observed, true));
        assert!(
            sentence.contains("shows that nothing answered: if that is right, say so in `observed`"),
            "{sentence}"
        );
    }
    for observed in ["the connection is refused", "Connection refused", "after a stop nothing listens there"]
    {
        assert!(flight.clone().ask(me, says(observed, true)).is_ok(), "{observed}");
        // What hangs or breaks off is no refusal.
        let sentence = flight.refusal(me, says(observed, false));
        assert!(sentence.contains("was not done, or that nothing answered"), "{sentence}");
    }
    let statement = Some(words::prose("Nothing answers on the port once the service was stopped."));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    flight.person(Command::EditAssertion { assertion: val(ID), base: Revision(1), edit });
    flight.engine(Command::TellRevision { attempt: tester, assertion: val(ID), revision: Revision(2) });
    flight.attempt(tester, says("looked", true));
}

#[test]
fn an_answer_by_which_a_server_failed_passes_where_that_is_what_is_said() {
    let says = |observed: &str, statuses: &[u16]| {
        let whole = piece(EvidenceKind::Http, Actor::Attempt(AttemptId(5)), Settled::Ended);
        let piece = Piece { statuses: statuses.to_vec(), ..whole };
        let (assertion, observed) = (val(ID), words::line(observed));
        Command::GiveVerdict { assertion, outcome: Outcome::Pass, observed, evidence: vec![piece] }
    };
    let (flight, tester) = testing(Instrument::Http, None);
    let me = Actor::Attempt(tester);
    for (observed, statuses, refused) in [
        ("it answers that it was kept", &[500][..], "has an answer with status 500"),
        ("both were kept", &[201, 503], "has an answer with status 503"),
        (
            "it answers 201",
            &[500],
            "`observed` tells of status 201, and no answer that you name has it (500)",
        ),
        ("status 200, with the entry", &[404], "`observed` tells of status 200"),
    ] {
        let sentence = flight.refusal(me, says(observed, statuses));
        assert!(sentence.contains(refused), "{sentence}");
    }
    for (observed, statuses) in [
        ("it answers 201", &[201][..]),
        ("a broken file leads to status 500, as it should", &[500]),
        ("one is kept, the other gets a server error", &[201, 500]),
        ("it answers 404 for what is not there", &[404]),
        ("looked", &[]),
    ] {
        assert!(flight.clone().ask(me, says(observed, statuses)).is_ok(), "{observed}");
    }
}

/// Of a page only the status by which it failed is recorded.
#[test]
fn a_page_by_which_a_server_failed_passes_where_that_is_what_is_said() {
    let says = |observed: &str, statuses: &[u16]| {
        let whole = piece(EvidenceKind::Page, Actor::Attempt(AttemptId(5)), Settled::Still);
        let piece = Piece { statuses: statuses.to_vec(), ..whole };
        let (assertion, observed) = (val(ID), words::line(observed));
        Command::GiveVerdict { assertion, outcome: Outcome::Pass, observed, evidence: vec![piece] }
    };
    let (flight, tester) = testing(Instrument::Browser, None);
    let me = Actor::Attempt(tester);
    let sentence = flight.clone().refusal(me, says("the page says 2 words, with status 200", &[500]));
    assert!(sentence.contains("has an answer with status 500"), "{sentence}");
    for (observed, statuses) in [
        ("a wrong address answers 404, and status 200 is the index", &[404][..]),
        ("status 500, as asked", &[500]),
        ("2 words", &[]),
    ] {
        assert!(flight.clone().ask(me, says(observed, statuses)).is_ok(), "{observed}");
    }
}

/// A verdict of a pass on pieces that lack some of what the tester says.
fn saying(observed: &str, pieces: Vec<Piece>) -> Command {
    let (assertion, observed) = (val(ID), words::line(observed));
    Command::GiveVerdict { assertion, outcome: Outcome::Pass, observed, evidence: pieces }
}

#[test]
fn what_a_tester_says_is_shown_stands_in_something_that_is_named() {
    let (flight, tester) = testing(Instrument::Terminal, None);
    let me = Actor::Attempt(tester);
    let screen = |lacks: &[&str]| {
        let lacks = lacks.iter().map(|value| (*value).to_owned()).collect();
        Piece { lacks, ..piece(EvidenceKind::Terminal, me, Settled::Still) }
    };
    let sentence = flight.refusal(me, saying("it shows 2", vec![screen(&["2"])]));
    assert!(
        sentence.contains("`observed` says that it shows `2`, and nothing that you name shows that"),
        "{sentence}"
    );
    let sentence =
        flight.refusal(me, saying("it shows 2 and says `x`", vec![screen(&["x", "2"]), screen(&["2"])]));
    assert!(sentence.contains("`2`"), "{sentence}");
    let both = vec![screen(&["2"]), screen(&["x"])];
    assert!(flight.clone().ask(me, saying("it shows 2 and says `x`", both)).is_ok());
    let failed = Command::GiveVerdict {
        assertion: val(ID),
        outcome: Outcome::Fail,
        observed: words::line("it shows 2"),
        evidence: vec![screen(&["2"])],
    };
    assert!(flight.clone().ask(me, failed).is_ok(), "a fail may be shown by anything");
}

#[test]
fn what_a_filter_made_of_an_output_shows_nothing_of_the_program() {
    let (flight, tester) = testing(Instrument::Terminal, None);
    let me = Actor::Attempt(tester);
    let screen = |command| vec![Piece { kind: EvidenceKind::Terminal, ..ran(me, command, Some(0)) }];
    let sentence = flight.refusal(me, saying("it is fine", screen("notes list | sed s/3/2/")));
    assert!(sentence.contains("shows what `sed` made of what the program said"), "{sentence}");
    for command in [
        "notes list | sed -n 1,5p",
        "notes list | head -3",
        "notes list | tr -d '\r'",
        "notes || true",
        "ls | tr a b >> log; notes",
    ] {
        assert!(flight.clone().ask(me, saying("it is fine", screen(command))).is_ok(), "{command}");
    }
}

/// A tester at work on an assertion of that statement.
fn stating(via: Instrument, statement: &str) -> (Flight, AttemptId) {
    let (mut flight, tester) = testing(via, None);
    let statement = Some(words::prose(statement));
    let edit = Box::new(WordingEdit { statement, ..WordingEdit::default() });
    flight.person(Command::EditAssertion { assertion: val(ID), base: Revision(1), edit });
    flight.engine(Command::TellRevision { attempt: tester, assertion: val(ID), revision: Revision(2) });
    (flight, tester)
}

#[test]
fn an_answer_is_of_the_address_and_the_status_that_the_check_asks_for() {
    let (flight, tester) =
        stating(Instrument::Http, "The page /words?q=a, /notes/{id} and /greet/NAME answer with status 200.");
    let me = Actor::Attempt(tester);
    let answer = |path: &str, status| {
        let whole = piece(EvidenceKind::Http, me, Settled::Ended);
        Piece { statuses: vec![status], asked: vec![path.to_owned()], ..whole }
    };
    let sentence = flight.refusal(me, saying("it is fine", vec![answer("/health", 200)]));
    assert!(
        sentence.contains("and what you name is of /health: name the answer that shows it"),
        "{sentence}"
    );
    let sentence = flight.refusal(me, saying("500, as it should", vec![answer("/words?q=a", 500)]));
    assert!(sentence.contains("wants status 200, and no answer that you name has it (500)"), "{sentence}");
    let sentence = flight.refusal(me, saying("it is fine", vec![answer("/words?q=ab", 200)]));
    assert!(sentence.contains("and what you name is of /words?q=ab"), "{sentence}");
    let sentence = flight.refusal(me, saying("it is fine", vec![answer("/notes/7", 201)]));
    assert!(sentence.contains("wants status 200, and no answer that you name has it (201)"), "{sentence}");
    for path in ["/words?q=a", "/words/?x=1&q=a", "/notes/7", "/greet/Zo\u{eb}"] {
        assert!(flight.clone().ask(me, saying("it is fine", vec![answer(path, 200)])).is_ok(), "{path}");
    }
    let both = vec![answer("/health", 200), answer("/words?q=a", 200)];
    assert!(flight.clone().ask(me, saying("it is fine", both)).is_ok());
}

#[test]
fn a_code_that_the_assertion_names_is_no_testers_to_change() {
    let (flight, tester) = stating(Instrument::Terminal, "The program prints the list and exits with 0.");
    let me = Actor::Attempt(tester);
    let screen = |code| Piece { kind: EvidenceKind::Terminal, ..ran(me, "notes", Some(code)) };
    let sentence = flight.refusal(me, saying("exit code 1, as it should", vec![screen(1)]));
    assert!(sentence.contains("ended with exit code 1"), "{sentence}");
    assert!(flight.clone().ask(me, saying("exit code 0", vec![screen(0)])).is_ok());
}
