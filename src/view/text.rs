//! Text as a terminal sees it: cells, not characters. Nothing that an agent writes leaves this room uncleaned.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;
use vte::{Parser, Perform};

pub use crate::domain::text::plural;
pub use crate::view::words::{ago, count, long_span, span};

/// Ends whatever control sequence is open, as terminals do.
const CANCEL: u8 = 0x18;
/// Cells of a torn word that are given up at most, so that a text ends behind a whole one; of a longer word, such as a
/// path, its beginning is worth more.
const TORN: usize = 14;

/// Takes away what could move the cursor, change colours or make a line read as another one: escape sequences whole,
/// other control characters, and characters that nobody sees. Line breaks stay; a tab becomes two spaces.
pub fn clean(text: &str) -> String {
    if text.split('\n').all(is_plain) {
        return text.to_owned();
    }
    let mut parser = Parser::new();
    let mut kept = Kept(String::with_capacity(text.len()));
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            // A sequence that nobody closed ends with its line.
            parser.advance(&mut kept, &[CANCEL, b'\n']);
        }
        parser.advance(&mut kept, line.as_bytes());
    }
    kept.0
}

/// What is left of a text without its control sequences.
struct Kept(String);

impl Perform for Kept {
    fn print(&mut self, c: char) {
        match c {
            '\u{2028}' | '\u{2029}' => self.0.push(' '),
            c if c.is_control() || is_unseen(c) => {}
            c => self.0.push(c),
        }
    }

    fn execute(&mut self, control: u8) {
        match control {
            b'\n' => self.0.push('\n'),
            b'\t' => self.0.push_str("  "),
            _ => {}
        }
    }
}

/// Direction marks, invisible operators, tags and the like: they change how a line reads without being seen. The
/// joiners stay, because words and pictures are made with them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The line with everything that [`clean`] would take away written out, such as `\u{1b}`: for texts that are judged, where
/// nothing may hide. A tab becomes two spaces.
pub fn visible(line: &str) -> String {
    if is_plain(line) {
        return line.to_owned();
    }
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => shown.push_str("  "),
            '\u{2028}' | '\u{2029}' => shown.extend(c.escape_unicode()),
            c if c.is_control() || is_unseen(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// A text in a column of so many cells: clipped or filled up, with a blank behind it.
pub fn column(text: &str, room: usize) -> String {
    padded(&clip(text, room.saturating_sub(1)), room)
}

/// How many cells a text takes.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(cells).sum()
}

/// Whether every byte is a character of one cell, as in most of what agents say: then nothing needs to be looked up.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// The cells of one grapheme, as the renderer counts them.
pub fn cells(grapheme: &str) -> usize {
    grapheme.width()
}

/// Cuts a text to a number of cells, with an ellipsis where something is missing.
pub fn clip(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let shorter = text.trim_end();
    if width(shorter) <= room {
        return shorter.to_owned();
    }
    shortened(text, room)
}

/// A text that goes on, in so many cells: it ends behind a word where one ends near, with an ellipsis.
pub fn shortened(text: &str, room: usize) -> String {
    if room == 0 {
        return String::new();
    }
    let fitting = cut(text, room - 1);
    let is_whole = text.get(fitting.len()..).is_none_or(|rest| rest.is_empty() || rest.starts_with(' '));
    let word = fitting.rfind(' ').filter(|_| !is_whole).map(|at| fitting.split_at(at));
    let word = word.filter(|(whole, torn)| width(torn) <= TORN && width(whole) > width(torn));
    let kept = word.map_or(fitting, |(whole, _)| whole);
    format!("{}…", kept.trim_end())
}

/// A text filled up with blanks to so many cells.
pub fn padded(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text))))
}

/// As much of a text as fits, without an ellipsis.
pub fn cut(text: &str, room: usize) -> &str {
    if is_plain(text) {
        return text.get(..room).unwrap_or(text);
    }
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += cells(grapheme);
        if used > room {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The first line of a text, clipped.
pub fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim()
}

/// The last so many lines of a text.
pub fn last_lines(text: &str, most: usize) -> &str {
    let from = text.rmatch_indices('\n').nth(most.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
    text.get(from..).unwrap_or(text)
}

/// Breaks a text into lines of at most `room` cells, at spaces where there are any.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, room, &mut lines);
    }
    lines
}

