//! Prints the view's rows: style roles in the terminal's colours, lines that fit its width; plain text in a pipe.

use std::fmt;

use ratatui::layout::Size;
use serde::Serialize;

use crate::tui::picture::{self, Canvas};
use crate::view::log_line::{Extent, LogLine};
use crate::view::row::{Piece, Row};
use crate::view::style_role::StyleRole;
use crate::view::text::{clean, clip, visible, width, wrap};

/// Columns that a wrapped text takes at least, however narrow the terminal is.
const LEAST: usize = 20;
/// Columns of a page for an output that takes lines of any length.
const WIDE: usize = 1_000_000;
/// Blanks between the two sides of a row, at least.
const BETWEEN: usize = 2;

/// Text that a terminal may be given: in it are no control sequences but the colours of [`Style::paint`], and nothing that
/// makes a line read as another one. Everything that is printed is of this type, whoever worded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printable(String);

impl Printable {
    /// Texts one below the other.
    pub fn lines(lines: impl IntoIterator<Item = Self>) -> Self {
        Self(lines.into_iter().map(|line| line.0).collect::<Vec<_>>().join("\n"))
    }

    /// With more text behind it.
    #[must_use]
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.push_str(&more.into().0);
        self
    }

    /// A picture: the only sequences in it are those that our own drawing has made of its pixels.
    ///
    /// # Errors
    /// Why it cannot be shown, in a sentence.
    pub fn picture(png: &str, canvas: Canvas, room: Size) -> Result<Self, String> {
        picture::printed(png, canvas, room).map(Self)
    }

    /// A value as JSON. What JSON would let through is escaped, so that the value stays what it is.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn json(value: &impl Serialize, shape: JsonShape) -> serde_json::Result<Self> {
        let text = match shape {
            JsonShape::Line => serde_json::to_string(value),
            JsonShape::Page => serde_json::to_string_pretty(value),
        }?;
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            // Outside of its strings JSON has ASCII alone.
            if c.is_ascii() && c != '\u{7f}' || visible(c.encode_utf8(&mut [0; 4])).starts_with(c) {
                escaped.push(c);
            } else {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped += &format!("\\u{unit:04x}"));
            }
        }
        Ok(Self(escaped))
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text as it goes to the terminal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it goes to the terminal.
impl fmt::Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Printable {
    fn from(text: &str) -> Self {
        Self(clean(text))
    }
}

impl From<&String> for Printable {
    fn from(text: &String) -> Self {
        Self(clean(text))
    }
}

impl From<String> for Printable {
    fn from(text: String) -> Self {
        Self(clean(&text))
    }
}

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonShape {
    /// One value a line, for streams.
    Line,
    /// Over several lines.
    Page,
}

/// What an output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub colours: Colours,
    pub width: Width,
}

/// Whether colours are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    Shown,
    Hidden,
}

/// How long a line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// As many columns as the terminal has.
    Columns(usize),
    /// A pipe takes any length.
    Unbounded,
}

impl Style {
    /// For files and pipes.
    pub const PLAIN: Self = Self { colours: Colours::Hidden, width: Width::Unbounded };

    /// The columns that a page is made for.
    pub fn columns(self) -> usize {
        match self.width {
            Width::Columns(columns) => columns.max(LEAST),
            Width::Unbounded => WIDE,
        }
    }

    /// The text in its style role. Colour only repeats what a sign or a word says already.
    pub fn paint(self, role: StyleRole, text: &str) -> Printable {
        let text = clean(text);
        Printable(match code(role) {
            Some(code) if self.colours == Colours::Shown && !text.is_empty() => {
                format!("\u{1b}[{code}m{text}\u{1b}[0m")
            }
            _ => text,
        })
    }

    /// The text, cut so that it fits after `used` columns.
    pub fn fitted(self, text: &str, used: usize) -> String {
        match self.width {
            Width::Unbounded => text.to_owned(),
            Width::Columns(columns) => clip(text, columns.saturating_sub(used)),
        }
    }

    /// The text in lines that fit after `used` columns, whole: its own line breaks are kept.
    pub fn wrapped(self, text: &str, used: usize) -> Vec<String> {
        wrap(text, self.columns().saturating_sub(used).max(LEAST))
    }

