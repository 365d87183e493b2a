//! The plan pane.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{empty, list, title};
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::view::header::progress;
use crate::view::plan;

/// Draws the plan.
pub fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let progress = progress(&app.mission);
    let count = if progress.features > 0 {
        format!("{}/{}", progress.built, progress.features)
    } else {
        String::new()
    };
    app.painter().title(frame.buffer_mut(), area, &title(app, Pane::Plan, "Plan", &count));
    let targets = plan::targets(&app.mission, &app.toggled);
    if targets.is_empty() {
        empty(
            app,
            frame,
            area,
            "No plan yet. The orchestrator writes the contract first, then milestones and features.",
        );
    }
    list(app, frame, area, Pane::Plan, &app.plan, &targets, |target| plan::row(&app.mission, *target));
}
