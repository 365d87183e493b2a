//! What a screen is: what it says about itself, and what it does when something happens to it.

use std::fmt;
use std::ops::Range;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::list::List;
use crate::tui::source::SourceError;
use crate::tui::widget::painter::Painter;
use crate::view::row::Row;

use super::{Parts, PopupResult, Section, Writing, base};

/// Where the person is in a screen: what is selected in its list, and the first line that is seen of the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    pub list: List,
    pub top: usize,
}

/// A screen over the main one.
pub trait Popup: fmt::Debug + Send {
    /// Whose keys it has.
    fn context(&self) -> Context;

    /// What stands on its border.
    fn title(&self, app: &App) -> Row;

    /// The actions whose keys stand in the footer.
    fn hints(&self, app: &App) -> Vec<Action>;

    /// What an action is called here.
    fn word(&self, action: Action) -> &'static str {
        action.hint()
    }

    /// Where it stands.
    fn area(&self, app: &App, _at: &Place) -> Rect {
        app.areas().body
    }

    /// How many rows its list has; none is a screen without a list.
    fn len(&self, _app: &App) -> usize {
        0
    }

    /// The rows of its list that are seen.
    fn rows(&self, _app: &App, _seen: Range<usize>) -> Vec<Row> {
        Vec::new()
    }

    /// What stands in place of an empty list.
    fn empty(&self) -> &'static str {
        ""
    }

    /// What stands above the list.
    fn head(&self, _app: &App) -> Vec<Row> {
        Vec::new()
    }

    /// What is selected in full, or what the screen says when it has no list.
    fn detail(&self, _app: &App, _at: &Place, _width: usize) -> Vec<Section> {
        Vec::new()
    }

    /// Where head, list and detail stand in it.
    fn parts(&self, app: &App, inner: Rect) -> Parts {
        Parts::under_head(inner, self.head(app).len())
    }

    /// Draws it.
    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, area: Rect) {
        base::draw(self, app, at, painter, area);
    }

    /// The text that is written in it.
    fn writing(&mut self) -> Option<&mut dyn Writing> {
        None
    }

    /// Called once, when it is put on the stack.
    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::stay()
    }

    /// Does an action. What it passes on is done by the base, then by the keys that hold everywhere.
    fn act(&mut self, _app: &App, _at: &mut Place, _action: Action) -> PopupResult {
        PopupResult::pass()
    }

    /// Another row was selected.
    fn selected(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::stay()
    }

    /// Takes a key that is bound to nothing, before its text does; `None` leaves it to the text.
    fn typed(&mut self, _app: &App, _at: &mut Place, _key: KeyEvent) -> Option<PopupResult> {
        None
    }

    /// What is written was changed.
    fn written(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::stay()
    }

    /// Takes what the person saved in their editor, before its text does; `None` leaves it to the text.
    fn edited(&mut self, _app: &App, _at: &mut Place, _text: &str) -> Option<PopupResult> {
        None
    }

    /// Takes the answer to one of its own requests, with what it asked.
    fn answered(&mut self, _app: &App, _at: &mut Place, _call: &Call, _result: &Answer) -> PopupResult {
        PopupResult::stay()
    }

    /// Time went on, or the mission changed.
    fn refreshed(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::stay()
    }

    /// How often it wants to be refreshed.
    fn pace(&self) -> RefreshRate {
        RefreshRate::Calm
    }
}

/// What a call came to.
pub type Answer = Result<Reply, SourceError>;

/// How often a screen wants to be refreshed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefreshRate {
    /// As all clocks on the screen: once a second while something runs, else once a minute.
    #[default]
    Calm,
    /// Several times a second: something moves.
    Brisk,
}
