//! The screens over the main one. They stand in a stack; the uppermost has the keys, Esc takes it off.

pub mod assertion;
pub mod attempt;
pub mod attention;
pub mod choice;
pub mod contract;
pub mod diff;
pub mod evidence;
pub mod evidence_viewer;
pub mod feature;
pub mod findings;
pub mod frame;
pub mod gate;
pub mod help;
pub mod landing;
pub mod launcher;
pub mod missions;
pub mod models;
pub mod open;
pub mod palette;
pub mod prompt;
pub mod replay;
pub mod result;
pub mod stats;
pub mod talk;
pub mod workers;

use std::fmt;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::action::Action;
use super::app::App;
use super::keymap::Context;
use super::source::SourceError;
use crate::link::protocol::{Call, Reply};

pub use result::{PopupResult, Show, StackAction};

/// A screen over the main one. It keeps only what the person does to it: selections, scroll positions, drafts.
pub trait Popup: fmt::Debug + Send {
    /// Whose keys it has.
    fn context(&self) -> Context;

    /// Where it stands.
    fn area(&self, app: &App) -> Rect {
        app.areas().body
    }

    /// Whether letters are typed into it.
    fn typing(&self) -> Typing {
        Typing::No
    }

    /// The actions whose keys stand in the footer.
    fn hints(&self, app: &App) -> Vec<Action>;

    /// What an action is called here.
    fn word(&self, action: Action) -> &'static str {
        action.hint()
    }

    /// Called once, when it is put on the stack.
    fn opened(&mut self, _app: &App) -> PopupResult {
        PopupResult::stay()
    }

    /// Does an action.
    fn act(&mut self, app: &App, action: Action) -> PopupResult;

    /// Takes a key that is bound to nothing.
    fn typed(&mut self, _app: &App, _key: KeyEvent) -> PopupResult {
        PopupResult::stay()
    }

    /// Takes pasted text, or what the editor gave back.
    fn pasted(&mut self, _app: &App, _text: &str) -> PopupResult {
        PopupResult::stay()
    }

    /// Takes what the person wrote in their editor.
    fn edited(&mut self, _app: &App, _text: &str) -> PopupResult {
        PopupResult::stay()
    }

    /// Takes the answer to one of its own requests, with what it asked.
    fn answered(&mut self, _app: &App, _call: &Call, _result: &Result<Reply, SourceError>) -> PopupResult {
        PopupResult::stay()
    }

    /// Time went on, or the mission changed.
    fn refreshed(&mut self, _app: &App) -> PopupResult {
        PopupResult::stay()
    }

    /// How often it wants to hear of the time.
    fn pace(&self) -> RefreshRate {
        RefreshRate::Calm
    }

    /// A click in it.
    fn clicked(&mut self, _app: &App, _area: Rect, _column: u16, _row: u16) -> PopupResult {
        PopupResult::stay()
    }

    /// Draws it.
    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect);
}

/// Whether a screen takes letters as text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Typing {
    #[default]
    No,
    Yes,
}

/// How often a screen wants to hear of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefreshRate {
    /// As all clocks on the screen: once a second while something runs, else once a minute.
    #[default]
    Calm,
    /// Several times a second: something moves.
    Brisk,
}