    /// Rows one below the other, each of them whole. In a pipe the right sides of neighbours end in one column.
    pub fn page(self, rows: &[Row]) -> Printable {
        let mut lines = Vec::new();
        for run in rows.chunk_by(|one, next| one.right.is_empty() == next.right.is_empty()) {
            let edge = match self.width {
                Width::Columns(columns) => columns,
                Width::Unbounded => {
                    let left = run.iter().map(|row| cells(&trimmed(&row.left))).max();
                    let right = run.iter().map(|row| cells(&row.right)).max();
                    left.unwrap_or(0) + BETWEEN + right.unwrap_or(0)
                }
            };
            lines.extend(run.iter().map(|row| self.whole(row, edge)));
        }
        Printable::lines(lines)
    }

    /// Rows of a list, a line each on a terminal; in a pipe nothing is cut.
    pub fn list(self, rows: &[Row]) -> Printable {
        match self.width {
            Width::Unbounded => self.page(rows),
            Width::Columns(_) => Printable::lines(rows.iter().map(|row| self.cut(row))),
        }
    }

    /// A row on one line: what does not fit of its left side is cut.
    pub fn cut(self, row: &Row) -> Printable {
        let Width::Columns(columns) = self.width else { return self.page(std::slice::from_ref(row)) };
        let room = columns.saturating_sub(before(&row.right));
        let mut left = Vec::new();
        let mut used = 0;
        for piece in trimmed(&row.left) {
            let text = clip(&piece.text, room - used);
            used += width(&text);
            let is_cut = text != piece.text;
            left.push(Piece { text, ..piece });
            if is_cut {
                break;
            }
        }
        self.sides(&left, &row.right, columns)
    }

    /// A row with all its words: what does not fit before the edge goes on in lines below, set in.
    fn whole(self, row: &Row, edge: usize) -> Printable {
        let room = edge.saturating_sub(before(&row.right)).max(LEAST);
        let mut lines = broken(&trimmed(&row.left), room).into_iter();
        let first = self.sides(&lines.next().unwrap_or_default(), &row.right, edge);
        Printable::lines([first].into_iter().chain(lines.map(|line| self.sides(&line, &[], edge))))
    }

    /// Both sides on one line, the right one up to the edge.
    fn sides(self, left: &[Piece], right: &[Piece], edge: usize) -> Printable {
        let left = &trimmed(left);
        let gap = edge.saturating_sub(cells(left) + cells(right)).max(BETWEEN);
        let between = Piece { text: " ".repeat(gap), style: StyleRole::Text };
        let line: Vec<Piece> = left.iter().chain([&between]).chain(right).cloned().collect();
        let painted = trimmed(&line).into_iter().map(|piece| self.paint(piece.style, &piece.text));
        painted.fold(Printable::default(), Printable::then)
    }
}

/// A line of the log as it is printed; `at` is the time since the mission began, in milliseconds.
pub fn printed(line: &LogLine, at: u64, style: Style) -> Printable {
    let rows = line.rows(at, style.columns());
    // A command that is broken into lines could not be copied.
    let style = match line.extent {
        Extent::OneRow => style,
        Extent::Whole => Style { width: Width::Unbounded, ..style },
    };
    Printable::lines(rows.iter().map(|row| style.cut(row)))
}

/// The terminal's code for a role; a terminal's own theme says which colours these are.
fn code(role: StyleRole) -> Option<&'static str> {
    match role {
        StyleRole::Text | StyleRole::Border | StyleRole::Focus | StyleRole::Selected | StyleRole::Resting => {
            None
        }
        StyleRole::Dim | StyleRole::Faint | StyleRole::Thought => Some("2"),
        StyleRole::Strong | StyleRole::Banner => Some("1"),
        StyleRole::Accent => Some("36"),
        StyleRole::Key | StyleRole::Call => Some("1;36"),
        StyleRole::Good | StyleRole::Added => Some("32"),
        StyleRole::Bad | StyleRole::Removed => Some("31"),
        StyleRole::Warn => Some("33"),
        StyleRole::Match => Some("7"),
    }
}

fn cells(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| width(&piece.text)).sum()
}

/// The columns that a right side needs, with the blanks before it.
fn before(right: &[Piece]) -> usize {
    if right.is_empty() { 0 } else { cells(right) + BETWEEN }
}

