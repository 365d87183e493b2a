//! The main screen: header, status, four panes, footer. Each pane draws the rows of its presenter that are seen.

mod chrome;
mod contract;
mod footer;
mod plan;
mod timeline;
mod worker;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::app::{App, Screen};
use super::focus::Pane;
use super::layout::{Areas, Shape, inside};
use super::list::List;
use super::widget::painter::Highlight;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

pub use chrome::tab_at;

/// Draws everything: the main screen, and the screens over it.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let areas = app.areas();
    let screen = frame.area();
    app.painter().wipe(frame.buffer_mut(), screen);
    chrome::header(app, frame, &areas);
    let covered = app.screens.iter().any(|screen| screen.popup.area(app) == areas.body);
    if !covered {
        panes(app, frame, &areas);
    }
    for Screen { popup, .. } in &app.screens {
        let area = popup.area(app).intersection(screen);
        app.painter().wipe(frame.buffer_mut(), area);
        popup.draw(app, frame, area);
    }
    footer::draw(app, frame, &areas);
    app.painter().plain(frame.buffer_mut());
}

fn panes(app: &App, frame: &mut Frame<'_>, areas: &Areas) {
    let painter = app.painter();
    let shown = || Pane::ALL.into_iter().filter(|pane| areas.of(*pane).area() > 0);
    // The pane with the keys is drawn last, so that its border is whole where two meet.
    for pane in shown().filter(|pane| *pane != app.focus) {
        painter.border(frame.buffer_mut(), areas.of(pane), StyleRole::Border);
    }
    let border = if areas.shape == Shape::Wide { StyleRole::Focus } else { StyleRole::Border };
    painter.border(frame.buffer_mut(), areas.of(app.focus), border);
    for pane in shown() {
        let area = areas.of(pane);
        match pane {
            Pane::Plan => plan::draw(app, frame, area),
            Pane::Worker => worker::draw(app, frame, area),
            Pane::Contract => contract::draw(app, frame, area),
            Pane::Timeline => timeline::draw(app, frame, area),
        }
    }
}

/// The title of a pane: its number, its name, and what it counts.
fn title(app: &App, pane: Pane, name: &str, count: &str) -> Row {
    let (number, style) = if app.focus == pane {
        (StyleRole::Focus, StyleRole::Strong)
    } else {
        (StyleRole::Dim, StyleRole::Text)
    };
    let row = Row::of(number, format!("{} ", pane.index() + 1)).then(style, name);
    if count.is_empty() { row } else { row.end(StyleRole::Dim, count) }
}

/// Draws the rows of a list that are seen, the selected one lit.
fn list<T>(
    app: &App,
    frame: &mut Frame<'_>,
    area: Rect,
    pane: Pane,
    state: &List,
    items: &[T],
    row: impl Fn(&T) -> Row,
) {
    let inner = inside(area);
    let window = state.window(items.len(), usize::from(inner.height));
    for (line, index) in inner.rows().zip(window) {
        let Some(item) = items.get(index) else { continue };
        let lit = match (index == state.selected, app.focus == pane) {
            (true, true) => Highlight::Selected,
            (false, _) | (true, false) => Highlight::No,
        };
        app.painter().row(frame.buffer_mut(), line, &row(item), lit);
    }
}

/// A sentence where there is nothing to show yet.
fn empty(app: &App, frame: &mut Frame<'_>, area: Rect, sentence: &str) {
    let inner = inside(area);
    let lines = crate::view::text::wrap(sentence, usize::from(inner.width));
    let rows: Vec<Row> = lines.into_iter().map(|line| Row::of(StyleRole::Dim, line)).collect();
    app.painter().rows(frame.buffer_mut(), inner, &rows);
}
