//! Text fit to be shown: without control sequences, valid UTF-8, progress bars folded to their last state.
//!
//! What a program prints is untrusted. It must not move the cursor of the person's terminal, set its title, hide text
//! from a reader, or spend a model's window on a thousand states of one progress bar.

use vte::{Parser, Perform};

/// Ends whatever sequence is open, as terminals do.
const CANCEL: u8 = 0x18;
/// A sequence this long is none: it is ended, because the parser keeps what it has of it.
const LONGEST_SEQUENCE: usize = 64 * 1024;

/// Cleans a whole text.
pub fn clean_text(bytes: &[u8]) -> String {
    let mut cleaner = Cleaner::default();
    let mut text = cleaner.push(bytes);
    text += &cleaner.push(&[CANCEL]);
    text
}

/// Cleans a stream piece by piece: a sequence or a character may be cut in two by the pieces.
#[derive(Default)]
pub struct Cleaner {
    parser: Parser,
    shown: Shown,
    /// Bytes since something was last shown.
    silent: usize,
}

impl Cleaner {
    /// Takes the next bytes and gives the text that is complete.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.advance(line);
            if line.len() < piece.len() {
                // A line's end also ends a string that nobody closed, which would otherwise swallow the rest of the output.
                self.parser.advance(&mut self.shown, &[CANCEL, b'\n']);
            }
        }
        std::mem::take(&mut self.shown.text)
    }

    fn advance(&mut self, line: &[u8]) {
        for piece in line.chunks(LONGEST_SEQUENCE) {
            let before = self.shown.text.len();
            self.parser.advance(&mut self.shown, piece);
            self.silent = if self.shown.text.len() == before { self.silent + piece.len() } else { 0 };
            if self.silent > LONGEST_SEQUENCE {
                self.parser.advance(&mut self.shown, &[CANCEL]);
            }
        }
    }
}

/// What a reader sees: carriage returns and backspaces are applied, other control characters and marks that reorder
/// text are dropped.
#[derive(Default)]
struct Shown {
    text: String,
    /// The next character begins its line anew.
    returned: bool,
}

impl Perform for Shown {
    fn print(&mut self, character: char) {
        if (character.is_control() && character != '\t') || reorders(character) {
            return;
        }
        if std::mem::take(&mut self.returned) {
            self.text.truncate(self.text.rfind('\n').map_or(0, |end| end + 1));
        }
        self.text.push(character);
    }

    fn execute(&mut self, control: u8) {
        match control {
            b'\r' => self.returned = true,
            b'\n' => {
                self.text.push('\n');
                self.returned = false;
            }
            b'\t' => self.print('\t'),
            0x08 if !self.text.ends_with('\n') => drop(self.text.pop()),
            _ => {}
        }
    }
}

fn reorders(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_are_stripped() {
        let cases: &[(&[u8], &str)] = &[
            (b"plain\ttext\n", "plain\ttext\n"),
            (b"\x1b[1;31mred\x1b[0m", "red"),
            (b"\x1b]0;title\x07after", "after"),
            (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            (b"\x1b]0;never closed\nnext line", "\nnext line"),
            (b"\x1b(Bset", "set"),
            (b"\x1bPdcs\x1b\\x", "x"),
            (b"10%\r50%\r100%\r\ndone", "100%\ndone"),
            (b"a\x08b\x00\x7f", "b"),
            (b"bad \xff byte", "bad \u{fffd} byte"),
            ("c1 \u{9b}31m, bidi \u{202e}evil".as_bytes(), "c1 31m, bidi evil"),
        ];
        for (dirty, clean) in cases {
            assert_eq!(clean_text(dirty), *clean, "{:?}", String::from_utf8_lossy(dirty));
        }
    }

    #[test]
    fn a_string_that_is_never_closed_swallows_a_bounded_part() {
        let endless = format!("\u{1b}]0;{}", "x".repeat(10 * LONGEST_SEQUENCE));
        assert!(clean_text(endless.as_bytes()).len() >= 7 * LONGEST_SEQUENCE);
        assert_eq!(clean_text("cut \u{e9}".as_bytes().split_last().unwrap().1), "cut \u{fffd}");
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_text() {
        let whole = "é\u{1b}[31m日本\u{1b}]0;t\u{7}🚀\n".as_bytes();
        for cut in 0..whole.len() {
            let mut cleaner = Cleaner::default();
            let text = cleaner.push(&whole[..cut]) + &cleaner.push(&whole[cut..]);
            assert_eq!(text, "é日本🚀\n", "cut at {cut}");
        }
    }
}
