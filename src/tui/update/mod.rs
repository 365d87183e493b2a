//! How the console changes: one message in, effects out. Nothing here waits, draws or looks at a clock.

mod keys;
mod main_screen;
mod mouse;
mod notify;
mod requests;
mod stack;
mod time_travel;

use crossterm::event::{Event as Input, KeyEventKind};
use ratatui::layout::Size;

use crate::domain::event::Stamped;
use crate::domain::id::{AttemptId, Timestamp};
use crate::link::protocol::{Before, Call, LiveOutput, Notice};

use super::action::Action;
use super::app::{App, Link, Toast, Tone, Warning};
use super::appearance::Appearance;
use super::drafts::Keeping;
use super::effect::Effect;
use super::keymap::Context;
use super::msg::Msg;
use super::options::ConsoleExit;
use super::picture::{Graphics, Order};
use super::popup::base::UserInput;
use super::source::SourceEvent;
use super::ticket::{Asker, Request};

pub use stack::open;

/// How many entries one page of a transcript has.
pub const PAGE: u32 = 200;

/// Milliseconds that a sentence stays at the foot of the screen.
const TOAST_MS: i64 = 6_000;
/// Milliseconds that a warning of the engine stays there.
const WARNING_MS: i64 = 30_000;
/// How many warnings are kept for the attention screen.
const WARNINGS: usize = 20;

/// The beginning of a console: the screens that stand there are opened, and the mission is asked for.
pub fn begin(app: &mut App) -> Vec<Effect> {
    let mut effects = stack::arrive(app);
    effects.extend(start(app));
    effects
}

/// The first calls of a console.
pub fn start(app: &mut App) -> Vec<Effect> {
    let attach = Call::Attach { output: LiveOutput::Wanted };
    vec![requests::ask(app, Asker::App, Request::read(attach))]
}

/// Takes one message in. What it makes of drafts is kept before anything else is done, leaving included.
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    let mut effects = take(app, msg);
    effects.extend(picture(app).map(Effect::Paint));
    let changes = app.drafts.take_changes();
    if !changes.is_empty() {
        effects.insert(0, Effect::KeepDrafts(changes));
    }
    effects
}

/// The picture that the uppermost screen wants and that is not here yet.
pub fn picture(app: &mut App) -> Option<Order> {
    if app.canvas.graphics == Graphics::None {
        return None;
    }
    let screen = app.screens.last()?;
    let (key, png) = screen.popup.picture(app, &screen.at)?;
    app.pictures.order(key, &png, app.canvas)
}

fn take(app: &mut App, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Input(input) => take_input(app, input),
        Msg::SourceEvent(SourceEvent::Notice(notice)) => take_notice(app, *notice),
        Msg::SourceEvent(SourceEvent::Lost { sentence }) => {
            app.link = Link::Lost { sentence };
            Vec::new()
        }
        Msg::SourceEvent(SourceEvent::Back) => start(app),
        Msg::Answer { ticket, result } => requests::answered(app, ticket, *result),
        Msg::Served { ticket, reply } => requests::served(app, ticket, &reply),
        Msg::Tick(now) => take_tick(app, now),
        Msg::Missions(missions) => {
            app.missions = missions;
            stack::refresh(app)
        }
        Msg::Painted { key, painted } => {
            app.pictures.keep(key, painted);
            Vec::new()
        }
        Msg::Edited(Ok(text)) => stack::give(app, UserInput::Edited(&text)),
        Msg::Edited(Err(sentence)) => {
            // A screen that only waited for the editor has nothing to show.
            let waits = app.places().contains(&Context::Document);
            let effects = if waits { stack::act(app, Action::Back) } else { None };
            say(app, Tone::Trouble, sentence);
            effects.unwrap_or_default()
        }
        Msg::Trouble(sentence) => {
            say(app, Tone::Trouble, sentence);
            Vec::new()
        }
        Msg::AppearanceChanged(read) => {
            appearance(app, read);
            stack::refresh(app)
        }
        Msg::DraftsNotKept(why) => {
            say(app, Tone::Trouble, format!("what you began could not be kept: {why}"));
            app.drafts.keeping = Keeping::Failed(why);
            Vec::new()
        }
        Msg::NoNotifyCommand(sentence) => vec![Effect::NotifyTerminal(sentence)],
        Msg::Signal => {
            stack::harvest(app);
            vec![Effect::Exit(ConsoleExit::Signalled)]
        }
    }
}

