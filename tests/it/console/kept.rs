//! Nothing that a person wrote or decided is lost between two keys: drafts, the contract from the editor, gates that
//! were decided a moment ago, an assertion that somebody else changed meanwhile.

use std::sync::Mutex;

use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::gate::{DecidedBy, Decision, GateId};
use flightdeck::link::protocol::{Call, Notice, Reply};
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::{Source, SourceError, SourceEvent};
use pretty_assertions::assert_eq;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::harness::{Flown, Still, fly, fly_with, inputs};

const WIDE: (u16, u16) = (120, 40);

/// What the engine tells of a decision that it has accepted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    Silent,
    Told,
    Refused,
}

/// An engine that accepts decisions, and tells of them or not.
struct Engine {
    record: Recording,
    news: News,
    asked: Mutex<Vec<Command>>,
    told: Mutex<Option<Sender<SourceEvent>>>,
}

impl Source for Engine {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        let Call::Command { command } = call else { return self.record.call(call).await };
        self.asked.lock().unwrap().push((*command).clone());
        if self.news == News::Refused {
            return Err(SourceError::Refused(
                "VAL-AUTH-001 is at revision 9 by now: look at it again".into(),
            ));
        }
        let last = self.record.events.last().unwrap();
        if let (News::Told, Command::DecideGate { gate, .. }) = (self.news, *command) {
            let event =
                Event::GateDecided { gate, decision: Decision::Go { note: None }, by: DecidedBy::Person };
            let stamped = Stamped { seq: last.seq + 1, at: last.at, actor: Actor::Person, event };
            let told = self.told.lock().unwrap();
            told.as_ref()
                .unwrap()
                .try_send(SourceEvent::Notice(Box::new(Notice::Event(Box::new(stamped)))))
                .unwrap();
        }
        Ok(Reply::Accepted { seq: last.seq + 1 })
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        let (sender, receiver) = channel(16);
        *self.told.lock().unwrap() = Some(sender);
        receiver
    }
}

fn decide(news: News, editor: fn(&str) -> String, keys: &str) -> Flown<Engine> {
    let record = sample(Moment::MilestoneGate);
    let now = record.mission().updated;
    let engine = Engine { record, news, asked: Mutex::default(), told: Mutex::default() };
    fly_with(engine, Still { now, editor }, WIDE, inputs(keys))
}

fn same(text: &str) -> String {
    text.to_owned()
}

#[test]
fn a_gate_that_was_just_decided_is_not_asked_about_again() {
    let flown = decide(News::Silent, same, "g y g");
    assert!(flown.frame.contains("GO at the gate of M2 is on its way"), "{}", flown.frame);
    assert!(!flown.frame.contains("waits for you ─"), "{}", flown.frame);
    let again = decide(News::Silent, same, "g y g y y n");
    let gate = GateId::Milestone(flightdeck::domain::id::MilestoneId(2));
    let go = Command::DecideGate { gate, decision: Decision::Go { note: None } };
    assert_eq!(*again.source.asked.lock().unwrap(), [go], "one decision");

    let told = decide(News::Told, same, "g y g").frame;
    assert!(!told.contains("is on its way"), "{told}");
    let refused = decide(News::Refused, same, "g y g y");
    assert_eq!(refused.source.asked.lock().unwrap().len(), 2, "a refused decision can be made again");
}

#[test]
fn an_assertion_changed_elsewhere_is_refused_and_every_word_stays() {
    let flown = decide(News::Refused, same, "3 e ' and more' ctrl+s");
    assert!(flown.frame.contains("is at revision 9 by now"), "{}", flown.frame);
    assert!(flown.frame.contains("and more") && flown.frame.contains("Edit VAL-"), "{}", flown.frame);
    let kept = decide(News::Refused, same, "3 e ' and more' ctrl+s esc e").frame;
    assert!(kept.contains("and more"), "{kept}");
}

