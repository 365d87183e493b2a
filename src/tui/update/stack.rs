//! The stack of screens: who has the keys, and what becomes of a screen after its turn.

use crossterm::event::KeyEvent;

use crate::link::protocol::Reply;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::effect::{Effect, Errand};
use crate::tui::popup::{Popup, PopupResult, Show, StackAction};
use crate::tui::source::SourceError;

use super::{keys, say};

/// More screens than anybody opens on purpose.
const DEEPEST: usize = 12;

/// Puts a screen on the stack. One that is there already is brought up instead of opened twice.
pub fn open(app: &mut App, mut popup: Box<dyn Popup>) -> Vec<Effect> {
    if app.screens.len() >= DEEPEST {
        say(app, Tone::Trouble, "too many screens are open: Esc goes back");
        return Vec::new();
    }
    let turn = popup.opened(app);
    app.screens.push(popup);
    app.wipe_toast();
    settle(app, turn)
}

/// Lets the uppermost screen do an action; `None` when it passes, or there is none.
pub fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let mut screen = app.screens.pop()?;
    let turn = screen.act(app, action);
    app.screens.push(screen);
    if matches!(turn.then, StackAction::Pass) { None } else { Some(settle(app, turn)) }
}

/// Gives the uppermost screen a key.
pub fn typed(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    uppermost(app, |screen, app| screen.typed(app, key))
}

/// Gives the uppermost screen pasted text.
pub fn pasted(app: &mut App, text: &str) -> Vec<Effect> {
    uppermost(app, |screen, app| screen.pasted(app, text))
}

/// Gives the uppermost screen what its editor saved.
pub fn edited(app: &mut App, text: &str) -> Vec<Effect> {
    uppermost(app, |screen, app| screen.edited(app, text))
}

/// Gives the uppermost screen a click.
pub fn clicked(app: &mut App, column: u16, row: u16) -> Vec<Effect> {
    uppermost(app, |screen, app| {
        let area = screen.area(app);
        screen.clicked(app, area, column, row)
    })
}

fn uppermost(app: &mut App, give: impl FnOnce(&mut dyn Popup, &App) -> PopupResult) -> Vec<Effect> {
    let Some(mut screen) = app.screens.pop() else { return Vec::new() };
    let turn = give(screen.as_mut(), app);
    app.screens.push(screen);
    settle(app, turn)
}

/// Tells every screen what came of a call.
pub fn answered(app: &mut App, errand: &Errand, result: &Result<Reply, SourceError>) -> Vec<Effect> {
    everybody(app, |screen, app| screen.answered(app, errand, result))
}

/// Tells every screen that time went on or the mission changed.
pub fn refresh(app: &mut App) -> Vec<Effect> {
    everybody(app, |screen, app| screen.refreshed(app))
}

/// Screens that answer to news may only close themselves or ask; what they open goes on top.
fn everybody(app: &mut App, mut tell: impl FnMut(&mut dyn Popup, &App) -> PopupResult) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut opened: Vec<Box<dyn Popup>> = Vec::new();
    for mut screen in std::mem::take(&mut app.screens) {
        let turn = tell(screen.as_mut(), app);
        effects.extend(turn.effects);
        keep_draft(app, turn.draft);
        effects.extend(show(app, turn.show));
        if let Some(sentence) = turn.say {
            say(app, turn.tone, sentence);
        }
        match turn.then {
            StackAction::Close => {}
            StackAction::Stash => app.stash = Some(screen),
            StackAction::Swap(other) => app.screens.push(other),
            StackAction::Open(other) => {
                app.screens.push(screen);
                opened.push(other);
            }
            StackAction::Stay | StackAction::Pass | StackAction::Perform(_) => app.screens.push(screen),
        }
    }
    for screen in opened {
        effects.extend(open(app, screen));
    }
    effects
}

/// Does what a screen's turn asks of the stack.
pub fn settle(app: &mut App, turn: PopupResult) -> Vec<Effect> {
    let mut effects = turn.effects;
    keep_draft(app, turn.draft);
    effects.extend(show(app, turn.show));
    match turn.then {
        StackAction::Stay | StackAction::Pass => {}
        StackAction::Close => {
            app.screens.pop();
        }
        StackAction::Stash => app.stash = app.screens.pop(),
        StackAction::Open(screen) => effects.extend(open(app, screen)),
        StackAction::Swap(screen) => {
            app.screens.pop();
            effects.extend(open(app, screen));
        }
        StackAction::Perform(action) => {
            app.screens.pop();
            effects.extend(keys::perform(app, action));
        }
    }
    if let Some(sentence) = turn.say {
        say(app, turn.tone, sentence);
    }
    effects
}

fn keep_draft(app: &mut App, draft: Option<(String, Option<String>)>) {
    match draft {
        Some((name, Some(text))) => {
            app.drafts.insert(name, text);
        }
        Some((name, None)) => {
            app.drafts.remove(&name);
        }
        None => {}
    }
}

/// Shows another moment. The present is kept and goes on unseen while the past is shown.
fn show(app: &mut App, show: Show) -> Vec<Effect> {
    match show {
        Show::AsBefore => return Vec::new(),
        Show::Past(past, then) => {
            let shown = std::mem::replace(&mut app.mission, *past);
            app.present.get_or_insert_with(|| Box::new(shown));
            app.now = then;
        }
        Show::Later(then) if app.present.is_some() => app.now = then,
        Show::Later(_) => {}
        Show::Present => {
            if let Some(present) = app.present.take() {
                app.mission = *present;
            }
            app.now = app.clock;
        }
    }
    super::main_screen::keep_in_sight(app);
    let mut effects = super::watch(app);
    effects.extend(super::time_travel::look(app));
    effects
}
