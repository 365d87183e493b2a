//! The demo flown from the keyboard: every gate decided by hand, the contract changed on the way, the branch landed.

use flightdeck::domain::event::{Event, Stamped};
use flightdeck::domain::gate::{Decision, GateId};
use flightdeck::domain::id::MilestoneId;
use flightdeck::store::Catalogue;
use flightdeck::store::sqlite::SqliteCatalogue;
use pretty_assertions::assert_eq;

use super::keyboard::{CTRL_S, ENTER, ESC, Terminal, USUAL};
use crate::cli::stage::Stage;

const M1: GateId = GateId::Milestone(MilestoneId(1));
const M2: GateId = GateId::Milestone(MilestoneId(2));
const NOTE: &str = "The newest entry should glow";

#[test]
fn a_demo_is_flown_by_hand_from_its_plan_to_its_landing() {
    let stage = Stage::bare();
    stage.configure("[limits]\nsabotage_percent = 0\n");
    let terminal = Terminal::run(&stage, "\"$FD\" demo --dir demo --speed 20; echo \"left with $?\"", USUAL);

    terminal.sees("1 needs you");
    go(&terminal, "The plan gate");
    edit_while_a_worker_runs(&stage, &terminal);
    no_go(&stage, &terminal);
    terminal.waits_until("M1 to be open again", |_| {
        let log = events(&stage);
        let opened = log.iter().filter(|stamped| stamped.event == Event::GateOpened { gate: M1 });
        opened.count() == 2
    });
    terminal.waits_until("a link to a file in the checkout", |terminal| {
        let bytes = terminal.bytes();
        let links = bytes.split("\x1b]8;id=").skip(1);
        links
            .filter_map(|link| link.split('\x1b').next())
            .any(|target| target.contains(";file:///") && target.contains("/checkout/"))
    });
    decide_go(&terminal, "The gate of M1");
    go(&terminal, "The gate of M2");
    go(&terminal, "The final gate");
    terminal.sees("COMPLETED");
    terminal.types("m");
    terminal.sees("Land");
    terminal.types("y");
    terminal.sees("LANDED");
    terminal.types("q");
    terminal.sees("left with 0");
    assert!(terminal.is_given_back(), "{}", terminal.screen());

    main_has_the_commits(&stage);
    the_log_has_it_all(&events(&stage));
}

/// Opens the gate that is next, waits for it, and says GO.
fn go(terminal: &Terminal, title: &str) {
    opens(terminal, title);
    decide_go(terminal, title);
}

/// Until its GO is heard of, the gate that was decided last is still the one that opens.
fn opens(terminal: &Terminal, title: &str) {
    const A_GATE: &str = "─ The ";
    for _ in 0..500 {
        terminal.types("g");
        terminal.sees(A_GATE);
        if terminal.shows(title) {
            return;
        }
        terminal.types(ESC);
        terminal.sees_no_more(A_GATE);
    }
    panic!("{title} does not open\n{}", terminal.screen());
}

fn decide_go(terminal: &Terminal, title: &str) {
    terminal.waits_until(title, |terminal| terminal.shows(title) && terminal.shows("waits for you"));
    terminal.types("y");
    terminal.sees_no_more(title);
}

fn edit_while_a_worker_runs(stage: &Stage, terminal: &Terminal) {
    terminal.waits_until("a worker", |_| {
        events(stage).iter().any(|stamped| matches!(stamped.event, Event::AttemptStarted { work, .. } if work.role().word() == "worker"))
    });
    terminal.types("3e");
    terminal.sees("Edit VAL-API-001 · revision 1");
    terminal.types(" In UTF-8.");
    terminal.sees("revision 2 · ");
    terminal.types(CTRL_S);
    terminal.sees("VAL-API-001 is at revision 2");
    terminal.sees_no_more("Edit VAL-API-001");
}

fn no_go(stage: &Stage, terminal: &Terminal) {
    opens(terminal, "The gate of M1");
    terminal.waits_until("the gate of M1", |terminal| {
        terminal.shows("The gate of M1") && terminal.shows("waits for you")
    });
    terminal.types("n");
    terminal.sees("NO-GO at the gate of M1");
    terminal.types(NOTE);
    terminal.sees(NOTE);
    // Left and opened again, the note is still there.
    terminal.types(ESC);
    terminal.sees_no_more(NOTE);
    terminal.types("n");
    terminal.sees(NOTE);
    terminal.types(ENTER);
    terminal.waits_until("NO-GO in the log", |_| said_no_go(&events(stage)));
}

fn said_no_go(log: &[Stamped]) -> bool {
    log.iter().any(|stamped| match &stamped.event {
        Event::GateDecided { gate: M1, decision: Decision::NoGo { note }, .. } => note.as_str() == NOTE,
        _ => false,
    })
}

/// The log of the only mission there is, so far.
fn events(stage: &Stage) -> Vec<Stamped> {
    let missions = SqliteCatalogue::new(&stage.path("state"));
    let store = missions.ids().first().and_then(|id| missions.read(id).ok());
    store.and_then(|store| store.read(0, u32::MAX).ok()).unwrap_or_default()
}

fn main_has_the_commits(stage: &Stage) {
    let git = git2::Repository::open(stage.path("work/demo")).unwrap();
    assert_eq!(git.head().unwrap().shorthand().unwrap(), "main");
    let mut walk = git.revwalk().unwrap();
    walk.push_head().unwrap();
    let said: Vec<String> = walk
        .map(|id| git.find_commit(id.unwrap()).unwrap().summary().unwrap().unwrap_or_default().to_owned())
        .collect();
    for work in ["Keep entries in a file", "Sign the book by answering"] {
        assert!(said.iter().any(|summary| summary.contains(work)), "{work}: {said:#?}");
    }
    assert!(stage.path("work/demo/src/store.rs").exists(), "the checkout followed the branch");
}

fn the_log_has_it_all(log: &[Stamped]) {
    let at = |wanted: &dyn Fn(&Event) -> bool| {
        log.iter().position(|stamped| wanted(&stamped.event)).expect("it is not in the log")
    };
    let edited = at(&|event| matches!(event, Event::AssertionEdited { .. }));
    let worker = at(&|event| matches!(event, Event::AttemptStarted { role, .. } if role.word() == "worker"));
    let round = at(&|event| matches!(event, Event::RoundOpened(_)));
    assert!(worker < edited && edited < round, "the contract was edited while M1 was being built");
    assert!(said_no_go(log));
    at(
        &|event| matches!(event, Event::DirectiveIssued { directive } if directive.text.as_str().contains(NOTE)),
    );
    at(
        &|event| matches!(event, Event::FindingDismissed { reason, .. } if reason.as_str().starts_with("A rehearsal follows")),
    );
    for gate in [GateId::Plan, M1, M2, GateId::Final] {
        at(
            &|event| matches!(event, Event::GateDecided { gate: decided, decision: Decision::Go { .. }, .. } if *decided == gate),
        );
    }
    let judged: Vec<u32> = log
        .iter()
        .filter_map(|stamped| match &stamped.event {
            Event::VerdictGiven { verdict } if verdict.assertion.as_str() == "VAL-API-001" => {
                Some(verdict.revision.0)
            }
            _ => None,
        })
        .collect();
    // Once in its own milestone, and once more in the last.
    assert_eq!(judged, [2, 2], "what was edited was judged as it was edited");
}
