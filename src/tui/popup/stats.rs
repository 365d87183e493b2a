//! Where time, tokens and money went, and where they will go.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, scrolled};
use super::{Popup, PopupResult};
use crate::domain::diff::DiffScope;
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::source::SourceError;
use crate::view::header::cost;
use crate::view::row::Row;
use crate::view::share::{TestShare, share_row, test_share};
use crate::view::stats;
use crate::view::style_role::StyleRole;

/// The page, and its first line that is seen.
#[derive(Debug, Default)]
pub struct Stats {
    top: usize,
    /// How much of the code is tests, or why that is not known.
    tests: Option<Result<TestShare, String>>,
}

impl Stats {
    fn page(&self, app: &App, room: usize) -> Vec<Row> {
        let tests = match &self.tests {
            None => Row::of(StyleRole::Dim, "tests in the code: counting …"),
            Some(Ok(share)) => share_row(*share, room),
            Some(Err(sentence)) => {
                Row::of(StyleRole::Dim, "tests in the code: ").then(StyleRole::Bad, sentence)
            }
        };
        stats::rows(&app.mission, app.now, room, tests)
    }
}

impl Popup for Stats {
    fn context(&self) -> Context {
        Context::Stats
    }

    fn word(&self, action: Action) -> &'static str {
        match action {
            Action::Down => "scroll",
            other => other.hint(),
        }
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Down, Action::Help, Action::Back]
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        PopupResult::ask(Call::Diff { scope: DiffScope::Mission })
    }

    fn answered(&mut self, _app: &App, _call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        self.tests = match result {
            Ok(Reply::Diff { diff }) => Some(Ok(test_share(diff))),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
        PopupResult::stay()
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        let inner = inside(self.area(app));
        let len = self.page(app, usize::from(inner.width)).len();
        let mut list = List { selected: self.top, top: self.top };
        list.step(step, len.saturating_sub(usize::from(inner.height)) + 1, usize::from(inner.height).max(1));
        self.top = list.selected;
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(StyleRole::Strong, "Stats").end(StyleRole::Dim, cost(&app.mission, app.now)),
        );
        scrolled(app, frame, inner, self.top, &self.page(app, usize::from(inner.width)));
    }
}
