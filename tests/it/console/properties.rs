//! What must hold for every key, every size and every order of drawing.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use flightdeck::tui::action::Action;
use flightdeck::tui::app::{App, Tone};
use flightdeck::tui::effect::Effect;
use flightdeck::tui::msg::Msg;
use flightdeck::tui::pane::draw;
use flightdeck::tui::popup::palette::offered;
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::Source;
use flightdeck::tui::update::{start, update};
use flightdeck::view::glyph::Charset;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::harness::{blank, inputs, text_of};

/// Carries effects out at once, against the record.
fn carry_out(app: &mut App, recording: &Recording, effects: Vec<Effect>) {
    update_all(app, recording, effects);
}

/// Carries effects out, and returns those that are for the terminal.
fn update_all(app: &mut App, recording: &Recording, effects: Vec<Effect>) -> Vec<Effect> {
    let mut left = effects;
    let mut rest = Vec::new();
    while let Some(effect) = left.pop() {
        if let Effect::Ask { call, ticket } = effect {
            let result = Box::new(futures::executor::block_on(recording.call(call)));
            left.extend(update(app, Msg::Answer { ticket, result }));
        } else {
            rest.push(effect);
        }
    }
    rest
}

fn send(app: &mut App, recording: &Recording, event: Event) {
    let effects = update(app, Msg::Input(event));
    carry_out(app, recording, effects);
}

fn aboard(moment: Moment, size: (u16, u16)) -> (App, Recording) {
    let recording = sample(moment);
    let mut app = blank(size, recording.mission().updated);
    let effects = start(&mut app);
    carry_out(&mut app, &recording, effects);
    (app, recording)
}

fn frame(app: &App) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    terminal.draw(|frame| draw(app, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn any_input() -> impl Strategy<Value = Event> {
    let letters =
        prop::sample::select("adegonwxyzpfFkjhlqGWMSLRBT:?/[]{}+-1234 ".chars().collect::<Vec<_>>());
    let codes = prop_oneof![
        6 => letters.prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down, KeyCode::Left,
            KeyCode::Right, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete,
        ]),
    ];
    let held = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
        KeyModifiers::SHIFT,
    ]);
    let mouse = (
        0_u16..130,
        0_u16..50,
        prop::sample::select(vec![
            MouseEventKind::Down(MouseButton::Left),
            MouseEventKind::ScrollUp,
            MouseEventKind::ScrollDown,
        ]),
    )
        .prop_map(|(column, row, kind)| {
            Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
        });
    prop_oneof![
        12 => (codes, held).prop_map(|(code, held)| Event::Key(KeyEvent::new(code, held))),
        2 => mouse,
        2 => (0_u16..140, 0_u16..50).prop_map(|(width, height)| Event::Resize(width, height)),
        1 => "\\PC{0,40}".prop_map(Event::Paste),
    ]
}

fn any_moment() -> impl Strategy<Value = Moment> {
    prop::sample::select(vec![Moment::PlanGate, Moment::Flying, Moment::MilestoneGate])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_key_and_no_size_makes_it_panic_and_drawing_changes_nothing(
        moment in any_moment(),
        inputs in prop::collection::vec(any_input(), 1..50),
    ) {
        let (mut drawn, recording) = aboard(moment, (120, 40));
        let (mut undrawn, other) = aboard(moment, (120, 40));
        for input in inputs {
            send(&mut drawn, &recording, input.clone());
            frame(&drawn);
            send(&mut undrawn, &other, input);
        }
        prop_assert_eq!(frame(&drawn), frame(&undrawn));
        prop_assert_eq!(drawn.screens.len(), undrawn.screens.len());
        prop_assert_eq!(format!("{:?}", drawn.scroll), format!("{:?}", undrawn.scroll));
    }

    #[test]
    fn borders_stand_whatever_an_agent_writes(text in "(\\PC|\u{1b}|\t|\u{202e}|日|👩‍🚀|e\u{301}|م){0,300}") {
        use flightdeck::domain::transcript::{Entry, EntryBody};
        use flightdeck::link::protocol::{Notice};
        use flightdeck::tui::source::SourceEvent;
        let (mut app, recording) = aboard(Moment::Flying, (120, 40));
        let attempt = app.watched().unwrap();
        let entry = Entry { number: 9_000, at: app.now, body: EntryBody::Said { text } };
        let effects = update(&mut app, Msg::SourceEvent(SourceEvent::Notice(Box::new(Notice::Entry { attempt, entry }))));
        carry_out(&mut app, &recording, effects);
        let buffer = frame(&app);
        for y in 4..20 {
            prop_assert_eq!(buffer[(119, y)].symbol(), "│", "line {}", y);
            prop_assert!(["│", "├", "┤", "┼"].contains(&buffer[(47, y)].symbol()), "line {} has {:?}", y, buffer[(47, y)].symbol());
        }
        for cell in buffer.content() {
            prop_assert!(!cell.symbol().chars().any(char::is_control));
        }
    }
}

