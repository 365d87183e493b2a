//! Puts rows on the screen: clips by cells, keeps the right side at the edge, lights the selected row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::widgets::{Block, Widget};

use crate::tui::styles::Styles;
use crate::view::glyph::{Charset, to_ascii};
use crate::view::row::{Piece, Row};
use crate::view::style_role::StyleRole;
use crate::view::text::{clip, cut, width};

/// A brush: the styles of the theme, and the characters that the terminal has.
#[derive(Debug, Clone, Copy)]
pub struct Painter<'a> {
    pub styles: &'a Styles,
    pub charset: Charset,
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Highlight {
    #[default]
    No,
    /// Selected, in the pane that has the keys.
    Selected,
    /// Selected, in another pane.
    Resting,
}

impl Highlight {
    fn style(self) -> Option<StyleRole> {
        match self {
            Self::No => None,
            Self::Selected => Some(StyleRole::Selected),
            Self::Resting => Some(StyleRole::Resting),
        }
    }
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
    pub fn text(&self, buf: &mut Buffer, at: (u16, u16), room: u16, style: StyleRole, text: &str) -> u16 {
        self.styled(buf, at, room, self.styles.of(style), text)
    }

    fn styled(&self, buf: &mut Buffer, (x, y): (u16, u16), room: u16, style: Style, text: &str) -> u16 {
        let area = buf.area;
        if y < area.y || y >= area.bottom() || x >= area.right() || room == 0 {
            return 0;
        }
        let room = usize::from(room.min(area.right() - x));
        let text = clip(text, room);
        let text = if self.charset == Charset::Ascii { to_ascii(&text) } else { text };
        let (end, _) = buf.set_stringn(x, y, &text, room, style);
        end.saturating_sub(x)
    }

    /// Puts pieces one after the other; answers the cells they took.
    pub fn pieces(&self, buf: &mut Buffer, (x, y): (u16, u16), room: u16, pieces: &[Piece]) -> u16 {
        let mut used = 0;
        for (index, piece) in pieces.iter().enumerate() {
            let rest = pieces.get(index + 1..).unwrap_or_default();
            let left = room.saturating_sub(used);
            let more = rest.iter().any(|piece| !piece.text.trim().is_empty());
            let fits =
                width(&piece.text) < usize::from(left) || (!more && width(&piece.text) == usize::from(left));
            if fits {
                used += self.text(buf, (x + used, y), left, piece.style, &piece.text);
            } else {
                let clipped = if more {
                    format!("{}…", cut(&piece.text, usize::from(left.saturating_sub(1))))
                } else {
                    clip(&piece.text, usize::from(left))
                };
                return used + self.text(buf, (x + used, y), left, piece.style, &clipped);
            }
        }
        used
    }

    /// Puts one row on one line.
    pub fn row(&self, buf: &mut Buffer, line: Rect, row: &Row, lit: Highlight) {
        if line.height == 0 || line.width == 0 {
            return;
        }
        let wanted: usize = row.right.iter().map(|piece| width(&piece.text)).sum();
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        let right = if wanted > 0 && wanted.saturating_add(8) <= line.width { wanted } else { 0 };
        let left = if right > 0 { line.width - right - 1 } else { line.width };
        self.pieces(buf, (line.x, line.y), left, &row.left);
        if right > 0 {
            self.pieces(buf, (line.right() - right, line.y), right, &row.right);
        }
        if let Some(style) = lit.style() {
            self.light(buf, line, style);
        }
    }

    /// Lays a style role's ground under a line; roles that say something keep their colour.
    pub fn light(&self, buf: &mut Buffer, line: Rect, role: StyleRole) {
        let mut ground = self.styles.of(role);
        ground.fg = None;
        let plain = self.styles.of(StyleRole::Dim).fg;
        buf.set_style(line, ground);
        // Quiet text on a lit row is lifted, or it could not be read.
        for x in line.left()..line.right() {
            if let Some(cell) = buf.cell_mut((x, line.y))
                && role == StyleRole::Selected
                && (Some(cell.fg) == plain || cell.fg == ratatui::style::Color::Reset)
                && let Some(fg) = self.styles.of(role).fg
            {
                cell.fg = fg;
            }
        }
    }

    /// Puts rows from the top of an area downwards.
    pub fn rows(&self, buf: &mut Buffer, area: Rect, rows: &[Row]) {
        for (line, row) in area.rows().zip(rows) {
            self.row(buf, line, row, Highlight::No);
        }
    }

    /// A border that joins its neighbours'.
    pub fn border(&self, buf: &mut Buffer, area: Rect, style: StyleRole) {
        let block = Block::bordered().border_style(self.styles.of(style)).merge_borders(MergeStrategy::Exact);
        match self.charset {
            Charset::Unicode => block.render(area, buf),
            Charset::Ascii => {
                Block::bordered()
                    .border_set(ASCII_BORDER)
                    .border_style(self.styles.of(style))
                    .render(area, buf);
            }
        }
    }

    /// A title on the upper border: words left, words right.
    pub fn title(&self, buf: &mut Buffer, area: Rect, row: &Row) {
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
        self.pieces(buf, (area.x + 2, area.y), room.saturating_sub(right), &padded(&row.left));
        if right > 0 {
            self.pieces(buf, (area.right().saturating_sub(right + 2), area.y), right, &padded(&row.right));
        }
    }

    /// Leaves nothing on a terminal that it cannot show. Code, pictures of terminals and boxes to write in are drawn by
    /// others, who know nothing of its characters.
    pub fn plain(&self, buf: &mut Buffer) {
        if self.charset == Charset::Unicode {
            return;
        }
        let strange = buf.content.iter_mut().filter(|cell| !cell.symbol().is_ascii());
        for cell in strange {
            let twin: String = to_ascii(cell.symbol()).chars().take(1).collect();
            cell.set_symbol(&twin);
        }
    }

    /// Wipes an area, so that what lies under a popup does not shine through.
    pub fn wipe(&self, buf: &mut Buffer, area: Rect) {
        let area = area.intersection(buf.area);
        // A wide character cut in half by the area's left edge would swallow the border.
        for y in area.top()..area.bottom() {
            if area.x > 0
                && let Some(cell) = buf.cell_mut((area.x - 1, y))
                && width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
        ratatui::widgets::Clear.render(area, buf);
        buf.set_style(area, self.styles.of(StyleRole::Text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Depth, Theme};

    #[test]
    fn no_text_breaks_a_row() {
        let styles = Theme::built_in("dark").unwrap().styles(Depth::Full).unwrap();
        let painter = Painter { styles: &styles, charset: Charset::Unicode };
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
                painter.row(&mut buf, Rect::new(0, 0, room, 1), &row, Highlight::Selected);
                assert_eq!(buf[(room, 0)].symbol(), "|", "{text} in {room}");
            }
        }
    }
}
