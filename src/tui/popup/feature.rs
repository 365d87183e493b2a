//! A feature that nobody has begun: what is to be built, and when it is done.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, fitting, scrolled};
use super::{Popup, PopupResult};
use crate::domain::id::FeatureId;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::view::feature;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The screen of a feature.
#[derive(Debug)]
pub struct FeatureScreen {
    id: FeatureId,
}

impl FeatureScreen {
    /// The screen of a feature.
    pub fn new(id: FeatureId) -> Self {
        Self { id }
    }
}

impl Popup for FeatureScreen {
    fn context(&self) -> Context {
        Context::Evidence
    }

    fn area(&self, app: &App) -> Rect {
        let rows =
            app.mission.feature(self.id).map_or(0, |known| feature::detail(&app.mission, known, 80).len());
        fitting(app, 84, rows)
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Talk, Action::Back]
    }

    fn act(&mut self, _app: &App, action: Action) -> PopupResult {
        if action == Action::Open { PopupResult::close() } else { PopupResult::pass() }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let Some(known) = app.mission.feature(self.id) else { return };
        let title = Row::of(StyleRole::Strong, format!("{} {}", known.id, known.spec.title))
            .end(StyleRole::Dim, known.milestone.to_string());
        let inner = around(app, frame, area, &title);
        let rows = feature::detail(&app.mission, known, usize::from(inner.width));
        scrolled(app, frame, inner, 0, &rows);
    }
}
