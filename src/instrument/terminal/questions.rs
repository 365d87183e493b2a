//! Answers to what programs ask their terminal. Many wait for them before they draw anything.

/// What is to be typed to the program in answer.
#[derive(Debug, Default)]
pub(super) struct Questions {
    pub(super) answers: Vec<u8>,
}

impl vt100::Callbacks for Questions {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        i1: Option<u8>,
        i2: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        let first = params.first().and_then(|group| group.first()).copied().unwrap_or(0);
        let (row, col) = screen.cursor_position();
        let (rows, cols) = screen.size();
        let answer = match (i1, i2, c, first) {
            // Where is the cursor?
            (None, _, 'n', 6) => format!("\x1b[{};{}R", row + 1, col + 1),
            (Some(b'?'), _, 'n', 6) => format!("\x1b[?{};{}R", row + 1, col + 1),
            // Are you well?
            (None, _, 'n', 5) => "\x1b[0n".to_owned(),
            // What are you? A VT100 with advanced video, of no special make.
            (None, _, 'c', 0) => "\x1b[?1;2c".to_owned(),
            (Some(b'>'), _, 'c', 0) => "\x1b[>0;0;0c".to_owned(),
            (Some(b'='), _, 'c', 0) => "\x1bP!|00000000\x1b\\".to_owned(),
            (Some(b'>'), _, 'q', 0) => "\x1bP>|flightdeck\x1b\\".to_owned(),
            // How large are you, in characters?
            (None, _, 't', 18) => format!("\x1b[8;{rows};{cols}t"),
            // Which modes are on? None is known.
            (Some(b'?'), Some(b'$'), 'p', mode) => format!("\x1b[?{mode};0$y"),
            _ => return,
        };
        self.answers.extend(answer.bytes());
    }

    fn unhandled_osc(&mut self, _screen: &mut vt100::Screen, params: &[&[u8]]) {
        // Which colours do you have for text and background? Programs choose a dark or a light dress by that.
        let answer = match params {
            [b"10", b"?"] => "\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
            [b"11", b"?"] => "\x1b]11;rgb:0000/0000/0000\x1b\\",
            _ => return,
        };
        self.answers.extend(answer.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_answers_what_it_is_asked() {
        for (asked, answer) in [
            ("ab\x1b[6n", "\x1b[1;3R"),
            ("\x1b[?6n", "\x1b[?1;1R"),
            ("\x1b[5n", "\x1b[0n"),
            ("\x1b[c", "\x1b[?1;2c"),
            ("\x1b[>c", "\x1b[>0;0;0c"),
            ("\x1b[=c", "\x1bP!|00000000\x1b\\"),
            ("\x1b[>q", "\x1bP>|flightdeck\x1b\\"),
            ("\x1b[18t", "\x1b[8;5;20t"),
            ("\x1b[?2026$p", "\x1b[?2026;0$y"),
            ("\x1b]11;?\x1b\\", "\x1b]11;rgb:0000/0000/0000\x1b\\"),
            ("\x1b]10;?\x07", "\x1b]10;rgb:dddd/dddd/dddd\x1b\\"),
            ("\x1b]2;a title\x07\x1b[?u\x1b[31m", ""),
        ] {
            let mut parser = vt100::Parser::new_with_callbacks(5, 20, 0, Questions::default());
            parser.process(asked.as_bytes());
            assert_eq!(String::from_utf8_lossy(&parser.callbacks().answers), answer, "{asked:?}");
        }
    }
}
