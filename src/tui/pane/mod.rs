//! The main screen: header, status, four panes, footer. Each pane draws the rows of its presenter that are seen.

mod chrome;
mod footer;
mod lists;
mod worker;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::focus::Pane;
use super::layout::{Areas, Shape, inside};
use super::picture::Placement;
use super::widget::painter::{Highlight, Painter};
use crate::view::prose::paragraph;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

pub use chrome::tab_at;

/// Draws everything: the main screen, and the screens over it.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    if let Some(cursor) = draw_on(app, frame.buffer_mut()).cursor {
        frame.set_cursor_position(cursor);
    }
}

/// What belongs to a frame beside its characters.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Where the cursor stands, when something is typed in the uppermost screen.
    pub cursor: Option<Position>,
    /// The pictures that are laid over it.
    pub pictures: Vec<Placement>,
}

/// The same on a buffer.
pub fn draw_on(app: &App, buf: &mut Buffer) -> Beside {
    let areas = app.areas();
    let whole = buf.area;
    let painter = &mut app.painter(buf);
    painter.wipe(whole);
    chrome::header(app, painter, &areas);
    let mut infos: Vec<_> = app.screens.iter().map(|screen| screen.popup.info(app, &screen.at)).collect();
    if infos.iter().all(|info| info.area != areas.body) {
        panes(app, painter, &areas);
    }
    for (screen, info) in app.screens.iter().zip(&mut infos) {
        info.area = info.area.intersection(whole);
        painter.wipe(info.area);
        painter.cursor = None;
        screen.popup.draw(app, &screen.at, painter, info);
    }
    footer::draw(app, painter, &areas, &infos);
    painter.finish();
    Beside { cursor: painter.cursor, pictures: std::mem::take(&mut painter.pictures) }
}

fn panes(app: &App, painter: &mut Painter<'_>, areas: &Areas) {
    let shown = || Pane::ALL.into_iter().filter(|pane| areas.of(*pane).area() > 0);
    // The pane with the keys is drawn last, so that its border is whole where two meet.
    for pane in shown().filter(|pane| *pane != app.focus) {
        painter.border(areas.of(pane), StyleRole::Border);
    }
    let border = if areas.shape == Shape::Wide { StyleRole::Focus } else { StyleRole::Border };
    painter.border(areas.of(app.focus), border);
    for pane in shown() {
        let area = areas.of(pane);
        match pane {
            Pane::Plan => lists::plan(app, painter, area),
            Pane::Worker => worker::draw(app, painter, area),
            Pane::Contract => lists::contract(app, painter, area),
            Pane::Timeline => lists::timeline(app, painter, area),
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

/// Draws the rows of a list that are seen; the selected one is lit in the pane that has the keys.
fn list<T>(
    app: &App,
    painter: &mut Painter<'_>,
    area: Rect,
    pane: Pane,
    items: &[T],
    row: impl Fn(&T) -> Row,
) {
    let lit = if app.focus == pane { Highlight::Selected } else { Highlight::No };
    painter.list(inside(area), app.list(pane), lit, items.len(), |seen| {
        items.get(seen).into_iter().flatten().map(row).collect()
    });
}

/// A sentence where there is nothing to show yet.
fn empty(painter: &mut Painter<'_>, area: Rect, sentence: &str) {
    let inner = inside(area);
    painter.rows(inner, &paragraph(StyleRole::Dim, sentence, usize::from(inner.width)));
}