#[test]
fn the_contract_from_the_editor_is_kept_until_it_is_sent() {
    let edit = |text: &str| {
        let again = text.contains("Added twice") || text.contains("Added once");
        if again {
            text.replace("Added once", "Added twice")
        } else {
            text.replacen("Check:", "Added once.\n\nCheck:", 1)
        }
    };
    let left = decide(News::Silent, edit, "E esc");
    assert!(left.frame.contains("kept: E goes on with what you wrote"), "{}", left.frame);
    // The editor is opened on what was written, not on the contract as it is.
    let again = decide(News::Silent, edit, "E esc E enter");
    let asked = again.source.asked.lock().unwrap().clone();
    let [Command::EditAssertion { edit, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(format!("{edit:?}").contains("Added twice"), "{edit:?}");
    // What was sent is not kept.
    let sent = decide(News::Silent, same, "E enter esc");
    assert!(!sent.frame.contains("kept:"), "{}", sent.frame);
    // A text that cannot be read is nobody's loss either.
    let unreadable = |text: &str| text.replacen("- via: ", "- via: tele", 1);
    let left = decide(News::Silent, unreadable, "E esc").frame;
    assert!(left.contains("kept:"), "{left}");
}

#[test]
fn every_box_keeps_what_was_not_sent() {
    for (open, word) in [
        ("g n", "Too stern"),
        ("3 e", "Too stern"),
        ("3 n", "Too stern"),
        ("3 x", "Too stern"),
        ("3 w", "Too stern"),
        ("o", "Too stern"),
        ("B", "Too stern"),
    ] {
        let back = open.rsplit(' ').next().unwrap();
        let frame = fly(Moment::MilestoneGate, WIDE, &format!("{open} '{word}' esc {back}")).frame;
        assert!(frame.contains(word), "{open}\n{frame}");
    }
}

#[test]
fn a_heading_in_a_statement_is_no_end_of_it() {
    let keys = "3 e '\n' ctrl+g esc e";
    let heading = |text: &str| text.replacen("## check", "## Rules\nNobody signs twice.\n## check", 1);
    let record = sample(Moment::Flying);
    let now = record.mission().updated;
    let frame = fly_with(record, Still { now, editor: heading }, WIDE, inputs(keys)).frame;
    assert!(frame.contains("## Rules") && frame.contains("Nobody signs twice."), "{frame}");
}

#[test]
fn a_paste_of_a_megabyte_is_taken_whole_and_keys_go_on() {
    use crossterm::event::Event as Input;
    let lines = "The words of somebody who pastes a whole book into a box.\n".repeat(18_000);
    let one_line = lines.replace('\n', " ");
    // The editor gets everything; a form goes to it as a text of all its fields, and comes back by their names.
    let counted = |text: &str| {
        let whole = text.matches("a whole book").count() == 18_000 && text.contains("end!");
        let said = if whole { "all of it" } else { "not all of it" };
        if text.starts_with("## ") { format!("## statement\n{said}") } else { said.to_owned() }
    };
    for (open, pasted) in [("o", &lines), ("3 e tab tab", &one_line), ("g n", &one_line)] {
        let mut events = inputs(open);
        events.push(Input::Paste(pasted.clone()));
        events.extend(inputs("'end!'"));
        if open == "o" {
            let typed = fly_at(Moment::MilestoneGate, counted, events.clone());
            assert!(typed.contains("a whole book into a box.") && typed.contains("end!"), "{open}\n{typed}");
        }
        events.extend(inputs("ctrl+g"));
        let frame = fly_at(Moment::MilestoneGate, counted, events);
        assert!(frame.contains("all of it") && !frame.contains("not all"), "{open}\n{frame}");
    }
}

#[test]
fn what_is_too_long_is_refused_with_its_length_and_stays() {
    use crossterm::event::Event as Input;
    let mut events = inputs("o");
    events.push(Input::Paste("word ".repeat(2_000)));
    events.extend(inputs("enter"));
    let frame = fly_at(Moment::MilestoneGate, same, events);
    assert!(
        frame.contains("the text has 9999 characters; at most 8000 fit") && frame.contains("word word"),
        "{frame}"
    );
}

fn fly_at(moment: Moment, editor: fn(&str) -> String, events: Vec<crossterm::event::Event>) -> String {
    let record = sample(moment);
    let now = record.mission().updated;
    fly_with(record, Still { now, editor }, WIDE, events).frame
}

#[test]
fn the_environment_is_edited_in_the_editor_shown_sent_and_kept_until_then() {
    let edit =
        |text: &str| text.replacen("make test", "make check", 1).replacen("cargo test", "cargo check", 1);
    let shown = decide(News::Silent, edit, "V").frame;
    assert!(shown.contains("The environment from your editor"), "{shown}");
    assert!(
        shown.contains("- run = ") && shown.contains("+ run = ") && shown.contains("Enter sends it"),
        "{shown}"
    );
    let sent = decide(News::Silent, edit, "V enter");
    let asked = sent.source.asked.lock().unwrap().clone();
    let [Command::EditEnvironment { base, environment }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_ne!(base, environment);
    assert!(sent.frame.contains("the environment is edited; agents keep to it"), "{}", sent.frame);
    let nothing = decide(News::Silent, same, "V enter");
    assert!(nothing.source.asked.lock().unwrap().is_empty(), "nothing was changed");
    let wrong = decide(News::Silent, |text| format!("{text}\n[[tests]]\nrun = \"x\"\n"), "V enter");
    assert!(wrong.frame.contains("`tests` means nothing here"), "{}", wrong.frame);
    assert!(wrong.source.asked.lock().unwrap().is_empty());
    let refused = decide(News::Refused, edit, "V enter");
    assert!(refused.frame.contains("Enter sends it over what stands now"), "{}", refused.frame);
    let again = decide(News::Refused, edit, "V enter enter");
    assert_eq!(again.source.asked.lock().unwrap().len(), 2);
    let kept = decide(News::Silent, edit, "V esc D").frame;
    assert!(kept.contains("the environment from your editor"), "{kept}");
}
