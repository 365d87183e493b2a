//! What a screen is: what it says about itself, and what it does when something happens to it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::drafts::{DraftChange, Subject};
use crate::tui::host::{HostCall, HostReply};
use crate::tui::keymap::Context;
use crate::tui::layout::centred;
use crate::tui::list::List;
use crate::tui::picture::PictureKey;
use crate::tui::source::SourceError;
use crate::tui::widget::painter::Painter;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::ago;

use super::{Parts, PopupResult, Section, Writing, base};

/// Where the person is in a screen: what is selected in its list, and the first line that is seen of the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    pub list: List,
    pub top: usize,
}

/// A screen over the main one.
pub trait Popup: fmt::Debug + Send {
    /// What it says about itself.
    fn info(&self, app: &App, at: &Place) -> ScreenInfo;

    /// How many rows its list has; none is a screen without a list.
    fn len(&self, _app: &App) -> usize {
        0
    }

    /// The rows of its list that are seen.
    fn rows(&self, _app: &App, _seen: Range<usize>) -> Vec<Row> {
        Vec::new()
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
    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        base::draw(self, app, at, painter, info);
    }

    /// The text that is written in it.
    fn writing(&mut self) -> Option<&mut dyn Writing> {
        None
    }

    /// What becomes of the draft that is written in it, if it closed now.
    fn unsent(&mut self) -> Option<DraftChange> {
        self.writing()?.draft()
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

    /// Takes the machine's answer to one of its own requests, with what it asked.
    fn served(&mut self, _app: &App, _at: &mut Place, _call: &HostCall, _reply: &HostReply) -> PopupResult {
        PopupResult::stay()
    }

    /// Time went on, or the mission changed.
    fn refreshed(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::stay()
    }

    /// The picture that it wants to show now: which, how large and which part of it, and its bytes in base64.
    fn picture(&self, _app: &App, _at: &Place) -> Option<(PictureKey, Arc<str>)> {
        None
    }

    /// How often it wants to be refreshed.
    fn pace(&self) -> RefreshRate {
        RefreshRate::Calm
    }
}

/// What a screen says about itself.
#[derive(Debug)]
pub struct ScreenInfo {
    /// Whose keys it has.
    pub context: Context,
    /// What stands on its border.
    pub title: Row,
    /// The actions whose keys stand in the footer, each with its name there.
    pub hints: Vec<(Action, &'static str)>,
    /// What stands in place of an empty list.
    pub empty: &'static str,
    /// Where it stands.
    pub area: Rect,
    /// Whether what it shows can still be changed.
    changes: Changes,
}

/// Whether a mission can still be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changes {
    Taken,
    Refused,
}

impl ScreenInfo {
    /// A screen over all panes.
    pub fn new(app: &App, context: Context, title: Row) -> Self {
        let changes = if app.is_over_in(context) { Changes::Refused } else { Changes::Taken };
        Self { context, title, hints: Vec::new(), empty: "", area: app.areas().body, changes }
    }

    /// A screen over all panes with a plain title.
    pub fn named(app: &App, context: Context, title: impl AsRef<str>) -> Self {
        Self::new(app, context, Row::of(StyleRole::Strong, title))
    }

    /// With quiet words at the right of the title.
    #[must_use]
    pub fn note(self, words: impl AsRef<str>) -> Self {
        Self { title: self.title.end(StyleRole::Dim, words), ..self }
    }

    /// With more actions in the footer, as far as they are not refused anyway.
    #[must_use]
    pub fn hints(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        let offered = |action: &Action| self.changes == Changes::Taken || !action.changes_the_mission();
        self.hints.extend(actions.into_iter().filter(offered).map(|action| (action, action.hint())));
        self
    }

    /// An action of the footer has a name of its own here.
    #[must_use]
    pub fn calling(mut self, action: Action, name: &'static str) -> Self {
        self.hints.iter_mut().filter(|hint| hint.0 == action).for_each(|hint| hint.1 = name);
        self
    }

    /// Where there is a draft, with a mark that says so and the key that throws it away.
    #[must_use]
    pub fn drafted(self, app: &App, subject: &Subject) -> Self {
        let Some(draft) = app.drafts.get(subject) else { return self };
        let since = ago(app.clock.since(draft.at));
        let title = self.title.end(StyleRole::Accent, format!("draft · {since}"));
        Self { title, ..self }.hints([Action::Discard])
    }

    /// With words in place of an empty list.
    #[must_use]
    pub fn empty(self, empty: &'static str) -> Self {
        Self { empty, ..self }
    }

    /// A box in the middle, no larger than the panes.
    #[must_use]
    pub fn boxed(self, width: u16, height: u16) -> Self {
        Self { area: centred(self.area, width, height), ..self }
    }

    /// A box in the middle that is as high as its rows want.
    #[must_use]
    pub fn fitting(self, width: u16, rows: usize) -> Self {
        self.boxed(width, u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2))
    }

    /// In an area of its own.
    #[must_use]
    pub fn within(self, area: Rect) -> Self {
        Self { area, ..self }
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
