//! A row of a list: what it says and in which style roles, before it is known how wide the screen is.

use crate::view::glyph::Glyph;
use crate::view::style_role::StyleRole;
use crate::view::text::clean;

/// A piece of text in one style role. Its text is clean from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub style: StyleRole,
}

/// One line of a list: the left side gives way, the right side stands at the edge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub left: Vec<Piece>,
    pub right: Vec<Piece>,
}

impl Piece {
    /// A piece of one line; line breaks become spaces.
    pub fn new(style: StyleRole, text: impl AsRef<str>) -> Self {
        let clean = clean(text.as_ref());
        let text = if clean.contains('\n') { clean.replace('\n', " ") } else { clean };
        Self { text, style }
    }
}

impl Row {
    /// An empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// A row of one piece.
    pub fn of(style: StyleRole, text: impl AsRef<str>) -> Self {
        Self::new().then(style, text)
    }

    /// With a piece more on the left.
    #[must_use]
    pub fn then(mut self, style: StyleRole, text: impl AsRef<str>) -> Self {
        self.left.push(Piece::new(style, text));
        self
    }

    /// With a sign and a space more on the left.
    #[must_use]
    pub fn sign(self, style: StyleRole, glyph: Glyph) -> Self {
        self.then(style, glyph.text(crate::view::glyph::Charset::Unicode)).then(StyleRole::Text, " ")
    }

    /// With a piece more on the right.
    #[must_use]
    pub fn end(mut self, style: StyleRole, text: impl AsRef<str>) -> Self {
        self.right.push(Piece::new(style, text));
        self
    }

    /// The row set in by so many cells; an empty one stays empty.
    #[must_use]
    pub fn indented(mut self, cells: usize) -> Self {
        if !(self.left.is_empty() && self.right.is_empty()) {
            self.left.insert(0, Piece::new(StyleRole::Text, " ".repeat(cells)));
        }
        self
    }

    /// The row as plain text, for tests and for copying.
    pub fn plain(&self) -> String {
        let side = |pieces: &[Piece]| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
        let (left, right) = (side(&self.left).trim_end().to_owned(), side(&self.right).trim_end().to_owned());
        if right.is_empty() { left } else { format!("{left} | {right}") }
    }
}

/// Rows as plain text, one a line.
pub fn plain(rows: &[Row]) -> String {
    rows.iter().map(Row::plain).collect::<Vec<_>>().join("\n")
}
