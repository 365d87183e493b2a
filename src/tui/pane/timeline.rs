//! The timeline pane.

use ratatui::layout::Rect;

use super::{list, title};
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::widget::painter::Painter;
use crate::view::timeline;

/// Draws the timeline.
pub fn draw(app: &App, painter: &mut Painter<'_>, area: Rect) {
    painter.title(area, &title(app, Pane::Timeline, "Timeline", ""));
    let moments = timeline::moments(&app.mission);
    list(app, painter, area, (Pane::Timeline, &app.timeline), &moments, |moment| {
        timeline::row(&app.mission, moment, app.now)
    });
}
