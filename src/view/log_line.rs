//! One line about what happened or what waits: the time, a sign, what it is about, and what is said of it.

use std::fmt::Display;

use crate::view::glyph::{Charset, Glyph};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{clip, padded, width, wrap};
use crate::view::words::{clock, one_line};

/// Columns of the time, right-aligned.
const TIME: usize = 8;
/// Columns of the subject, and how many a longer one may take.
const SUBJECT: usize = 14;
const LONG_SUBJECT: usize = 24;
/// Where the text of a line starts.
const INDENT: usize = TIME + 2 + 2 + SUBJECT + 1;
/// Columns that a wrapped text takes at least, however narrow the terminal is.
const LEAST: usize = 20;

/// A sign with its style.
pub type Sign = (Glyph, StyleRole);

pub const GOOD: Sign = (Glyph::Done, StyleRole::Good);
pub const BAD: Sign = (Glyph::Failed, StyleRole::Bad);
pub const WARNING: Sign = (Glyph::Blocked, StyleRole::Warn);
pub const NEEDS: Sign = (Glyph::Needs, StyleRole::Warn);
pub const BEGINS: Sign = (Glyph::Active, StyleRole::Accent);
pub const NOTE: Sign = (Glyph::Dot, StyleRole::Dim);
pub const SAID: Sign = (Glyph::Message, StyleRole::Dim);

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub sign: Sign,
    /// What it is about: `plan`, `F3`, `M1`, `VAL-AUTH-001`.
    pub subject: String,
    pub text: String,
    /// Smaller print under it.
    pub more: Vec<String>,
    pub extent: Extent,
}

/// How much of a line is shown where the screen is narrower than it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// As much as fits: it is one of many.
    #[default]
    OneRow,
    /// All of it, over several rows: somebody must read it whole, and copy the commands under it.
    Whole,
}

impl LogLine {
    /// A line without smaller print; its text is put on one line.
    pub fn new(sign: Sign, subject: &(impl Display + ?Sized), text: impl AsRef<str>) -> Self {
        let (subject, text) = (subject.to_string(), one_line(text.as_ref()));
        Self { sign, subject, text, more: Vec::new(), extent: Extent::OneRow }
    }

    /// With smaller print under it.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.more.extend(more);
        self
    }

    /// Shown whole, however narrow the screen is.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.extent = Extent::Whole;
        self
    }

    /// The rows on a screen of so many columns; `at` is the time since the mission began, in milliseconds. A text that
    /// is one of many is in one row, which whoever shows it cuts.
    pub fn rows(&self, at: u64, columns: usize) -> Vec<Row> {
        let (glyph, style) = self.sign;
        let (name, words) = if style == StyleRole::Dim {
            (StyleRole::Dim, StyleRole::Dim)
        } else {
            (StyleRole::Strong, if self.sign == NEEDS { StyleRole::Strong } else { StyleRole::Text })
        };
        let subject = padded(&clip(&self.subject, LONG_SUBJECT), SUBJECT);
        let used = TIME + 2 + 2 + width(&subject) + 1;
        let mut texts = match self.extent {
            Extent::OneRow => vec![self.text.clone()],
            Extent::Whole => wrap(&self.text, columns.saturating_sub(used).max(LEAST)),
        }
        .into_iter();
        let under = |style: StyleRole, text: &str| Row::of(style, format!("{}{text}", " ".repeat(INDENT)));
        let first = Row::of(StyleRole::Dim, format!("{:>TIME$}  ", clock(at)))
            .then(style, glyph.text(Charset::Unicode))
            .then(name, format!(" {subject} "))
            .then(words, texts.next().unwrap_or_default());
        let rest = texts.map(|text| under(words, &text));
        let more = self.more.iter().map(|more| under(StyleRole::Dim, more));
        std::iter::once(first).chain(rest).chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::row::plain;

    #[test]
    fn columns_are_aligned_and_a_whole_line_is_wrapped() {
        let lines = [
            LogLine::new(BEGINS, "F1", "#2 worker builds: the page"),
            LogLine::new(
                BAD,
                "VAL-GUESTBOOK-001",
                "posting an empty name answers 500\nand the entry is kept",
            ),
            LogLine::new(GOOD, "plan", "1 milestone").with(["M1 The page: F1, F2".to_owned()]),
            LogLine::new(NEEDS, "Q1", "which of the two shall it be: the first, or the second one?")
                .with(["flightdeck answer -m guestbook-7k2p Q1 \"…\"".to_owned()])
                .whole(),
        ];
        let rows: Vec<Row> = lines.iter().flat_map(|line| line.rows(3_661_000, 60)).collect();
        insta::assert_snapshot!(plain(&rows), @r#"
         1:01:01  ● F1             #2 worker builds: the page
         1:01:01  ✗ VAL-GUESTBOOK-001 posting an empty name answers 500 and the entry is kept
         1:01:01  ✓ plan           1 milestone
                                   M1 The page: F1, F2
         1:01:01  ▲ Q1             which of the two shall it be: the
                                   first, or the second one?
                                   flightdeck answer -m guestbook-7k2p Q1 "…"
        "#);
    }
}
