//! Decisions that leave the console: landing, and the contract from an editor, on an engine that takes commands.

use std::sync::Mutex;

use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::finding::Ruling;
use flightdeck::domain::gate::{DecidedBy, Decision, GateId};
use flightdeck::domain::id::Commit;
use flightdeck::link::protocol::{Call, Notice, Reply};
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::{Source, SourceError, SourceEvent};
use tokio::sync::mpsc::{Receiver, channel};

use super::harness::{Flown, Still, fly, fly_with, inputs};

const WIDE: (u16, u16) = (120, 40);

/// An engine that takes every command but retirements, and lands.
struct Engine {
    record: Recording,
    asked: Mutex<Vec<Command>>,
    says: Vec<Notice>,
    landing: Result<Reply, SourceError>,
}

impl Engine {
    fn of(record: Recording) -> Self {
        let landing = Ok(Reply::Landed {
            branch: "main".into(),
            commit: Commit("9f3c2a1d55".into()),
            notes: Vec::new(),
        });
        Self { record, asked: Mutex::default(), says: Vec::new(), landing }
    }
}

impl Source for Engine {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        match call {
            Call::Land => self.landing.clone(),
            Call::Command { command } => {
                self.asked.lock().unwrap().push((*command).clone());
                match *command {
                    Command::RetireAssertion { .. } => {
                        Err(SourceError::Refused("a verdict rests on it".into()))
                    }
                    _ => Ok(Reply::Accepted { seq: 0 }),
                }
            }
            other => self.record.call(other).await,
        }
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        let (sender, receiver) = channel(16);
        for notice in &self.says {
            sender.try_send(SourceEvent::Notice(Box::new(notice.clone()))).unwrap();
        }
        std::mem::forget(sender);
        receiver
    }
}

fn fly_engine(engine: Engine, editor: fn(&str) -> String, keys: &str) -> Flown<Engine> {
    let now = engine.record.mission().updated;
    fly_with(engine, Still { now, editor }, WIDE, inputs(keys))
}

fn same(text: &str) -> String {
    text.to_owned()
}

/// The sample with GO at its final gate.
fn completed() -> Recording {
    let mut record = sample(Moment::MilestoneGate);
    let (seq, at) = record.events.last().map(|last| (last.seq, last.at)).unwrap();
    let (gate, decision) = (GateId::Final, Decision::Go { note: None });
    let events = [
        (Actor::Engine, Event::GateOpened { gate }),
        (Actor::Person, Event::GateDecided { gate, decision, by: DecidedBy::Person }),
        (Actor::Engine, Event::MissionCompleted),
    ];
    for (index, (actor, event)) in events.into_iter().enumerate() {
        record.events.push(Stamped { seq: seq + 1 + index as u64, at, actor, event });
    }
    record
}

#[test]
fn a_mission_that_is_not_completed_says_why_it_cannot_land() {
    let frame = fly(Moment::Flying, WIDE, "m enter").frame;
    assert!(frame.contains("It cannot land yet: it is"), "{frame}");
}

#[test]
fn a_completed_mission_lands_after_a_yes() {
    let asked = fly_engine(Engine::of(completed()), same, "m").frame;
    assert!(asked.contains("Merge the mission's branch into main?"), "{asked}");
    let landed = fly_engine(Engine::of(completed()), same, "m enter").frame;
    assert!(landed.contains("It landed on main as 9f3c2a1."), "{landed}");
    let from_palette = fly_engine(Engine::of(completed()), same, ": 'land' enter y").frame;
    assert!(from_palette.contains("It landed on main as 9f3c2a1."), "{from_palette}");
}

#[test]
fn a_refused_landing_is_told_whole_and_can_be_tried_again() {
    let sentence = "`cargo test` exits 101 on the merged tree, so nothing was merged";
    let engine = Engine { landing: Err(SourceError::Refused(sentence.into())), ..Engine::of(completed()) };
    let frame = fly_engine(engine, same, "m enter").frame;
    assert!(frame.contains(sentence) && frame.contains("Enter merge now"), "{frame}");
}