fn wrap_line(line: &str, room: usize, lines: &mut Vec<String>) {
    if width(line) <= room {
        lines.push(line.trim_end().to_owned());
        return;
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').take(room / 3).collect();
    let mut current = String::new();
    let mut used = 0;
    for word in words(line) {
        let cells_of_word = width(word);
        if used + cells_of_word > room && !word.trim().is_empty() {
            if used > indent.len() {
                lines.push(current.trim_end().to_owned());
                current.clone_from(&indent);
                used = indent.len();
            }
            if cells_of_word > room.saturating_sub(used) {
                used = break_word(word, room, &indent, &mut current, lines);
                continue;
            }
        }
        if used + cells_of_word <= room {
            current.push_str(word);
            used += cells_of_word;
        }
    }
    if !current.trim().is_empty() {
        lines.push(current.trim_end().to_owned());
    }
}

/// The words of a line and what stands between them. What hangs together without a space is one word: a path broken at
/// its slashes could neither be read nor followed, and no line begins with a comma.
pub fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.split_word_bounds().next() {
        let run = rest.find(|c: char| !c.is_ascii_graphic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(run.max(first.len()));
        words.push(word);
        rest = after;
    }
    words
}

/// A word longer than a line is broken between graphemes. Answers the cells used on the last line.
fn break_word(word: &str, room: usize, indent: &str, current: &mut String, lines: &mut Vec<String>) -> usize {
    let mut used = width(current);
    for grapheme in word.graphemes(true) {
        let next = cells(grapheme);
        if used + next > room && used > indent.len() {
            lines.push(std::mem::replace(current, indent.to_owned()));
            used = indent.len();
        }
        if used + next <= room {
            current.push_str(grapheme);
            used += next;
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_vanish_whole() {
        assert_eq!(clean("a\u{1b}[31;1mred\u{1b}[0m b"), "ared b");
        assert_eq!(clean("\u{1b}]0;title\u{7}x\u{1b}]8;;http://e\u{1b}\\y"), "xy");
        assert_eq!(clean("a\rb\u{8}\tc\u{202e}d"), "ab  cd");
        assert_eq!(clean("\u{1b}]52;c;unfinished\nnext"), "\nnext");
        assert_eq!(clean("\u{1b}"), "");
    }

    #[test]
    fn clipping_never_splits_a_wide_character() {
        assert_eq!(clip("日本語", 4), "日…");
        assert_eq!(clip("日本語", 6), "日本語");
        assert_eq!(clip("abc", 0), "");
        assert_eq!(clip("a b\u{301}cde", 5), "a b\u{301}c…");
        assert_eq!(padded("日本", 6), "日本  ");
        assert_eq!(width(&clip("👩‍👩‍👧‍👦 family", 5)), width("👩‍👩‍👧‍👦") + 3);
    }

    #[test]
    fn a_clipped_text_ends_behind_a_whole_word_where_one_ends_near() {
        assert_eq!(clip("Add and list from the command line", 33), "Add and list from the command…");
        assert_eq!(clip("Add and list from the command line", 30), "Add and list from the command…");
        assert_eq!(clip("Add and list from the command line", 29), "Add and list from the…");
        let path = "in /tmp/a/very/long/path/that/goes/on";
        assert_eq!(clip(path, 22), "in /tmp/a/very/long/p…", "the beginning of a path is worth more");
        assert_eq!(clip("no incomprehensible", 12), "no incompre…", "most of it would be gone");
        assert_eq!(shortened("whole", 6), "whole…", "it goes on all the same");
    }

    #[test]
    fn wrapping_keeps_every_word_and_no_line_is_too_long() {
        let text =
            "  The cookie must survive a restart, so the key moves to aVeryLongWordThatDoesNotFitAtAll.";
        let lines = wrap(text, 20);
        assert!(lines.iter().all(|line| width(line) <= 20), "{lines:?}");
        assert_eq!(wrap("wait until it can, then go", 16), ["wait until it", "can, then go"]);
        let squeezed = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(squeezed(&lines.concat()), squeezed(text));
    }

    #[test]
    fn a_path_goes_to_the_next_line_whole() {
        assert_eq!(wrap("it is in src/a/b.rs, see", 14), ["it is in", "src/a/b.rs,", "see"]);
        assert_eq!(wrap("see https://e.example/x/y", 12), ["see", "https://e.ex", "ample/x/y"]);
        let family = "👩‍👩‍👧‍👦";
        assert_eq!(wrap(&family.repeat(2), 3), [family, family], "a family stays together");
    }
}
