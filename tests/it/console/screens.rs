//! The screens by keystrokes: what a person reads after what they pressed.

use flightdeck::domain::command::Command;
use flightdeck::domain::event::Event;
use flightdeck::domain::gate::{Decision, GateId};
use flightdeck::domain::id::MilestoneId;
use flightdeck::tui::ConsoleExit;
use flightdeck::tui::sample::{Moment, sample};

use super::harness::{fly, fly_on, inputs};

const LARGE: (u16, u16) = (160, 50);
const WIDE: (u16, u16) = (120, 40);
const NARROW: (u16, u16) = (80, 24);

#[test]
fn the_main_screen_answers_the_four_questions() {
    let frame = fly(Moment::Flying, WIDE, "").frame;
    assert!(frame.contains("▲ 1 needs you"), "does anything need me?\n{frame}");
    assert!(frame.contains("Worker #29 · F12"), "what is happening?\n{frame}");
    assert!(
        frame.contains("6/15 assertions · 5 not seen red · 1 waived · 2 failing"),
        "will it be right?\n{frame}"
    );
    assert!(frame.contains("of $25.00"), "what did it cost?\n{frame}");
    assert!(frame.contains("6/15 · 5 not seen red ─"), "beside the contract\n{frame}");
    let frame = fly(Moment::Flying, NARROW, "").frame;
    assert!(
        frame.contains("8/12 · 6/15 · 2 failing · 1 waived · 5 not seen red"),
        "where there is less room\n{frame}"
    );
}

#[test]
fn go_and_no_go_become_commands_and_a_refusal_is_told() {
    let go = fly(Moment::MilestoneGate, WIDE, "g y");
    let asked = go.source.refused.lock().unwrap().clone();
    let gate = GateId::Milestone(MilestoneId(2));
    assert_eq!(asked, [Command::DecideGate { gate, decision: Decision::Go { note: None } }]);
    assert!(go.frame.contains("this is a recording: a decision needs a live mission"), "{}", go.frame);

    let no = fly(Moment::MilestoneGate, WIDE, "g n 'Words are too stern' enter");
    let asked = no.source.refused.lock().unwrap().clone();
    let [Command::DecideGate { decision: Decision::NoGo { note }, .. }] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(note.as_str(), "Words are too stern");
}

#[test]
fn a_note_is_not_sent_empty_and_a_draft_comes_back() {
    let empty = fly(Moment::MilestoneGate, WIDE, "g n enter");
    assert!(empty.frame.contains("the text is empty"), "{}", empty.frame);
    assert!(empty.source.refused.lock().unwrap().is_empty());
    let again = fly(Moment::MilestoneGate, WIDE, "g n 'half a tho' esc n");
    assert!(again.frame.contains("half a tho"), "{}", again.frame);
}

