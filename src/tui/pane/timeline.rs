//! The timeline pane.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{list, title};
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::view::timeline;

/// Draws the timeline.
pub fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    app.painter().title(frame.buffer_mut(), area, &title(app, Pane::Timeline, "Timeline", ""));
    let moments = timeline::moments(&app.mission);
    list(app, frame, area, Pane::Timeline, &app.timeline, &moments, |moment| {
        timeline::row(&app.mission, moment, app.now)
    });
}
