//! Puts rows on the screen: clips by cells, keeps the right side at the edge, lights the selected row.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use ratatui::symbols::border;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::widgets::{Block, Widget};

use crate::tui::layout::inside;
use crate::tui::list::List;
use crate::tui::picture::Placement;
use crate::tui::styles::Styles;
use crate::view::glyph::{Charset, to_ascii};
use crate::view::row::{Piece, Row};
use crate::view::style_role::StyleRole;
use crate::view::text::{clean, clip, cut, is_plain, shortened, width};

/// Draws on a frame, in the styles of the theme and with the characters that the terminal has.
#[derive(Debug)]
pub struct Painter<'a> {
    pub styles: &'a Styles,
    pub charset: Charset,
    pub buf: &'a mut Buffer,
    /// Where the terminal's cursor stands, where something is typed.
    pub cursor: Option<Position>,
    /// The pictures that are laid over the frame in the end.
    pub pictures: Vec<Placement>,
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Highlight {
    #[default]
    No,
    /// Selected, where the keys go.
    Selected,
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Painter<'_> {
    /// Puts text in one style role; answers the cells it took.
    pub fn text(&mut self, at: (u16, u16), room: u16, style: StyleRole, text: &str) -> u16 {
        self.styled(at, room, self.styles.of(style), text)
    }

    /// Puts text in any style; answers the cells it took.
    pub fn styled(&mut self, (x, y): (u16, u16), room: u16, style: Style, text: &str) -> u16 {
        let area = self.buf.area;
        if y < area.y || y >= area.bottom() || x >= area.right() || room == 0 {
            return 0;
        }
        let room = usize::from(room.min(area.right() - x));
        let text = clip(text, room);
        let text = if self.charset == Charset::Ascii { to_ascii(&text) } else { text };
        let (end, _) = self.buf.set_stringn(x, y, &text, room, style);
        end.saturating_sub(x)
    }

    /// Puts pieces one after the other; answers the cells they took.
    pub fn pieces(&mut self, (x, y): (u16, u16), room: u16, pieces: &[Piece]) -> u16 {
        let mut used = 0;
        for (index, piece) in pieces.iter().enumerate() {
            let rest = pieces.get(index + 1..).unwrap_or_default();
            let left = room.saturating_sub(used);
            let more = rest.iter().any(|piece| !piece.text.trim().is_empty());
            let fits =
                width(&piece.text) < usize::from(left) || (!more && width(&piece.text) == usize::from(left));
            if fits {
                used += self.text((x + used, y), left, piece.style, &piece.text);
            } else {
                let room = usize::from(left);
                let clipped = if more { shortened(&piece.text, room) } else { clip(&piece.text, room) };
                return used + self.text((x + used, y), left, piece.style, &clipped);
            }
        }
        used
    }

    /// Puts one row on one line.
    pub fn row(&mut self, line: Rect, row: &Row) {
        self.lit_row(line, row, Highlight::No);
    }

    /// Puts one row on one line, and lights it.
    pub fn lit_row(&mut self, line: Rect, row: &Row, lit: Highlight) {
        if line.height == 0 || line.width == 0 {
            return;
        }
        let wanted: usize = row.right.iter().map(|piece| width(&piece.text)).sum();
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        let right = if wanted > 0 && wanted.saturating_add(8) <= line.width { wanted } else { 0 };
        let left = if right > 0 { line.width - right - 1 } else { line.width };
        self.pieces((line.x, line.y), left, &row.left);
        if right > 0 {
            self.pieces((line.right() - right, line.y), right, &row.right);
        }
        if lit == Highlight::Selected {
            self.light(line);
        }
    }

    /// Lays the ground of what is selected under a line; roles that say something keep their colour.
    fn light(&mut self, line: Rect) {
        let selected = self.styles.of(StyleRole::Selected);
        self.buf.set_style(line, Style { fg: None, ..selected });
        let Some(lifted) = selected.fg else { return };
        // Quiet text on a lit row is lifted, or it could not be read.
        let quiet = [self.styles.of(StyleRole::Dim).fg, Some(Color::Reset)];
        for x in line.left()..line.right() {
            if let Some(cell) = self.buf.cell_mut((x, line.y)).filter(|cell| quiet.contains(&Some(cell.fg))) {
                cell.fg = lifted;
            }
        }
    }

    /// Puts rows from the top of an area downwards.
    pub fn rows(&mut self, area: Rect, rows: &[Row]) {
        for (line, row) in area.rows().zip(rows) {
            self.row(line, row);
        }
    }

    /// Puts the rows of a list that are seen, and lights the selected one.
    pub fn list(
        &mut self,
        area: Rect,
        state: List,
        lit: Highlight,
        len: usize,
        rows: impl FnOnce(Range<usize>) -> Vec<Row>,
    ) {
        let seen = state.window(len, usize::from(area.height));
        for (line, (index, row)) in area.rows().zip(seen.clone().zip(rows(seen))) {
            self.lit_row(line, &row, if index == state.selected { lit } else { Highlight::No });
        }
    }

    /// A border that joins its neighbours'.
    pub fn border(&mut self, area: Rect, style: StyleRole) {
        let block = Block::bordered().border_style(self.styles.of(style));
        let block = match self.charset {
            Charset::Unicode => block.merge_borders(MergeStrategy::Exact),
            Charset::Ascii => block.border_set(ASCII_BORDER),
        };
        block.render(area, self.buf);
    }

    /// A border with a title; answers its inside.
    pub fn framed(&mut self, area: Rect, title: &Row) -> Rect {
        self.border(area, StyleRole::Focus);
        self.title(area, title);
        inside(area)
    }

    /// A title on the upper border: words left, words right.
    pub fn title(&mut self, area: Rect, row: &Row) {
        if area.width < 8 || area.height == 0 {
            return;
        }
        let room = area.width - 4;
        let right: usize = row.right.iter().map(|piece| width(&piece.text)).sum();
        let right = u16::try_from(right).unwrap_or(u16::MAX);
        let padded = |pieces: &[Piece]| {
            let mut padded = vec![Piece::new(StyleRole::Text, " ")];
            padded.extend_from_slice(pieces);
            padded.push(Piece::new(StyleRole::Text, " "));
            padded
        };
        let right = if right > 0 && right.saturating_add(14) <= room { right + 2 } else { 0 };
        self.pieces((area.x + 2, area.y), room.saturating_sub(right), &padded(&row.left));
        if right > 0 {
            self.pieces((area.right().saturating_sub(right + 2), area.y), right, &padded(&row.right));
        }
    }

    /// A quiet rule across a line, with words at its beginning.
    pub fn rule(&mut self, line: Rect, words: &str) {
        let fill = "─".repeat(usize::from(line.width).saturating_sub(words.chars().count() + 1));
        self.row(line, &Row::of(StyleRole::Dim, format!("{words} ")).then(StyleRole::Border, fill));
    }

    /// Puts runs of text in styles of their own one after the other.
    pub fn runs(&mut self, line: Rect, runs: &[(Style, String)]) {
        let mut x = line.x;
        for (style, text) in runs {
            let room = usize::from(line.right().saturating_sub(x));
            (x, _) = self.buf.set_stringn(x, line.y, cut(text, room), room, *style);
        }
    }

    /// The last step of a frame: leaves nothing in it that steers a terminal, that nobody would see, or that this terminal
    /// cannot show. Code, pictures of terminals and boxes to write in are drawn by code that does not know its
    /// characters.
    pub fn finish(&mut self) {
        for cell in self.buf.content.iter_mut().filter(|cell| !is_plain(cell.symbol())) {
            let clean = clean(cell.symbol());
            let shown = match self.charset {
                Charset::Unicode => clean,
                Charset::Ascii => to_ascii(&clean).chars().take(1).collect(),
            };
            if shown != cell.symbol() {
                cell.set_symbol(if shown.is_empty() { " " } else { &shown });
            }
        }
    }

    /// Wipes an area, so that what lies under a popup does not shine through.
    pub fn wipe(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        // A wide character cut in half by the area's left edge would swallow the border.
        for y in area.top()..area.bottom() {
            if area.x > 0
                && let Some(cell) = self.buf.cell_mut((area.x - 1, y))
                && width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
        ratatui::widgets::Clear.render(area, self.buf);
        self.buf.set_style(area, self.styles.of(StyleRole::Text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Depth, Theme};

    #[test]
    fn no_text_breaks_a_row() {
        let styles = Theme::built_in("dark").unwrap().styles(Depth::Full).unwrap();
        for text in [
            "日本語のテキスト",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "e\u{301}e\u{301}e\u{301}e\u{301}",
            "مرحبا بالعالم",
            "\u{202e}evil",
        ] {
            for room in 1..14 {
                let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
                buf.set_string(room, 0, "|", Style::default());
                let row =
                    Row::of(StyleRole::Text, text).then(StyleRole::Dim, text).end(StyleRole::Good, "▣ 2");
                let mut painter = Painter {
                    styles: &styles,
                    charset: Charset::Unicode,
                    buf: &mut buf,
                    cursor: None,
                    pictures: Vec::new(),
                };
                painter.lit_row(Rect::new(0, 0, room, 1), &row, Highlight::Selected);
                assert_eq!(buf[(room, 0)].symbol(), "|", "{text} in {room}");
            }
        }
    }
}
