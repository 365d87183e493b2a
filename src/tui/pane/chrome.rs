//! The lines above the panes: who flies, how far it is, what it cost, and what needs the person.

use ratatui::layout::Rect;

use crate::tui::action::Action;
use crate::tui::app::{App, Link};
use crate::tui::focus::Pane;
use crate::tui::layout::{Areas, Shape};
use crate::tui::widget::painter::Painter;
use crate::view::header;
use crate::view::live;
use crate::view::row::{Piece, Row};
use crate::view::style_role::StyleRole;
use crate::view::text::{clip, width};

/// Cells of what the engine does, beside the place in the mission.
const MOST_DOING: usize = 64;

/// Where the title of the milestone stands among what is said of a mission: behind a sign, a blank, the status, the place.
const TITLE: usize = 4;

/// The lines above the panes.
pub fn header(app: &App, painter: &mut Painter<'_>, areas: &Areas) {
    let room = usize::from(padded(areas.header).width);
    let rows = match areas.shape {
        Shape::Wide => vec![header::banner(&app.mission, app.now, room)],
        Shape::Narrow | Shape::Tiny => {
            vec![header::identity(&app.mission), Row::of(StyleRole::Dim, header::cost(&app.mission, app.now))]
        }
    };
    painter.rows(padded(areas.header), &rows);
    status(app, painter, padded(areas.status), areas.shape);
    call(app, painter, areas.call);
    if areas.tabs.height > 0 && app.mission.founding.is_some() {
        tabs(app, painter, padded(areas.tabs));
    }
}

pub(super) fn padded(line: Rect) -> Rect {
    Rect { x: line.x + 1.min(line.width), width: line.width.saturating_sub(2), ..line }
}

/// The one line that is not quiet: what waits for the person, the oldest of it in words.
fn call(app: &App, painter: &mut Painter<'_>, line: Rect) {
    let Some(row) = header::call(&app.mission, app.now) else { return };
    if line.height == 0 {
        return;
    }
    let key = app.keymap.key_of(&app.places(), Action::Attention);
    let row = key.iter().fold(row, |row, key| row.end(StyleRole::Call, format!("   {key} opens")));
    painter.buf.set_style(line, painter.styles.of(StyleRole::Call));
    painter.row(padded(line), &row);
}

fn status(app: &App, painter: &mut Painter<'_>, line: Rect, shape: Shape) {
    if line.height == 0 {
        return;
    }
    let mut row = Row { left: link_or_doing(app), right: Vec::new() };
    if shape == Shape::Tiny {
        row.right = header::needs(&app.mission);
        let key = app.keymap.key_of(&app.places(), Action::Attention).filter(|_| !row.right.is_empty());
        row = key.iter().fold(row, |row, key| row.end(StyleRole::Key, format!(" {key}")));
    }
    let counts = header::counts(header::progress(&app.mission));
    // What fails never gives way; the title of a milestone does to whatever is counted, and to what the engine is at.
    let progress = header::progress(&app.mission);
    let is_titled = row.left.len() == TITLE + 1;
    let needed =
        if is_titled { header::short_counts(progress, usize::MAX) } else { header::fewest(progress) };
    shorten(&mut row.left, usize::from(line.width).saturating_sub(cells(&row.right) + cells(&needed) + 3));
    let taken = cells(&row.left) + cells(&row.right) + cells(&counts) + 4;
    let room = usize::from(line.width);
    let bar_cells = room.saturating_sub(taken + 4).min(38);
    if bar_cells >= 8 && !counts.is_empty() {
        row = row.then(StyleRole::Text, "   ");
        row.left.extend(header::proof(&app.mission, bar_cells));
    }
    if taken <= room && !counts.is_empty() {
        row = row.then(StyleRole::Text, "   ");
        row.left.extend(counts);
    } else {
        let room = room.saturating_sub(cells(&row.left) + cells(&row.right) + 3);
        let short = header::short_counts(header::progress(&app.mission), room);
        if !short.is_empty() {
            row = row.then(StyleRole::Dim, "  ");
            row.left.extend(short);
        }
    }
    painter.row(line, &row);
}

fn link_or_doing(app: &App) -> Vec<Piece> {
    if app.present.is_some() {
        let was = Row::of(StyleRole::Warn, "◀ THE PAST  ").left.into_iter();
        return was.chain(header::doing(&app.mission, app.now)).collect();
    }
    match &app.link {
        Link::Attached if app.mission.founding.is_none() => {
            vec![Piece::new(StyleRole::Dim, "mission control for software that agents write")]
        }
        Link::Attached => doing(app),
        Link::Recorded => Row::of(StyleRole::Dim, "▶ RECORDED  ")
            .left
            .into_iter()
            .chain(header::doing(&app.mission, app.now))
            .collect(),
        Link::Attaching => vec![Piece::new(StyleRole::Dim, "○ ATTACHING   waiting for the engine")],
        Link::Lost { sentence } => {
            vec![
                Piece::new(StyleRole::Warn, "⊘ RECONNECTING"),
                Piece::new(StyleRole::Dim, format!("   {sentence}")),
            ]
        }
    }
}

/// What the mission does, with the engine's own work where no agent's can be looked at.
fn doing(app: &App) -> Vec<Piece> {
    let mut pieces = header::doing(&app.mission, app.now);
    let alone = app.mission.live_attempts().next().is_none();
    if let Some(work) = app.live.iter().find(|activity| alone && activity.attempt.is_none()) {
        let words = clip(&live::with_pace(&app.mission, work, app.now), MOST_DOING);
        pieces.push(Piece::new(StyleRole::Text, format!(" · {words}")));
    }
    pieces
}

/// Cuts pieces from the end until they fit, the title before what stands behind it; the first three, which say what the
/// mission does, stay.
fn shorten(pieces: &mut Vec<Piece>, room: usize) {
    const LEAST: usize = 3;
    if pieces.len() > TITLE + 1 && cells(pieces) > room {
        pieces.remove(TITLE);
    }
    while pieces.len() > LEAST && cells(pieces) > room {
        let Some(last) = pieces.pop() else { return };
        let left = room.saturating_sub(cells(pieces));
        if left > LEAST * 3 {
            pieces.push(Piece { text: clip(&last.text, left), ..last });
            return;
        }
    }
}

fn cells(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| width(&piece.text)).sum()
}

fn tab_labels() -> [(Pane, String); 4] {
    Pane::ALL.map(|pane| (pane, format!("{} {pane}", pane.index() + 1)))
}

fn tabs(app: &App, painter: &mut Painter<'_>, line: Rect) {
    let mut row = Row::new();
    for (pane, label) in tab_labels() {
        let style = if pane == app.focus { StyleRole::Focus } else { StyleRole::Dim };
        row = row.then(style, label).then(StyleRole::Text, "   ");
    }
    painter.row(line, &row);
}

/// The tab at a column of the line of tabs.
pub fn tab_at(tabs: Rect, column: u16) -> Option<Pane> {
    let mut at = usize::from(tabs.x) + 1;
    for (pane, label) in tab_labels() {
        at += width(&label) + 3;
        if usize::from(column) < at {
            return Some(pane);
        }
    }
    None
}
