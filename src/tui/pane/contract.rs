//! The contract pane.

use ratatui::layout::Rect;

use super::{empty, list, title};
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::widget::painter::Painter;
use crate::view::contract;
use crate::view::header::progress;

/// Draws the contract.
pub fn draw(app: &App, painter: &mut Painter<'_>, area: Rect) {
    let progress = progress(&app.mission);
    let count = if progress.assertions > 0 {
        format!("{}/{}", progress.settled, progress.assertions)
    } else {
        String::new()
    };
    painter.title(area, &title(app, Pane::Contract, "Contract", &count));
    let targets = contract::targets(&app.mission);
    if targets.is_empty() {
        empty(painter, area, "No assertions yet. The contract is written before anything is built.");
    }
    list(app, painter, area, (Pane::Contract, &app.contract), &targets, |id| contract::row(&app.mission, id));
}
