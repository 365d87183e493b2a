//! Text in sections, one below the other, of which a part is seen.

use ratatui::layout::Rect;

use crate::tui::widget::painter::Painter;
use crate::view::evidence::ScreenRun;
use crate::view::row::Row;
use crate::view::text::clean;

/// Something that is drawn line by line.
#[derive(Debug)]
pub enum Section {
    Rows(Vec<Row>),
    /// A terminal's screen in the colours of the program that drew it.
    Screen(Vec<Vec<ScreenRun>>),
}

impl From<Vec<Row>> for Section {
    fn from(rows: Vec<Row>) -> Self {
        Self::Rows(rows)
    }
}

/// How many lines sections have together.
pub fn height(sections: &[Section]) -> usize {
    sections.iter().map(Section::len).sum()
}

/// Draws the lines that are seen, from `top` on or from as far down as there is something to fill the area.
pub fn draw(painter: &mut Painter<'_>, area: Rect, top: usize, sections: &[Section]) {
    let top = top.min(height(sections).saturating_sub(usize::from(area.height)));
    let lines = sections.iter().flat_map(|section| (0..section.len()).map(move |line| (section, line)));
    for (at, (section, line)) in area.rows().zip(lines.skip(top)) {
        section.draw(painter, at, line);
    }
}

impl Section {
    fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Screen(lines) => lines.len(),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, line: Rect, index: usize) {
        match self {
            Self::Rows(rows) => rows.get(index).into_iter().for_each(|row| painter.row(line, row)),
            Self::Screen(lines) => {
                let runs = lines.get(index).into_iter().flatten();
                let styled =
                    runs.map(|run| (crate::tui::theme::foreign(run, painter.styles), clean(&run.text)));
                painter.runs(line, &styled.collect::<Vec<_>>());
            }
        }
    }
}