#[test]
fn the_contract_from_the_editor_becomes_commands_with_their_fates() {
    let edit = |text: &str| {
        let end = text.find("## VAL-FILE-002").unwrap();
        text[..end].replacen("Check:", "And at once.\n\nCheck:", 1)
    };
    let considered = fly_engine(Engine::of(sample(Moment::Flying)), edit, "E");
    let frame = considered.frame;
    assert!(frame.contains("VAL-AUTH-001 is edited"), "{frame}");
    assert!(frame.contains("revision 2 · 1 verdict goes stale"), "{frame}");
    assert!(frame.contains("VAL-FILE-002 is retired"), "{frame}");
    assert!(considered.source.asked.lock().unwrap().is_empty(), "nothing is sent before Enter");

    let sent = fly_engine(Engine::of(sample(Moment::Flying)), edit, "E enter");
    let asked = sent.source.asked.lock().unwrap().clone();
    let [Command::EditAssertion { .. }, Command::RetireAssertion { .. }] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert!(sent.frame.contains("done"), "{}", sent.frame);
    assert!(sent.frame.contains("refused") && sent.frame.contains("a verdict rests on it"), "{}", sent.frame);
}

#[test]
fn a_contract_that_cannot_be_read_changes_nothing_and_names_the_line() {
    let edit = |text: &str| text.replacen("- via: ", "- via: tele", 1);
    let flown = fly_engine(Engine::of(sample(Moment::Flying)), edit, "E enter");
    assert!(flown.frame.contains("line 11: ") && flown.frame.contains("is no instrument"), "{}", flown.frame);
    assert!(flown.source.asked.lock().unwrap().is_empty());
    let same = fly_engine(Engine::of(sample(Moment::Flying)), same, "E enter");
    assert!(same.frame.contains("Nothing was changed."), "{}", same.frame);
}

#[test]
fn a_warning_of_the_engine_outlives_keys_and_is_told_again() {
    let says = vec![Notice::Warning { sentence: "contract.md: line 7: no such instrument".into() }];
    let engine = || Engine { says: says.clone(), ..Engine::of(sample(Moment::Flying)) };
    let frame = fly_engine(engine(), same, "j k").frame;
    assert!(frame.contains("▲ contract.md: line 7: no such instrument"), "{frame}");
    let attention = fly_engine(engine(), same, "a").frame;
    assert!(attention.contains("the engine warned"), "{attention}");
}

/// What is about the screen only: moving, looking, typing, leaving.
const OF_THE_SCREEN: &[&str] = &[
    "up",
    "down",
    "left",
    "right",
    "page-up",
    "page-down",
    "top",
    "bottom",
    "open",
    "back",
    "next-pane",
    "previous-pane",
    "zoom",
    "palette",
    "follow",
    "fold",
    "search",
    "next-match",
    "previous-match",
    "copy",
    "copy-text",
    "next-failure",
    "previous-failure",
    "raw",
    "editor",
    "save",
    "new-line",
    "next-tab",
    "previous-tab",
    "next-hunk",
    "previous-hunk",
    "next-file",
    "previous-file",
    "further-down",
    "further-up",
    "drafts",
    "discard",
    "theirs",
    "play",
    "faster",
    "slower",
    "theme",
    "redraw",
    "quit",
];

#[test]
fn every_action_that_decides_or_shows_something_of_a_mission_has_a_verb() {
    use flightdeck::tui::action::Action;
    for action in Action::ALL {
        let of_the_screen = OF_THE_SCREEN.contains(&action.name());
        assert_eq!(action.verb().is_none(), of_the_screen, "{}", action.name());
    }
}

#[test]
fn every_verb_that_the_palette_names_is_understood_by_the_command_line() {
    use clap::Parser;
    use clap::error::ErrorKind;
    use flightdeck::tui::action::Action;
    let verbs = Action::ALL.iter().filter_map(|action| action.verb());
    // The words in capitals are what a person fills in; the command line takes any.
    for verb in verbs {
        let words = ["flightdeck"].into_iter().chain(verb.split(' '));
        match flightdeck::cli::Cli::try_parse_from(words) {
            Ok(_) => {}
            Err(told) => assert_eq!(told.kind(), ErrorKind::DisplayHelp, "flightdeck {verb}: {told}"),
        }
    }
}

