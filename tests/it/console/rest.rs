//! A console that nothing happens to is at rest: it draws nothing.

use crossterm::event::{Event, MouseEvent, MouseEventKind};
use flightdeck::tui::sample::Moment;
use pretty_assertions::assert_eq;

use super::harness::{frames_after, inputs};

const USUAL: (u16, u16) = (120, 40);

#[test]
fn what_changes_nothing_on_the_screen_draws_nothing() {
    let moved = MouseEvent {
        kind: MouseEventKind::Moved,
        column: 30,
        row: 9,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    let idle = [Event::FocusLost, Event::FocusGained, Event::Mouse(moved), Event::Resize(USUAL.0, USUAL.1)];
    for moment in [Moment::PlanGate, Moment::Flying, Moment::MilestoneGate] {
        assert_eq!(frames_after(moment, USUAL, idle.to_vec()), 0, "{moment:?}");
    }
}

#[test]
fn what_changes_something_draws() {
    assert!(frames_after(Moment::PlanGate, USUAL, inputs("?")) > 0);
}
