//! A feature that nobody has begun: what is to be built, and when it is done.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, scrolled};
use super::{Popup, Turn};
use crate::domain::id::FeatureId;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::{Areas, centred};
use crate::tui::present::contract;
use crate::tui::present::row::Row;
use crate::tui::text::wrap;

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

    fn area(&self, areas: &Areas) -> Rect {
        centred(areas.body, 84, 20)
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Talk, Action::Back]
    }

    fn act(&mut self, _app: &App, action: Action) -> Turn {
        if action == Action::Open { Turn::close() } else { Turn::pass() }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let Some(feature) = app.mission.feature(self.id) else { return };
        let title = Row::of(Ink::Strong, format!("{} {}", feature.id, feature.spec.title))
            .end(Ink::Dim, feature.milestone.to_string());
        let inner = around(app, frame, area, &title);
        let width = usize::from(inner.width);
        let mut rows: Vec<Row> = wrap(feature.spec.description.as_str(), width)
            .into_iter()
            .map(|line| Row::of(Ink::Text, line))
            .collect();
        rows.push(Row::new());
        rows.push(Row::of(Ink::Dim, "done when"));
        for criterion in &feature.spec.criteria {
            rows.extend(
                wrap(criterion.as_str(), width.saturating_sub(2))
                    .into_iter()
                    .map(|line| Row::of(Ink::Dim, "· ").then(Ink::Text, line)),
            );
        }
        rows.push(Row::new());
        rows.push(Row::of(Ink::Dim, "fulfills"));
        rows.extend(
            app.mission.assertions_at_stake(feature).iter().map(|id| contract::row(&app.mission, id)),
        );
        scrolled(app, frame, inner, 0, &rows);
    }
}
