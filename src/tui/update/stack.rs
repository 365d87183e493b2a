//! The stack of screens: which has the keys, and what happens to a screen after its turn.

use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::{App, Screen, Tone};
use crate::tui::effect::Effect;
use crate::tui::host::{HostCall, HostReply};
use crate::tui::popup::base::{self, UserInput};
use crate::tui::popup::{Place, Popup, PopupResult, Show, StackAction};
use crate::tui::source::SourceError;
use crate::tui::ticket::{Asker, ScreenId};

use super::{keys, requests, say};

/// More screens than anybody opens on purpose.
const DEEPEST: usize = 12;

/// Puts a screen on the stack.
pub fn open(app: &mut App, popup: Box<dyn Popup>) -> Vec<Effect> {
    let screen = Screen::new(app.tickets.screen(), popup);
    reopen(app, screen)
}

/// Puts a screen on the stack that may have been there before: answers to what it asked then still reach it.
pub fn reopen(app: &mut App, mut screen: Screen) -> Vec<Effect> {
    if is_full(app) {
        say(app, Tone::Trouble, "too many screens are open: Esc goes back");
        return Vec::new();
    }
    let result = screen.popup.opened(app, &mut screen.at);
    app.wipe_toast();
    settle(app, app.screens.len(), screen, result)
}

/// Whether no other screen can be opened.
pub fn is_full(app: &App) -> bool {
    app.screens.len() >= DEEPEST
}

/// Lets the uppermost screen do an action; `None` when it passes, or there is none.
pub fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let mut screen = app.screens.pop()?;
    let result = base::act(screen.popup.as_mut(), app, &mut screen.at, action);
    let passed = matches!(result.then, StackAction::Pass);
    let effects = settle(app, app.screens.len(), screen, result);
    (!passed).then_some(effects)
}

/// Gives the uppermost screen an input that is no action.
pub fn give(app: &mut App, input: UserInput<'_>) -> Vec<Effect> {
    let Some(top) = app.screens.len().checked_sub(1) else { return Vec::new() };
    turn(app, top, |popup, at, app| base::take(popup, app, at, input))
}

/// Gives one screen the answer to its request; `None` when it has been closed.
pub fn answered(
    app: &mut App,
    id: ScreenId,
    call: &Call,
    result: &Result<Reply, SourceError>,
) -> Option<Vec<Effect>> {
    if let Some(place) = app.screens.iter().position(|screen| screen.id == id) {
        return Some(turn(app, place, |popup, at, app| popup.answered(app, at, call, result)));
    }
    // A screen that is kept for later learns what became of its requests; it asks nothing more meanwhile.
    let mut stash = app.stash.take_if(|screen| screen.id == id)?;
    stash.popup.answered(app, &mut stash.at, call, result);
    if let Some(change) = stash.popup.unsent() {
        app.drafts.apply(change, app.clock);
    }
    app.stash = Some(stash);
    Some(Vec::new())
}

/// Gives one screen the machine's answer, where it is still open.
pub fn served(app: &mut App, id: ScreenId, call: &HostCall, reply: &HostReply) -> Vec<Effect> {
    let place = app.screens.iter().position(|screen| screen.id == id);
    place
        .map(|place| turn(app, place, |popup, at, app| popup.served(app, at, call, reply)))
        .unwrap_or_default()
}

/// Opens the screens that stood there before anything had happened.
pub fn arrive(app: &mut App) -> Vec<Effect> {
    let places = 0..app.screens.len();
    places.flat_map(|place| turn(app, place, |popup, at, app| popup.opened(app, at))).collect()
}

/// Refreshes every screen: time went on, or the mission changed.
pub fn refresh(app: &mut App) -> Vec<Effect> {
    let ids: Vec<ScreenId> = app.screens.iter().map(|screen| screen.id).collect();
    let mut effects = Vec::new();
    for id in ids {
        if let Some(place) = app.screens.iter().position(|screen| screen.id == id) {
            effects.extend(turn(app, place, |popup, at, app| popup.refreshed(app, at)));
        }
    }
    effects
}

/// Gives a screen a turn. It is not on the stack meanwhile, so that it may look at the app.
fn turn(
    app: &mut App,
    place: usize,
    take: impl FnOnce(&mut dyn Popup, &mut Place, &App) -> PopupResult,
) -> Vec<Effect> {
    let mut screen = app.screens.remove(place);
    let result = take(screen.popup.as_mut(), &mut screen.at, app);
    settle(app, place, screen, result)
}

/// Does what a screen asks for, and puts it back on the stack where it stood, unless it closes.
fn settle(app: &mut App, place: usize, screen: Screen, result: PopupResult) -> Vec<Effect> {
    let asker = Asker::Screen(screen.id);
    let mut effects = result.effects;
    effects.extend(result.requests.into_iter().map(|request| requests::ask(app, asker, request)));
    let served = result.host.into_iter();
    effects.extend(
        served.map(|call| Effect::Serve { ticket: app.tickets.issue_for_host(asker, call.clone()), call }),
    );
    if let Some(change) = result.draft {
        app.drafts.apply(change, app.clock);
    }
    effects.extend(show(app, result.show));
    match result.then {
        StackAction::Stay | StackAction::Pass => app.screens.insert(place, screen),
        StackAction::Close => {}
        StackAction::Stash => app.stash = Some(screen),
        StackAction::Open(other) => {
            app.screens.insert(place, screen);
            effects.extend(open(app, other));
        }
        StackAction::Swap(other) => effects.extend(open(app, other)),
        StackAction::Perform(action) => effects.extend(keys::perform(app, action)),
    }
    if let Some(sentence) = result.say {
        say(app, result.tone, sentence);
    }
    effects
}

/// Takes what is being written on any screen for a draft: the person leaves, or the console may die.
pub fn harvest(app: &mut App) {
    let now = app.clock;
    for screen in app.screens.iter_mut().chain(&mut app.stash) {
        if let Some(change) = screen.popup.unsent() {
            app.drafts.apply(change, now);
        }
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