#[test]
fn a_mission_is_abandoned_with_a_reason_after_a_yes_and_a_no_keeps_the_reason() {
    let engine = || Engine::of(sample(Moment::Flying));
    let asked = fly_engine(engine(), same, ": 'abandon' enter 'bought one' enter");
    assert!(asked.frame.contains("Abandon the mission for good?"), "{}", asked.frame);
    assert!(asked.source.asked.lock().unwrap().is_empty(), "nothing is sent before the yes");
    let refused = fly_engine(engine(), same, ": 'abandon' enter 'bought one' enter n : 'abandon' enter");
    assert!(refused.frame.contains("bought one"), "{}", refused.frame);
    assert!(refused.source.asked.lock().unwrap().is_empty());
    let sent = fly_engine(engine(), same, ": 'abandon' enter 'bought one' enter y");
    let asked = sent.source.asked.lock().unwrap().clone();
    assert!(
        matches!(asked.as_slice(), [Command::Abandon { reason }] if reason.as_str() == "bought one"),
        "{asked:?}"
    );
    assert!(sent.frame.contains("the mission is abandoned"), "{}", sent.frame);
}

#[test]
fn a_finding_is_dismissed_put_off_or_mended_from_its_list_and_from_the_gate() {
    let decided = |record: Recording, keys: &str| {
        let sent = fly_engine(Engine::of(record), same, keys);
        let asked = sent.source.asked.lock().unwrap().clone();
        match asked.as_slice() {
            [Command::DecideFinding { decision }] => (decision.ruling.clone(), sent.frame),
            other => panic!("{other:?}\n{}", sent.frame),
        }
    };
    let flying = || sample(Moment::Flying);
    // The last of the list is one that was dismissed; the person may see it otherwise.
    let (ruling, frame) = decided(flying(), "I end x 'by design' enter");
    assert!(matches!(ruling, Ruling::Dismiss { reason } if reason.as_str() == "by design"), "{frame}");
    assert!(frame.contains("is dismissed"), "{frame}");
    let (ruling, frame) = decided(flying(), "I end u 'it can wait' enter");
    assert!(matches!(ruling, Ruling::Defer { reason, .. } if reason.as_str() == "it can wait"), "{frame}");
    let (ruling, frame) = decided(flying(), "I end f ' Soon.' enter");
    let Ruling::Feature { spec, .. } = ruling else { panic!("{ruling:?}") };
    assert!(
        spec.title.as_str().starts_with("Mend FND-") && spec.description.as_str().ends_with(" Soon."),
        "{frame}"
    );
    let (ruling, _) = decided(sample(Moment::MilestoneGate), "g end x 'by design' enter");
    assert!(matches!(ruling, Ruling::Dismiss { .. }));
    let refused = fly_engine(Engine::of(sample(Moment::MilestoneGate)), same, "g home x");
    assert!(refused.frame.contains("select a finding first"), "{}", refused.frame);
}

