//! Text fit to be shown: without control sequences, valid UTF-8, progress bars folded to their last state.
//!
//! What a program prints is untrusted. It must not move the cursor of the person's terminal, set its title, hide text
//! from a reader, or spend a model's window on a thousand states of one progress bar.

/// Cleans a whole text.
pub fn clean_text(bytes: &[u8]) -> String {
    let mut cleaner = Cleaner::default();
    cleaner.plain.reserve(bytes.len());
    for byte in bytes {
        cleaner.step(*byte);
    }
    fold(&String::from_utf8_lossy(&cleaner.plain))
}

/// Cleans a stream piece by piece: a sequence or a character may be cut in two by the pieces.
#[derive(Debug, Default)]
pub struct Cleaner {
    state: ParserState,
    /// Bytes without control sequences that are not handed out yet.
    plain: Vec<u8>,
}

impl Cleaner {
    /// Takes the next bytes and gives the text that is complete.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        for byte in bytes {
            self.step(*byte);
        }
        let rest = self.plain.split_off(self.plain.len() - cut_character(&self.plain));
        let whole = std::mem::replace(&mut self.plain, rest);
        fold(&String::from_utf8_lossy(&whole))
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (ParserState::Text, ESC) => ParserState::Escape,
            // A line's end also ends a string that nobody closed, which would otherwise swallow the rest of the output.
            (ParserState::Text, _) | (_, b'\n') => {
                self.plain.push(byte);
                ParserState::Text
            }
            // Any sequence is abandoned by these, as terminals do.
            (_, CAN | SUB) | (ParserState::Quoted, BEL) => ParserState::Text,
            (_, ESC) | (ParserState::Escape, 0x20..=0x2f) => ParserState::Escape,
            (ParserState::Escape, b'[') | (ParserState::Control, 0x20..=0x3f) => ParserState::Control,
            // Titles, links and device strings: what follows is theirs until they are closed.
            (ParserState::Escape, b']' | b'P' | b'X' | b'^' | b'_') | (ParserState::Quoted, _) => {
                ParserState::Quoted
            }
            (ParserState::Escape | ParserState::Control, _) => ParserState::Text,
        };
    }
}

/// Where in a control sequence the bytes are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ParserState {
    #[default]
    Text,
    Escape,
    Control,
    Quoted,
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;

/// How many bytes at the end begin a character that is not whole yet.
fn cut_character(bytes: &[u8]) -> usize {
    for (back, byte) in bytes.iter().rev().take(3).enumerate() {
        let needs = match byte {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if needs > back + 1 { back + 1 } else { 0 };
    }
    0
}

/// Applies carriage returns and backspaces, and drops the other control characters and marks that reorder text.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut returned = false;
    for character in text.chars() {
        match character {
            '\r' => returned = true,
            '\n' => {
                out.push('\n');
                returned = false;
            }
            '\u{8}' => {
                if out.chars().next_back().is_some_and(|last| last != '\n') {
                    out.pop();
                }
            }
            other if other != '\t' && (other.is_control() || reorders(other)) => {}
            other => {
                if std::mem::take(&mut returned) {
                    out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
                }
                out.push(other);
            }
        }
    }
    out
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
    fn a_stream_cut_anywhere_gives_the_same_text() {
        let whole = "é\u{1b}[31m日本\u{1b}]0;t\u{7}🚀\n".as_bytes();
        for cut in 0..whole.len() {
            let mut cleaner = Cleaner::default();
            let text = cleaner.push(&whole[..cut]) + &cleaner.push(&whole[cut..]);
            assert_eq!(text, "é日本🚀\n", "cut at {cut}");
        }
    }
}
