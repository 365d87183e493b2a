//! One line of progress: when, what kind, about what, and what happened.

use std::fmt::Display;

use super::words::elapsed;
use crate::cli::print::Style;
use crate::view::style_role::StyleRole;
use crate::view::text::{clip, padded};

/// Columns of the time, right-aligned.
const TIME: usize = 8;
/// Columns of the subject.
const SUBJECT: usize = 14;

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub glyph: Glyph,
    /// What it is about: `plan`, `F3`, `M1`, `VAL-AUTH-001`.
    pub subject: String,
    pub text: String,
    /// Smaller print under it.
    pub more: Vec<String>,
    pub extent: Extent,
}

/// How much of a line is shown where the terminal is narrower than it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// As much as fits: it is one of many.
    #[default]
    Fitting,
    /// All of it, over several lines: somebody must read it whole, and copy the commands under it.
    Whole,
}

/// The mark in front of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Start,
    Good,
    Bad,
    Warning,
    Decision,
    Question,
    Note,
    /// Something an agent said.
    Said,
}

impl Glyph {
    fn mark(self) -> (&'static str, StyleRole) {
        match self {
            Self::Start => ("▸", StyleRole::Strong),
            Self::Good => ("✓", StyleRole::Good),
            Self::Bad => ("✗", StyleRole::Bad),
            Self::Warning => ("!", StyleRole::Warn),
            Self::Decision => ("◆", StyleRole::Key),
            Self::Question => ("?", StyleRole::Key),
            Self::Note => ("·", StyleRole::Dim),
            Self::Said => ("“", StyleRole::Dim),
        }
    }
}

impl Line {
    /// A line without smaller print.
    pub fn new(glyph: Glyph, subject: &(impl Display + ?Sized), text: impl Into<String>) -> Self {
        Self {
            glyph,
            subject: subject.to_string(),
            text: text.into(),
            more: Vec::new(),
            extent: Extent::Fitting,
        }
    }

    /// With smaller print under it.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.more.extend(more);
        self
    }

    /// Shown whole, however narrow the terminal is.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.extent = Extent::Whole;
        self
    }

    /// The line as it is printed; `at` is the time since the mission began, in milliseconds.
    pub fn rendered(&self, at: u64, style: Style) -> String {
        let (mark, tone) = self.glyph.mark();
        let time = style.paint(StyleRole::Dim, &format!("{:>TIME$}", elapsed(at)));
        let subject = padded(&clip(&self.subject, SUBJECT.max(self.subject.len().min(24))), SUBJECT);
        let used = TIME + 2 + 2 + SUBJECT.max(subject.chars().count()) + 1;
        let text_tone = match self.glyph {
            Glyph::Decision | Glyph::Question => StyleRole::Strong,
            Glyph::Note | Glyph::Said => StyleRole::Dim,
            _ => StyleRole::Text,
        };
        let indent = TIME + 2 + 2 + SUBJECT + 1;
        let (text, rest) = self.text_lines(used, indent, style);
        let text = style.paint(text_tone, &text);
        let subject = style
            .paint(if text_tone == StyleRole::Dim { StyleRole::Dim } else { StyleRole::Strong }, &subject);
        let mut all = format!("{time}  {} {subject} {text}", style.paint(tone, mark)).trim_end().to_owned();
        let mut under = |line: &str, tone: StyleRole| {
            all.push('\n');
            all.push_str(format!("{}{}", " ".repeat(indent), style.paint(tone, line)).trim_end());
        };
        for line in rest {
            under(&line, text_tone);
        }
        for more in &self.more {
            match self.extent {
                Extent::Fitting => under(&style.fitted(more, indent), StyleRole::Dim),
                // A command that is broken into lines could not be copied.
                Extent::Whole => under(more, StyleRole::Dim),
            }
        }
        all
    }

    /// What stands beside the subject, and the lines under it.
    fn text_lines(&self, used: usize, indent: usize, style: Style) -> (String, Vec<String>) {
        if self.extent == Extent::Fitting {
            return (style.fitted(&self.text, used), Vec::new());
        }
        let mut lines = style.wrapped(&self.text, used.max(indent)).into_iter();
        (lines.next().unwrap_or_default(), lines.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::{Colours, Width};

    #[test]
    fn columns_are_aligned_and_long_lines_cut_on_a_terminal_only() {
        let lines = [
            Line::new(Glyph::Start, "F1", "#2 worker starts: the page"),
            Line::new(
                Glyph::Bad,
                "VAL-GUESTBOOK-001",
                "posting an empty name answers 500 and the entry is kept",
            ),
            Line::new(Glyph::Good, "plan", "1 milestone").with(["M1 The page: F1, F2".to_owned()]),
        ];
        let narrow = Style { colours: Colours::Hidden, width: Width::Columns(60) };
        let printed: Vec<String> = lines.iter().map(|line| line.rendered(3_661_000, narrow)).collect();
        insta::assert_snapshot!(printed.join("\n"), @r"
         1:01:01  ▸ F1             #2 worker starts: the page
         1:01:01  ✗ VAL-GUESTBOOK-001 posting an empty name answers…
         1:01:01  ✓ plan           1 milestone
                                   M1 The page: F1, F2
        ");
        let whole =
            Line::new(Glyph::Question, "Q1", "which of the two shall it be: the first, or the second one?")
                .with(["flightdeck answer -m guestbook-7k2p Q1 \"…\"".to_owned()])
                .whole();
        insta::assert_snapshot!(whole.rendered(3_661_000, narrow), @r#"
         1:01:01  ? Q1             which of the two shall it be: the
                                   first, or the second one?
                                   flightdeck answer -m guestbook-7k2p Q1 "…"
        "#);
        let wide = lines[1].rendered(0, Style::PLAIN);
        assert!(wide.ends_with("and the entry is kept"), "{wide}");
    }
}