#[test]
fn the_persons_word_on_requirements_becomes_commands() {
    use flightdeck::domain::id::RequirementId;

    let mapped = fly(Moment::MilestoneGate, (120, 40), "t j j e backspace 1 enter");
    let asked = mapped.source.refused.lock().unwrap().clone();
    let [Command::MapAssertion { shows, .. }] = asked.as_slice() else {
        panic!("{asked:?}\n{}", mapped.frame)
    };
    assert_eq!(shows, &[RequirementId(1)]);
    let kept = fly(Moment::MilestoneGate, (120, 40), "t x");
    let asked = kept.source.refused.lock().unwrap().clone();
    let [Command::KeepRequirement { requirement }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(*requirement, RequirementId(1), "it was set aside, so the key takes it back");
    let refused = fly(Moment::MilestoneGate, (120, 40), "t e");
    assert!(refused.frame.contains("select an assertion first"), "{}", refused.frame);
}

#[test]
fn what_is_older_is_proven_again_from_its_gate_and_nothing_is_once_the_mission_is_over() {
    let proven = |keys: &str| {
        let asked = fly_engine(Engine::of(sample(Moment::MilestoneGate)), same, keys);
        let commands = asked.source.asked.lock().unwrap().clone();
        let [Command::ProveAgain { assertions }] = commands.as_slice() else { panic!("{}", asked.frame) };
        assertions.clone()
    };
    let asked = fly_engine(Engine::of(sample(Moment::MilestoneGate)), same, "g P");
    assert!(asked.source.asked.lock().unwrap().is_empty(), "it asks which: {}", asked.frame);
    assert!(asked.frame.contains("all that are older") && asked.frame.contains("cancel"), "{}", asked.frame);
    assert!(proven("g P enter").len() >= 2, "nothing older is selected, so that all are first");
    let one = sample(Moment::MilestoneGate).mission();
    let older = one.provable_again(one.assertions_at(one.default_gate()));
    let place = flightdeck::view::gate_items::assertions(&one, one.default_gate());
    let at = place.iter().position(|id| *id == older[0]).unwrap();
    let down = "j ".repeat(at);
    assert_eq!(proven(&format!("g {down}P enter")), [older[0].clone()], "the selected one comes first");
    assert_eq!(proven(&format!("g {down}v P enter")), [older[0].clone()], "and so beside its evidence");
    let row = flightdeck::view::contract::targets(&one).iter().position(|id| *id == older[0]).unwrap();
    assert_eq!(proven(&format!("3 {}P enter", "j ".repeat(row))), [older[0].clone()], "and in the contract");
    let cancelled = fly_engine(Engine::of(sample(Moment::MilestoneGate)), same, "g P end enter");
    assert!(cancelled.source.asked.lock().unwrap().is_empty(), "{}", cancelled.frame);
    let over = fly_engine(Engine::of(completed()), same, "g P");
    assert!(over.source.asked.lock().unwrap().is_empty(), "{}", over.frame);
    assert!(over.frame.contains("the mission is over: nothing of it can be changed"), "{}", over.frame);
    assert!(!over.frame.contains("P prove again"), "{}", over.frame);
}

#[test]
fn a_mission_that_is_over_offers_no_key_that_changes_it_and_refuses_each_at_once() {
    use flightdeck::tui::action::{Context, DEFAULTS};

    let keys = |place: Context| {
        let own = DEFAULTS
            .iter()
            .filter(move |(context, _, action)| *context == place && action.changes_the_mission());
        own.map(|(_, keys, action)| (keys.split(' ').next().unwrap(), *action))
    };
    for (opening, place) in [
        ("g", Context::Gate),
        ("g end v", Context::Evidence),
        ("I", Context::Findings),
        ("t", Context::Trace),
        ("W", Context::Workers),
        ("M", Context::Models),
        ("", Context::Main),
    ] {
        for (key, action) in keys(place) {
            let pressed = fly_engine(Engine::of(completed()), same, &format!("{opening} {key}"));
            let frame = &pressed.frame;
            assert!(frame.contains("the mission is over"), "{place:?} {key}: {frame}");
            assert!(pressed.source.asked.lock().unwrap().is_empty(), "{place:?} {key}: {frame}");
            assert!(!frame.contains(&format!(" {key} {}", action.hint())), "{place:?} {key}: {frame}");
        }
    }
    // Those that look are there still.
    let gate = fly_engine(Engine::of(completed()), same, "g").frame;
    assert!(gate.contains("d diff") && !gate.contains("e edit"), "{gate}");
    let more = fly_engine(Engine::of(completed()), same, "L n");
    assert!(!more.frame.contains("the mission is over"), "another mission may begin: {}", more.frame);
}

#[test]
fn a_gate_that_cannot_be_decided_is_refused_with_the_sign_of_trouble() {
    let flown = fly(Moment::Flying, (120, 40), "g y");
    assert!(flown.frame.contains("✗ the gate of M2 is not open"), "{}", flown.frame);
}
