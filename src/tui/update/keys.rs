//! Keys: the keymap says which action they are, the uppermost screen does it, or the main screen, or everybody.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::command::Command;
use crate::tui::action::{Action, Context};
use crate::tui::app::{App, Link, Tone};
use crate::tui::effect::Effect;
use crate::tui::key::Chord;
use crate::tui::options::ConsoleExit;
use crate::tui::popup::base::UserInput;
use crate::tui::popup::drafts::DraftsScreen;
use crate::tui::popup::help::Help;
use crate::tui::popup::palette::Palette;
use crate::tui::theme::{BUILT_IN, Theme};

use super::requests::order;
use super::{main_screen, say, stack};

/// Takes a key.
pub fn take(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let chord = Chord::from(key);
    if let Some(action) = app.keymap.route(&app.places(), chord) {
        return perform(app, action);
    }
    // A console that types must still be left with the keys everybody knows.
    match (key.code, key.modifiers) {
        (KeyCode::Char('c'), KeyModifiers::CONTROL) => leave(app),
        (KeyCode::Char('l'), KeyModifiers::CONTROL) => vec![Effect::Redraw],
        _ => stack::give(app, UserInput::Key(key)),
    }
}

/// Does an action, wherever it came from: a key, the palette, a click.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    let place = app.places().first().copied().unwrap_or(Context::Global);
    if action.changes_the_mission() && app.is_over_in(place) {
        say(app, Tone::Trouble, "the mission is over: nothing of it can be changed any more");
        return Vec::new();
    }
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
        Action::Quit => leave(app),
        Action::Redraw => vec![Effect::Redraw],
        Action::Theme => next_theme(app),
        Action::Help => stack::open(app, Box::new(Help::new(app))),
        Action::Palette => stack::open(app, Box::new(Palette::new(app))),
        Action::Pause => pause(app),
        Action::Retry => resume(app),
        Action::Evidence | Action::Recording => evidence(app, action),
        _ => {
            if let Some(stashed) = app.stash.take_if(|_| action == Action::Editor) {
                return Some(stack::reopen(app, stashed));
            }
            let screen = crate::tui::popup::anywhere(app, action)?;
            stack::open(app, screen)
        }
    })
}

/// Shows what proves or disproves what is selected.
fn evidence(app: &mut App, action: Action) -> Vec<Effect> {
    match crate::tui::popup::proof::screen(app, action) {
        Ok(screen) => stack::open(app, screen),
        Err(why) => {
            say(app, Tone::Done, why);
            Vec::new()
        }
    }
}

/// Leaves the console. What was begun is named first.
fn leave(app: &mut App) -> Vec<Effect> {
    stack::harvest(app);
    if app.drafts.is_empty() || app.link == Link::Recorded || stack::is_full(app) {
        return vec![Effect::Exit(ConsoleExit::Left)];
    }
    stack::open(app, Box::new(DraftsScreen::leaving()))
}

/// Pauses the mission, or lets it go on.
fn pause(app: &mut App) -> Vec<Effect> {
    if app.mission.hold.is_some() {
        resume(app)
    } else {
        order(app, Command::Pause, "paused: running agents finish their turn")
    }
}

/// Lets the mission go on; work that failed too often is tried again.
fn resume(app: &mut App) -> Vec<Effect> {
    order(app, Command::Resume, "the mission goes on")
}

/// Switches to the next built-in theme.
fn next_theme(app: &mut App) -> Vec<Effect> {
    let at = BUILT_IN.iter().position(|(name, _)| *name == app.look.theme).map_or(0, |at| at + 1);
    let Some((name, _)) = BUILT_IN.get(at % BUILT_IN.len()) else { return Vec::new() };
    if let Ok(styles) = Theme::built_in(name).and_then(|theme| theme.styles(app.look.depth)) {
        (*name).clone_into(&mut app.look.theme);
        app.look.styles = styles;
        say(app, Tone::Done, format!("theme {name}"));
    }
    Vec::new()
}
