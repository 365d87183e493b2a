//! Where time, tokens and money went, and where they will go.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, scrolled};
use super::{Popup, Turn};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, Step};
use crate::tui::present::header::cost;
use crate::tui::present::row::Row;
use crate::tui::present::stats;

/// The page, and its first line that is seen.
#[derive(Debug, Default)]
pub struct Stats {
    top: usize,
}

impl Popup for Stats {
    fn context(&self) -> Context {
        Context::Stats
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Up, Action::Down, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        let Some(step) = Step::of(action) else { return Turn::pass() };
        let inner = inside(self.area(&app.areas()));
        let len = stats::rows(&app.mission, app.now, usize::from(inner.width)).len();
        let mut list = List { selected: self.top, top: self.top };
        list.step(step, len.saturating_sub(usize::from(inner.height)) + 1, usize::from(inner.height).max(1));
        self.top = list.selected;
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let inner = around(
            app,
            frame,
            area,
            &Row::of(Ink::Strong, "Stats").end(Ink::Dim, cost(&app.mission, app.now)),
        );
        scrolled(app, frame, inner, self.top, &stats::rows(&app.mission, app.now, usize::from(inner.width)));
    }
}