fn take_input(app: &mut App, input: Input) -> Vec<Effect> {
    match input {
        Input::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Input::Key(key) => {
            app.wipe_toast();
            keys::take(app, key)
        }
        Input::Mouse(event) => mouse::take(app, event),
        Input::Paste(text) => stack::give(app, UserInput::Pasted(&text)),
        Input::Resize(width, height) => {
            app.size = Size { width, height };
            main_screen::keep_in_sight(app);
            Vec::new()
        }
        Input::FocusGained | Input::FocusLost => {
            app.looks_elsewhere = input == Input::FocusLost;
            Vec::new()
        }
    }
}

fn take_notice(app: &mut App, notice: Notice) -> Vec<Effect> {
    match notice {
        Notice::Event(stamped) => take_event(app, &stamped),
        Notice::Entry { attempt, entry } => {
            app.transcripts.entry(attempt).or_default().take_entry(&entry);
            fetch_missing(app, attempt)
        }
        Notice::Output { attempt, piece } => {
            let now = app.clock;
            app.transcripts.entry(attempt).or_default().take_piece(&piece, now);
            Vec::new()
        }
        Notice::Activity { live } => {
            app.live = live;
            Vec::new()
        }
        Notice::Warning { sentence } => {
            warn(app, &sentence);
            Vec::new()
        }
    }
}

/// An event that is known already changes nothing; one after a gap means that the console must attach anew.
fn take_event(app: &mut App, stamped: &Stamped) -> Vec<Effect> {
    let mission = app.present.as_deref_mut().unwrap_or(&mut app.mission);
    if app.link != Link::Attached || stamped.seq <= mission.seq {
        return Vec::new();
    }
    if stamped.seq > mission.seq + 1 {
        return start(app);
    }
    mission.apply(stamped);
    hear_time(app, stamped.at);
    mission_changed(app)
}

/// What the time is. It never goes back, and stands still on the screen while the past is shown.
pub fn hear_time(app: &mut App, now: Timestamp) {
    app.clock = app.clock.max(now);
    if app.present.is_none() {
        app.now = app.clock;
    }
}

/// What follows from any change of the mission.
fn mission_changed(app: &mut App) -> Vec<Effect> {
    main_screen::keep_in_sight(app);
    let mission = app.present.as_deref().unwrap_or(&app.mission);
    app.pending_decisions.retain(|gate, _| mission.is_gate_open(*gate));
    let mut effects = notify::transitions(app);
    effects.extend(watch(app));
    effects.extend(stack::refresh(app));
    effects
}

/// Fetches the transcript that the worker pane shows, when it is not here.
fn watch(app: &mut App) -> Vec<Effect> {
    app.watched().map(|attempt| fetch_missing(app, attempt)).unwrap_or_default()
}

/// Asks once for the newest page of a transcript.
fn fetch_missing(app: &mut App, attempt: AttemptId) -> Vec<Effect> {
    let transcript = app.transcripts.entry(attempt).or_default();
    if transcript.asked || app.link == Link::Attaching {
        return Vec::new();
    }
    transcript.asked = true;
    vec![requests::page(app, attempt, Before::End)]
}

fn take_tick(app: &mut App, now: Timestamp) -> Vec<Effect> {
    hear_time(app, now);
    stack::harvest(app);
    if app.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        app.toast = None;
    }
    stack::refresh(app)
}

/// Puts other colours and keys on. A theme that the person has put on with a key stays until its file changes.
fn appearance(app: &mut App, read: Result<Box<Appearance>, String>) {
    match read {
        Ok(appearance) => {
            if app.configured != appearance.styles {
                app.configured = appearance.styles;
                app.look.styles = appearance.styles;
                app.look.theme = appearance.theme;
            }
            app.keymap = appearance.keymap;
            say(app, Tone::Done, "colours and keys are read again");
        }
        Err(sentence) => warn(app, &format!("{sentence}; what held before holds on")),
    }
}

/// Keeps a warning, and shows it until it is old or something else is said.
fn warn(app: &mut App, sentence: &str) {
    let sentence = crate::view::text::clean(sentence);
    let excess = (app.warnings.len() + 1).saturating_sub(WARNINGS);
    app.warnings.drain(..excess);
    app.warnings.push(Warning { at: app.clock, sentence: sentence.clone() });
    let until = Timestamp(app.clock.0.saturating_add(WARNING_MS));
    app.toast = Some(Toast { sentence, tone: Tone::Warning, until });
}

/// Shows a sentence at the foot of the screen.
pub fn say(app: &mut App, tone: Tone, sentence: impl AsRef<str>) {
    let sentence = crate::view::text::clean(sentence.as_ref());
    app.toast = Some(Toast { sentence, tone, until: Timestamp(app.clock.0.saturating_add(TOAST_MS)) });
}
