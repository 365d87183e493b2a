//! Answers go to the screen that asked, whenever they come and whatever else is open.

use flightdeck::domain::diff::{DiffDoc, DiffScope};
use flightdeck::link::protocol::{Call, Reply};
use flightdeck::tui::app::App;
use flightdeck::tui::effect::Effect;
use flightdeck::tui::msg::Msg;
use flightdeck::tui::pane::draw;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::{Source, SourceError};
use flightdeck::tui::ticket::Ticket;
use flightdeck::tui::update::{start, update};
use pretty_assertions::assert_eq;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::harness::{blank, inputs, text_of};

/// The sample at a gate, attached; everything it asked is answered.
fn attached() -> App {
    let recording = sample(Moment::MilestoneGate);
    let mut app = blank((120, 40), recording.mission().updated);
    let mut left = start(&mut app);
    while let Some(effect) = left.pop() {
        if let Effect::Ask { ticket, call } = effect {
            let result = Box::new(futures::executor::block_on(recording.call(call)));
            left.extend(update(&mut app, Msg::Answer { ticket, result }));
        }
    }
    app
}

/// Presses keys, and returns what was asked without an answer.
fn press(app: &mut App, keys: &str) -> Vec<(Ticket, Call)> {
    let effects = inputs(keys).into_iter().flat_map(|input| update(app, Msg::Input(input)));
    let asked = effects.filter_map(|effect| match effect {
        Effect::Ask { ticket, call } => Some((ticket, call)),
        _ => None,
    });
    asked.collect()
}

fn answer(app: &mut App, ticket: Ticket, result: Result<Reply, SourceError>) -> Vec<Effect> {
    update(app, Msg::Answer { ticket, result: Box::new(result) })
}

fn frame(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    terminal.draw(|frame| draw(app, frame)).unwrap();
    text_of(terminal.backend().buffer())
}

fn diff_of(path: &str) -> Reply {
    let (_, mut diff): (DiffScope, DiffDoc) = sample(Moment::Flying).diffs.into_iter().next().unwrap();
    diff.files.truncate(1);
    path.clone_into(&mut diff.files[0].path);
    Reply::Diff { diff }
}

fn of_diffs(asked: Vec<(Ticket, Call)>) -> Vec<Ticket> {
    asked
        .into_iter()
        .filter(|(_, call)| matches!(call, Call::Diff { .. }))
        .map(|(ticket, _)| ticket)
        .collect()
}

#[test]
fn two_screens_that_ask_the_same_each_get_their_own_answer() {
    let mut app = attached();
    // The diff of the milestone from its gate, the gate again over it, and the same diff once more.
    let tickets = of_diffs(press(&mut app, "g d g d"));
    let [lower, upper] = tickets[..] else { panic!("{tickets:?}") };
    answer(&mut app, upper, Ok(diff_of("upper.rs")));
    answer(&mut app, lower, Ok(diff_of("lower.rs")));
    let shown = frame(&app);
    assert!(shown.contains("upper.rs") && !shown.contains("lower.rs"), "{shown}");
    press(&mut app, "esc esc");
    let shown = frame(&app);
    assert!(shown.contains("lower.rs") && !shown.contains("upper.rs"), "{shown}");
}

#[test]
fn a_late_answer_of_a_closed_screen_changes_nothing() {
    let mut app = attached();
    let tickets = of_diffs(press(&mut app, "g d esc d"));
    let [closed, open] = tickets[..] else { panic!("{tickets:?}") };
    let before = frame(&app);
    let effects = answer(&mut app, closed, Ok(diff_of("late.rs")));
    assert!(effects.is_empty() && frame(&app) == before, "{}", frame(&app));
    let effects = answer(&mut app, closed, Err(SourceError::Refused("twice".into())));
    assert!(effects.is_empty() && frame(&app) == before, "{}", frame(&app));
    answer(&mut app, open, Ok(diff_of("here.rs")));
    assert!(frame(&app).contains("here.rs"));
}

#[test]
fn a_refusal_is_said_even_when_the_screen_that_sent_the_command_is_closed() {
    let mut app = attached();
    let asked = press(&mut app, "g n 'Too stern' enter esc");
    let (ticket, _) = asked.into_iter().find(|(_, call)| matches!(call, Call::Command { .. })).unwrap();
    answer(&mut app, ticket, Err(SourceError::Refused("the mission is over".into())));
    assert!(frame(&app).contains("✗ the mission is over"), "{}", frame(&app));
}

#[test]
fn a_prompt_waits_for_the_answer_to_its_own_command() {
    let mut app = attached();
    let [(pause, _)] = press(&mut app, "p")[..] else { panic!("one command") };
    let asked = press(&mut app, "B 'Be brief' enter");
    let [(broadcast, _)] = asked[..] else { panic!("{asked:?}") };
    answer(&mut app, pause, Ok(Reply::Accepted { seq: 1 }));
    assert!(frame(&app).contains("Be brief"), "the prompt is open: {}", frame(&app));
    answer(&mut app, broadcast, Ok(Reply::Accepted { seq: 2 }));
    assert_eq!(app.screens.len(), 0);
}

#[test]
fn a_contract_that_is_kept_for_later_learns_what_became_of_what_was_sent() {
    let mut app = attached();
    press(&mut app, "E");
    let text = {
        let text = flightdeck::domain::document::write_contract(&app.mission);
        let end = text.find("## VAL-FILE-002").unwrap();
        text[..end].replacen("Check:", "And at once.\n\nCheck:", 1)
    };
    update(&mut app, Msg::Edited(Ok(text)));
    let sent = press(&mut app, "enter");
    let [(first, _)] = sent[..] else { panic!("one after another: {sent:?}") };
    assert_eq!(press(&mut app, "esc").len(), 0);
    let effects = answer(&mut app, first, Ok(Reply::Accepted { seq: 1 }));
    assert!(effects.is_empty(), "nothing more is sent while it is kept: {effects:?}");
    press(&mut app, "E");
    let shown = frame(&app);
    assert!(shown.contains("is worded anew") && shown.contains("done"), "{shown}");
}