#[test]
fn without_utf8_every_screen_and_every_word_beside_it_is_ascii() {
    let size = (120, 40);
    for moment in [Moment::PlanGate, Moment::Flying, Moment::MilestoneGate] {
        for action in Action::ALL {
            let recording = sample(moment);
            let mut app = blank(size, recording.mission().updated);
            app.look.charset = Charset::Ascii;
            app.looks_elsewhere = true;
            let attached = {
                let effects = start(&mut app);
                update_all(&mut app, &recording, effects)
            };
            send(&mut app, &recording, Event::Paste("日本 → ✓".to_owned()));
            for c in ":".chars().chain(action.name().chars()) {
                send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            }
            send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
            send(&mut app, &recording, Event::Paste("日本 → ✓ | ok".to_owned()));
            for cell in frame(&app).content() {
                assert!(cell.symbol().is_ascii(), "{action:?} at {moment:?} shows {}", cell.symbol());
            }
            let told = attached.iter().filter_map(|effect| match effect {
                Effect::Announce { title, .. } => Some(title),
                Effect::Notify(sentence) => Some(sentence),
                _ => None,
            });
            let told: Vec<&String> = told.collect();
            assert!(told.len() > 1 && told.iter().all(|text| text.is_ascii()), "{told:?}");
        }
    }
}

#[test]
fn every_screen_can_be_left_with_esc_and_every_action_does_something_or_nothing() {
    for moment in [Moment::PlanGate, Moment::Flying, Moment::MilestoneGate] {
        for action in Action::ALL {
            let (mut app, recording) = aboard(moment, (120, 40));
            for c in ":".chars() {
                send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            }
            for c in action.name().chars() {
                send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            }
            send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
            frame(&app);
            for _ in 0..3 {
                send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
            }
            assert!(app.screens.is_empty(), "{action:?} leaves {:?}", app.screens);
            assert!(app.present.is_none(), "{action:?} leaves the past on the screen");
        }
    }
}

#[test]
fn every_command_of_the_palette_does_something() {
    let actions = offered(&aboard(Moment::Flying, (120, 40)).0.places());
    assert!(!actions.contains(&Action::Faster) && actions.contains(&Action::Land));
    for action in actions.into_iter().filter(|action| *action != Action::PanePlan) {
        let (mut app, recording) = aboard(Moment::Flying, (120, 40));
        let before = frame(&app);
        for c in ":".chars().chain(action.name().chars()) {
            send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        let enter = Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
        let effects = update(&mut app, Msg::Input(enter));
        assert!(!effects.is_empty() || frame(&app) != before, "{action:?} does nothing");
        assert!(
            app.toast.as_ref().is_none_or(|toast| toast.tone != Tone::Trouble),
            "{action:?} {:?}",
            app.toast
        );
    }
}

#[test]
fn the_smallest_and_the_largest_terminal_are_drawn() {
    for size in [(1, 1), (2, 1), (1, 9), (59, 15), (60, 16), (400, 120)] {
        for keys in ["", "g", "o", "3e", "d", "S", "R", "W", "?", ":"] {
            let (mut app, recording) = aboard(Moment::Flying, size);
            for c in keys.chars() {
                send(&mut app, &recording, Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            }
            assert_eq!(frame(&app).area.width, size.0);
        }
    }
}

#[test]
fn a_gate_keeps_what_is_selected_when_its_list_is_sorted_anew() {
    use flightdeck::domain::event::{Actor, Event as Fact, Stamped};
    use flightdeck::domain::id::{AssertionId, Revision};
    use flightdeck::link::protocol::Notice;
    use flightdeck::tui::source::SourceEvent;
    let (mut app, recording) = aboard(Moment::MilestoneGate, (120, 40));
    for key in inputs("g j j") {
        send(&mut app, &recording, key);
    }
    let before = text_of(&frame(&app));
    assert!(before.contains("VAL-AUTH-002 Wrong password is refused"), "{before}");

    // A later assertion becomes stale, and so comes to stand before the one that is looked at.
    let id: AssertionId = "VAL-AUTH-005".parse().unwrap();
    let wording = Box::new(app.mission.contract[&id].wording.clone());
    let event = Fact::AssertionEdited { assertion: id, revision: Revision(2), wording };
    let stamped = Stamped { seq: app.mission.seq + 1, at: app.now, actor: Actor::Person, event };
    let effects =
        update(&mut app, Msg::SourceEvent(SourceEvent::Notice(Box::new(Notice::Event(Box::new(stamped))))));
    carry_out(&mut app, &recording, effects);
    let after = text_of(&frame(&app));
    assert!(after.contains("≈ AUTH-005"), "{after}");
    assert!(after.contains("VAL-AUTH-002 Wrong password is refused"), "{after}");
    let evidence = |screen: &str| screen.lines().find_map(|line| line.split("ev_").nth(1).map(str::to_owned));
    assert_eq!(evidence(&before), evidence(&after));
}
