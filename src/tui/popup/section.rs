//! Text in sections, one below the other, of which a part is seen.

use ratatui::layout::Rect;

use crate::tui::widget::painter::Painter;
use crate::view::text::clean;

pub use crate::view::evidence::Shown as Section;

/// How many lines sections have together.
pub fn height(sections: &[Section]) -> usize {
    sections.iter().map(len).sum()
}

/// Draws the lines that are seen, from `top` on or from as far down as there is something to fill the area.
pub fn draw(painter: &mut Painter<'_>, area: Rect, top: usize, sections: &[Section]) {
    let top = top.min(height(sections).saturating_sub(usize::from(area.height)));
    let lines = sections.iter().flat_map(|section| (0..len(section)).map(move |line| (section, line)));
    for (at, (section, line)) in area.rows().zip(lines.skip(top)) {
        draw_line(painter, section, at, line);
    }
}

fn len(section: &Section) -> usize {
    match section {
        Section::Rows(rows) => rows.len(),
        Section::Screen(lines) => lines.len(),
    }
}

fn draw_line(painter: &mut Painter<'_>, section: &Section, line: Rect, index: usize) {
    match section {
        Section::Rows(rows) => rows.get(index).into_iter().for_each(|row| painter.row(line, row)),
        Section::Screen(lines) => {
            let runs = lines.get(index).into_iter().flatten();
            let styled = runs.map(|run| (crate::tui::theme::foreign(run, painter.styles), clean(&run.text)));
            painter.runs(line, &styled.collect::<Vec<_>>());
        }
    }
}
