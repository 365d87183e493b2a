//! Keys: the keymap says which action they are, the uppermost screen does it, or the main screen, or everybody.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::key::Chord;
use crate::tui::options::ConsoleExit;
use crate::tui::popup::help::Help;
use crate::tui::popup::palette::Palette;

use super::{global_actions, main_screen, stack};

/// Takes a key.
pub fn take(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let chord = Chord::from(key);
    if let Some(action) = app.keymap.route(&app.places(), chord) {
        return perform(app, action);
    }
    // A console that types must still be left with the keys everybody knows.
    match (key.code, key.modifiers) {
        (KeyCode::Char('c'), KeyModifiers::CONTROL) => vec![Effect::Exit(ConsoleExit::Left)],
        (KeyCode::Char('l'), KeyModifiers::CONTROL) => vec![Effect::Redraw],
        _ => stack::typed(app, key),
    }
}

/// Does an action, wherever it came from: a key, the palette, a click.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    if let Some(effects) = stack::act(app, action) {
        return effects;
    }
    if let Some(effects) = global(app, action) {
        return effects;
    }
    if app.screens.is_empty() { main_screen::act(app, action) } else { Vec::new() }
}

fn global(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    Some(match action {
        Action::Back => {
            if app.screens.pop().is_none() {
                main_screen::back(app);
            }
            Vec::new()
        }
        Action::Quit => vec![Effect::Exit(ConsoleExit::Left)],
        Action::Redraw => vec![Effect::Redraw],
        Action::Theme => global_actions::next_theme(app),
        Action::Help => stack::open(app, Box::new(Help::new(app))),
        Action::Palette => stack::open(app, Box::new(Palette::new(app))),
        Action::Pause => global_actions::pause(app),
        Action::Retry => global_actions::resume(app),
        _ => {
            if let Some(stashed) = app.stash.take_if(|_| action == Action::Editor) {
                return Some(stack::reopen(app, stashed));
            }
            let screen = crate::tui::popup::anywhere(app, action)?;
            stack::open(app, screen)
        }
    })
}
