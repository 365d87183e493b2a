//! Text and pictures in sections, one below the other, of which a part is seen.

use std::sync::Arc;

use ratatui::layout::{Rect, Size};

use crate::domain::verdict::EvidenceRef;
use crate::tui::layout::below;
use crate::tui::picture::{Painted, PictureKey, Placement, Strip, Window};
use crate::tui::widget::painter::Painter;
use crate::view::evidence::Shown;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::clean;

/// A section.
#[derive(Debug, Clone)]
pub enum Section {
    Shown(Shown),
    /// Rows above a piece. Once they are scrolled past, one row that says the same in short stays at the top.
    Heading {
        rows: Vec<Row>,
        stays: Row,
    },
    Picture(Picture),
}

/// A picture among sections, and what of it is ready.
#[derive(Debug, Clone)]
pub struct Picture {
    pub reference: EvidenceRef,
    pub size: Size,
    pub strip: Strip,
    /// A PNG, in base64.
    pub png: Arc<str>,
    pub painted: Vec<Arc<Painted>>,
}

impl From<Vec<Row>> for Section {
    fn from(rows: Vec<Row>) -> Self {
        Self::Shown(rows.into())
    }
}

impl From<Shown> for Section {
    fn from(shown: Shown) -> Self {
        Self::Shown(shown)
    }
}

/// How many lines sections have together.
pub fn height(sections: &[Section]) -> usize {
    sections.iter().map(len).sum()
}

/// Draws the lines that are seen, from `top` on or from as far down as there is something to fill the area.
pub fn draw(painter: &mut Painter<'_>, area: Rect, top: usize, sections: &[Section]) {
    let top = first_seen(sections, top, usize::from(area.height));
    let kept = kept(sections, top);
    let area = match kept {
        Some(row) => {
            painter.row(area, row);
            below(area, 1)
        }
        None => area,
    };
    let top = top + usize::from(kept.is_some());
    let lines = sections.iter().flat_map(|section| (0..len(section)).map(move |line| (section, line)));
    for (at, (section, line)) in area.rows().zip(lines.skip(top)) {
        draw_line(painter, section, at, line);
    }
    for (picture, y, window) in pictures(sections, top, area.height) {
        let width = picture.size.width.min(area.width);
        let seen = Rect { y: area.y + y, height: window.rows, width, ..area };
        picture.draw(painter, seen, window);
    }
}

/// The picture that is wanted where sections are seen from `top` on.
pub fn wanted(sections: &[Section], top: usize, height: u16) -> Option<(PictureKey, Arc<str>)> {
    let top = first_seen(sections, top, usize::from(height));
    let kept = u16::from(kept(sections, top).is_some());
    let (picture, _, window) =
        pictures(sections, top + usize::from(kept), height.saturating_sub(kept)).next()?;
    let Picture { reference, size, strip, .. } = picture;
    let key = PictureKey { reference: reference.clone(), size: *size, window, strip: *strip };
    Some((key, Arc::clone(&picture.png)))
}

/// The heading whose beginning was scrolled past, in short.
fn kept(sections: &[Section], top: usize) -> Option<&Row> {
    let mut begins = 0;
    let mut kept = None;
    for section in sections {
        if let Section::Heading { stays, .. } = section
            && begins < top
        {
            kept = Some(stays);
        }
        begins += len(section);
    }
    kept
}

fn first_seen(sections: &[Section], top: usize, seen: usize) -> usize {
    top.min(height(sections).saturating_sub(seen))
}

/// The pictures that are seen: from which line of the area on, and which of their rows.
fn pictures(sections: &[Section], top: usize, height: u16) -> impl Iterator<Item = (&Picture, u16, Window)> {
    let mut begins = 0;
    let placed = sections.iter().map(move |section| {
        let at = begins;
        begins += len(section);
        (section, at)
    });
    placed.filter_map(move |(section, begins)| {
        let Section::Picture(picture) = section else { return None };
        let ends = (begins + usize::from(picture.size.height)).min(top + usize::from(height));
        let first = begins.max(top);
        let rows = u16::try_from(ends.checked_sub(first).filter(|rows| *rows > 0)?).ok()?;
        let skipped = u16::try_from(first - begins).ok()?;
        Some((picture, u16::try_from(first - top).ok()?, Window { skipped, rows }))
    })
}

impl Picture {
    fn draw(&self, painter: &mut Painter<'_>, area: Rect, window: Window) {
        match self.painted.iter().find(|painted| painted.shows(window)) {
            Some(ready) => painter.pictures.extend(Placement::begin(ready, area, window, painter.buf)),
            None => painter.rows(area, &[Row::of(StyleRole::Dim, "drawing the picture …")]),
        }
    }
}

fn len(section: &Section) -> usize {
    match section {
        Section::Shown(Shown::Rows(rows)) | Section::Heading { rows, .. } => rows.len(),
        Section::Shown(Shown::Screen(lines)) => lines.len(),
        Section::Picture(picture) => picture.size.height.into(),
    }
}

fn draw_line(painter: &mut Painter<'_>, section: &Section, line: Rect, index: usize) {
    match section {
        Section::Shown(Shown::Rows(rows)) | Section::Heading { rows, .. } => {
            rows.get(index).into_iter().for_each(|row| painter.row(line, row));
        }
        Section::Shown(Shown::Screen(lines)) => {
            let runs = lines.get(index).into_iter().flatten();
            let styled = runs.map(|run| (crate::tui::theme::foreign(run, painter.styles), clean(&run.text)));
            painter.runs(line, &styled.collect::<Vec<_>>());
        }
        Section::Picture(_) => {}
    }
}