/// Pieces without the blanks at their end.
fn trimmed(pieces: &[Piece]) -> Vec<Piece> {
    let last = pieces.iter().rposition(|piece| !piece.text.trim_end().is_empty());
    let mut kept = last.map_or_else(Vec::new, |last| pieces.iter().take(last + 1).cloned().collect());
    if let Some(last) = kept.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    kept
}

/// Pieces in lines of so many columns, broken at blanks. A word that is longer than a line stays in one piece, so that
/// it can be copied.
fn broken(pieces: &[Piece], room: usize) -> Vec<Vec<Piece>> {
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let indent = text.len() - text.trim_start().len() + 2;
    let mut lines = vec![Vec::new()];
    let mut used = 0;
    for piece in pieces {
        for word in piece.text.split_inclusive(' ') {
            if used > indent && used + width(word.trim_end()) > room && !word.trim_end().is_empty() {
                lines.push(vec![Piece { text: " ".repeat(indent), style: StyleRole::Text }]);
                used = indent;
            }
            used += width(word);
            if let Some(line) = lines.last_mut() {
                line.push(Piece { text: word.to_owned(), style: piece.style });
            }
        }
    }
    lines.iter().map(|line| joined(line)).collect()
}

/// Neighbours of one style role in one piece.
fn joined(pieces: &[Piece]) -> Vec<Piece> {
    let same = pieces.chunk_by(|one, next| one.style == next.style);
    let piece = |same: &[Piece]| {
        let text = same.iter().map(|piece| piece.text.as_str()).collect();
        Piece { text, style: same.first().map(|piece| piece.style).unwrap_or_default() }
    };
    same.map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row::of(StyleRole::Good, "✓ ")
            .then(StyleRole::Text, "a visitor reads what others wrote ")
            .end(StyleRole::Dim, "  r2 ")
    }

    #[test]
    fn without_colours_nothing_is_added() {
        assert_eq!(Style::PLAIN.paint(StyleRole::Bad, "no").as_str(), "no");
        let style = Style { colours: Colours::Shown, ..Style::PLAIN };
        assert_eq!(style.paint(StyleRole::Bad, "no").as_str(), "\u{1b}[31mno\u{1b}[0m");
        assert_eq!(
            style.page(&[row()]).as_str(),
            "\u{1b}[32m✓ \u{1b}[0ma visitor reads what others wrote  \u{1b}[2m  r2\u{1b}[0m"
        );
    }

    #[test]
    fn a_row_is_cut_or_goes_on_below_and_its_right_side_stands_at_the_edge() {
        let narrow = Style { colours: Colours::Hidden, width: Width::Columns(30) };
        insta::assert_snapshot!(narrow.cut(&row()), @"✓ a visitor reads what…    r2");
        insta::assert_snapshot!(narrow.page(&[row()]), @r"
        ✓ a visitor reads what     r2
          others wrote
        ");
        let short = Row::of(StyleRole::Text, "short").end(StyleRole::Dim, "r10 ");
        insta::assert_snapshot!(Style::PLAIN.page(&[row(), short, Row::new(), row()]), @r"
        ✓ a visitor reads what others wrote    r2
        short                                 r10

        ✓ a visitor reads what others wrote    r2
        ");
    }

    #[test]
    fn nothing_printed_can_steer_a_terminal() {
        let evil = "a\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{202e}b\u{2066}c\u{2028}d\u{200b}\u{85}";
        assert_eq!(Printable::from(evil).as_str(), "ared2Jbc d");
        let style = Style { colours: Colours::Shown, ..Style::PLAIN };
        assert_eq!(style.paint(StyleRole::Good, evil).as_str(), "\u{1b}[32mared2Jbc d\u{1b}[0m");
        for shape in [JsonShape::Line, JsonShape::Page] {
            let json = Printable::json(&evil, shape).unwrap();
            assert!(json.as_str().chars().all(|c| matches!(c, ' '..='~')), "{json:?}");
            assert_eq!(serde_json::from_str::<String>(json.as_str()).unwrap(), evil);
        }
        let kept = "família 👩‍👩‍👧 \u{e0100} — Ω";
        assert_eq!(Printable::json(&kept, JsonShape::Line).unwrap().as_str(), format!("\"{kept}\""));
    }
}
