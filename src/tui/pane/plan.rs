//! The plan pane.

use ratatui::layout::Rect;

use super::{empty, list, title};
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::widget::painter::Painter;
use crate::view::header::progress;
use crate::view::plan;

/// Draws the plan.
pub fn draw(app: &App, painter: &mut Painter<'_>, area: Rect) {
    let progress = progress(&app.mission);
    let count = if progress.features > 0 {
        format!("{}/{}", progress.built, progress.features)
    } else {
        String::new()
    };
    painter.title(area, &title(app, Pane::Plan, "Plan", &count));
    let targets = plan::targets(&app.mission, &app.toggled);
    if targets.is_empty() {
        empty(
            painter,
            area,
            "No plan yet. The orchestrator writes the contract first, then milestones and features.",
        );
    }
    list(app, painter, area, (Pane::Plan, &app.plan), &targets, |target| plan::row(&app.mission, *target));
}
