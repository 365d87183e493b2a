//! What every screen has around it: a border, a title, and its inside.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::layout::{centred, inside};
use crate::tui::list::List;
use crate::tui::widget::painter::Highlight;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// Draws the border and title of a screen, and answers its inside.
pub fn around(app: &App, frame: &mut Frame<'_>, area: Rect, title: &Row) -> Rect {
    let painter = app.painter();
    painter.border(frame.buffer_mut(), area, StyleRole::Focus);
    painter.title(frame.buffer_mut(), area, title);
    inside(area)
}

/// A box that is as high as its rows want, in the middle of the screen.
pub fn fitting(app: &App, width: u16, rows: usize) -> Rect {
    let height = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2);
    centred(app.areas().body, width, height)
}

/// Draws the rows of a list that are seen.
pub fn list(app: &App, frame: &mut Frame<'_>, area: Rect, state: &List, rows: &[Row]) {
    for (line, index) in area.rows().zip(state.window(rows.len(), usize::from(area.height))) {
        let lit = if index == state.selected { Highlight::Selected } else { Highlight::No };
        if let Some(row) = rows.get(index) {
            app.painter().row(frame.buffer_mut(), line, row, lit);
        }
    }
}

/// Draws rows from a line on, without a selection.
pub fn scrolled(app: &App, frame: &mut Frame<'_>, area: Rect, top: usize, rows: &[Row]) {
    let top = top.min(rows.len().saturating_sub(usize::from(area.height)));
    app.painter().rows(frame.buffer_mut(), area, rows.get(top..).unwrap_or_default());
}

/// A quiet rule across an area.
pub fn rule(app: &App, frame: &mut Frame<'_>, line: Rect, heading: &str) {
    let fill = "─".repeat(usize::from(line.width).saturating_sub(heading.chars().count() + 1));
    let row = Row::of(StyleRole::Dim, format!("{heading} ")).then(StyleRole::Border, fill);
    app.painter().row(frame.buffer_mut(), line, &row, Highlight::No);
}
