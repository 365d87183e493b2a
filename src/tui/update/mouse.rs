//! The mouse: a click gives the keys and selects, the wheel scrolls what it is over.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::focus::Pane;
use crate::tui::layout::{Shape, inside};
use crate::tui::list::SelectionStep;
use crate::tui::popup::base::UserInput;

use super::{keys, main_screen, stack};

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

/// Takes a mouse event.
pub fn take(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) if app.screens.is_empty() => {
            click(app, event.column, event.row)
        }
        MouseEventKind::Down(MouseButton::Left) => {
            stack::give(app, UserInput::Clicked((event.column, event.row).into()))
        }
        MouseEventKind::ScrollUp => wheel(app, event, -NOTCH),
        MouseEventKind::ScrollDown => wheel(app, event, NOTCH),
        _ => Vec::new(),
    }
}

fn click(app: &mut App, column: u16, row: u16) -> Vec<Effect> {
    let areas = app.areas();
    if areas.call.contains((column, row).into()) {
        return keys::perform(app, Action::Attention);
    }
    if areas.shape == Shape::Narrow && areas.tabs.contains((column, row).into()) {
        if let Some(pane) = crate::tui::pane::tab_at(areas.tabs, column) {
            main_screen::focus(app, pane);
        }
        return Vec::new();
    }
    let Some(pane) = areas.pane_at(column, row) else { return Vec::new() };
    let had_keys = app.focus == pane;
    main_screen::focus(app, pane);
    let area = inside(areas.of(pane));
    if !area.contains((column, row).into()) || pane == Pane::Worker {
        return Vec::new();
    }
    let (len, height) = (main_screen::len(app, pane), main_screen::height(app, pane));
    let list = app.list(pane);
    let clicked = list.top + usize::from(row - area.y);
    // A second click on the selected row opens it.
    if had_keys && clicked == list.selected && clicked < len {
        return keys::perform(app, Action::Open);
    }
    app.lists[pane.index()].select(clicked, len, height);
    Vec::new()
}

fn wheel(app: &mut App, event: MouseEvent, lines: isize) -> Vec<Effect> {
    if !app.screens.is_empty() {
        let action = if lines < 0 { Action::Up } else { Action::Down };
        return (0..lines.unsigned_abs()).flat_map(|_| stack::act(app, action).unwrap_or_default()).collect();
    }
    let areas = app.areas();
    let Some(pane) = areas.pane_at(event.column, event.row) else { return Vec::new() };
    if pane == Pane::Worker {
        return main_screen::scroll_worker(app, SelectionStep::By(lines));
    }
    let (len, height) = (main_screen::len(app, pane), main_screen::height(app, pane));
    app.lists[pane.index()].scroll(lines, len, height);
    Vec::new()
}
