//! How lines look on this output: with colours or without, and how wide.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::view::text::wrap;

/// Columns that a wrapped text takes at least, however narrow the terminal is.
const LEAST: usize = 20;

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
    Left,
}

/// How long a line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// As many columns as the terminal has.
    Columns(usize),
    /// A pipe takes any length.
    Unbounded,
}

/// What a piece of text means. Colour only repeats what a glyph or a word says already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Bad,
    Warning,
    /// Something to decide.
    Decision,
    Strong,
    Faint,
}

impl Style {
    /// For files and pipes.
    pub const PLAIN: Self = Self { colours: Colours::Left, width: Width::Unbounded };

    /// The text in its tone.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Warning => "33",
            Tone::Decision => "1;36",
            Tone::Strong => "1",
            Tone::Faint => "2",
        };
        if self.colours == Colours::Left || text.is_empty() {
            return text.to_owned();
        }
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// The text, cut so that it fits after `used` columns.
    pub fn fitted(self, text: &str, used: usize) -> String {
        match self.width {
            Width::Unbounded => text.to_owned(),
            Width::Columns(columns) => cut(text, columns.saturating_sub(used)),
        }
    }

    /// The text in lines that fit after `used` columns, whole: its own line breaks are kept.
    pub fn wrapped(self, text: &str, used: usize) -> Vec<String> {
        match self.width {
            Width::Unbounded => text.split('\n').map(str::to_owned).collect(),
            Width::Columns(columns) => wrap(text, columns.saturating_sub(used).max(LEAST)),
        }
    }
}

/// At most so many columns of a text, with an ellipsis where something is missing.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for piece in text.graphemes(true) {
        let width = piece.width();
        if used + width + 1 > columns {
            break;
        }
        used += width;
        kept.push_str(piece);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// A text filled up with blanks to so many columns.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut("flight", 6), "flight");
        assert_eq!(cut("flightdeck", 6), "fligh…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("x", 0), "");
        assert_eq!(padded("日本", 6), "日本  ");
    }

    #[test]
    fn without_colours_nothing_is_added() {
        assert_eq!(Style::PLAIN.paint(Tone::Bad, "no"), "no");
        let style = Style { colours: Colours::Shown, ..Style::PLAIN };
        assert_eq!(style.paint(Tone::Bad, "no"), "\u{1b}[31mno\u{1b}[0m");
    }
}