#[test]
fn an_edit_tells_its_consequences_before_it_is_saved() {
    let flown = fly(Moment::Flying, WIDE, "3 e ' And the desk greets them.'");
    assert!(flown.frame.contains("revision 2 · 1 verdict goes stale"), "{}", flown.frame);
    let saved = fly(Moment::Flying, WIDE, "3 e ' And the desk greets them.' ctrl+s");
    let asked = saved.source.refused.lock().unwrap().clone();
    let [Command::EditAssertion { edit, base, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((base.0, edit.title.is_none(), edit.check.is_none()), (1, true, true));
    assert!(edit.statement.as_ref().unwrap().as_str().ends_with("greets them."));
}

#[test]
fn the_editor_takes_the_form_and_gives_it_back() {
    let flown = fly(Moment::Flying, WIDE, "3 e ctrl+g");
    assert!(flown.frame.contains("(edited)"), "{}", flown.frame);
}

#[test]
fn a_question_is_answered_by_its_number() {
    let flown = fly(Moment::Flying, WIDE, "a enter '2'");
    let asked = flown.source.refused.lock().unwrap().clone();
    let [Command::Answer { text, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(text.as_str(), "no, mend the three");
}

#[test]
fn queue_and_interrupt_are_two_keys() {
    use flightdeck::domain::message::Delivery;
    for (keys, wanted) in
        [("o 'stop that' enter", Delivery::Queue), ("o 'stop that' alt+enter", Delivery::Interrupt)]
    {
        let flown = fly(Moment::MilestoneGate, WIDE, keys);
        let asked = flown.source.refused.lock().unwrap().clone();
        let [Command::Say { delivery, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!(*delivery, wanted);
    }
}

#[test]
fn an_attempt_is_searched_and_its_handoff_read() {
    let found = fly(Moment::Flying, WIDE, "2 enter / 'no such user' enter").frame;
    assert!(
        found.contains("/ no such user") && found.contains("Search  no such user  in templates"),
        "{found}"
    );
    let unbound = fly(Moment::Flying, WIDE, "2 enter / 'no such user' enter 'QX'").frame;
    assert_eq!(found, unbound, "what is pressed afterwards is no part of it");
    assert!(
        found.contains("1 of ") && found.contains("cargo test login"),
        "what follows is in sight\n{found}"
    );
    let handoff = fly(Moment::Flying, WIDE, "1 home j j enter tab").frame;
    assert!(
        handoff.contains("The engine saw") && handoff.contains("tests/guestbook.rs · 6 cases"),
        "{handoff}"
    );
}

#[test]
fn the_diff_goes_from_file_to_file() {
    let frame = fly(Moment::Flying, WIDE, "d }").frame;
    assert!(frame.contains("+ fn refuses_wrong_password() {"), "{frame}");
}

#[test]
fn the_past_is_shown_and_left_again() {
    let past = fly(Moment::Flying, WIDE, "R home").frame;
    assert!(past.contains("mission created") && past.contains("No plan yet."), "{past}");
    let present = fly(Moment::Flying, WIDE, "R home esc").frame;
    assert_eq!(present, fly(Moment::Flying, WIDE, "").frame);
}

#[test]
fn hints_and_help_speak_of_the_keys_that_hold() {
    let help = ["?", "? pagedown"].map(|keys| fly(Moment::Flying, LARGE, keys).frame).concat();
    assert!(help.contains("every decision that waits for you"), "{help}");
    let gate = fly(Moment::Flying, NARROW, "g").frame;
    let foot = gate.lines().last().unwrap();
    assert!(
        foot.contains("Enter in full") && foot.ends_with("? help · Esc back"),
        "how to leave is never cut: {foot}"
    );
}

#[test]
fn leaving_and_another_mission_are_different_ends() {
    assert_eq!(fly(Moment::Flying, WIDE, "q").exit, ConsoleExit::Left);
    let titles = fly(Moment::Flying, WIDE, "").told.titles;
    assert_eq!(titles.last().unwrap(), "▲ 1 decision · guestbook · flightdeck");
}

#[test]
fn what_is_selected_is_copied() {
    let copied = fly(Moment::Flying, WIDE, "3 y").told.copied;
    assert!(copied[0].starts_with("VAL-AUTH-001 Login succeeds\n"), "{copied:?}");
}

#[test]
fn findings_tell_what_became_of_them() {
    let mended = fly(Moment::Flying, WIDE, "I enter").frame;
    assert!(mended.contains("F11 Say what is missing"), "{mended}");
}

#[test]
fn the_palette_names_the_verb_on_the_command_line() {
    let frame = fly(Moment::Flying, WIDE, ": 'waive'").frame;
    let line = frame.lines().find(|line| line.contains("let an assertion pass")).unwrap();
    assert!(line.contains("gate GATE waive ASSERTION") && line.contains(" w "), "{frame}");
}

#[test]
fn stats_tell_the_share_of_tests_and_the_forecast() {
    let frame = fly(Moment::Flying, WIDE, "S").frame;
    assert!(frame.contains("tests in the code") && frame.contains("added lines"), "{frame}");
    assert!(frame.contains("Forecast") && frame.contains("of $25.00"), "{frame}");
}

#[test]
fn the_worker_pane_shows_only_what_had_been_said_by_then() {
    let now = fly(Moment::Flying, LARGE, "").frame;
    let events = sample(Moment::Flying).events;
    let begins = |event: &Event| matches!(event, Event::AttemptStarted { attempt, .. } if attempt.0 == 4);
    let steps = events.iter().position(|stamped| begins(&stamped.event)).unwrap();
    let past = fly(Moment::Flying, WIDE, &format!("R home {}", "l ".repeat(steps))).frame;
    assert!(past.contains("Worker #4 · F2"), "{past}");
    assert!(now.contains("no such user"), "{now}");
    assert!(!past.contains("no such user"), "{past}");
}

#[test]
fn a_click_selects_in_the_list_of_a_screen() {
    use crossterm::event::{Event as Input, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let recording = sample(Moment::Flying);
    let now = recording.mission().updated;
    let kind = MouseEventKind::Down(MouseButton::Left);
    // The third row, below the header, the border and the head of the list.
    let click = Input::Mouse(MouseEvent { kind, column: 20, row: 8, modifiers: KeyModifiers::NONE });
    let events = [inputs("W"), vec![click], inputs("enter")].concat();
    let clicked = fly_on(recording, now, WIDE, events).frame;
    assert_eq!(clicked, fly(Moment::Flying, WIDE, "W j j enter").frame);
}

#[test]
fn where_pages_are_the_details_the_selection_stays() {
    let [fresh, paged] = ["g home", "g home pagedown"].map(|keys| fly(Moment::PlanGate, WIDE, keys).frame);
    assert_eq!(fresh, paged, "the detail fits, and the selection is not what PgDn moves here");
}

#[test]
fn what_does_not_fit_is_read_page_by_page() {
    let [top, next, back] =
        ["?", "? pagedown", "? pagedown pageup"].map(|keys| fly(Moment::Flying, NARROW, keys).frame);
    assert!(top.contains("the keys of this screen") || top.contains("This screen"), "{top}");
    assert_ne!(top, next);
    assert_eq!(top, back);
}

#[test]
fn what_has_no_room_beside_a_gate_opens_in_full() {
    let frame = fly(Moment::PlanGate, NARROW, "g home enter").frame;
    assert!(frame.contains("In full") && frame.contains("What you asked for"), "{frame}");
    let frame = fly(Moment::PlanGate, NARROW, "g home j j enter").frame;
    assert!(frame.contains("In full") && frame.contains("How it is checked"), "{frame}");
    let back = fly(Moment::PlanGate, NARROW, "g home enter enter").frame;
    assert!(!back.contains("In full") && back.contains("The plan gate"), "{back}");
}
