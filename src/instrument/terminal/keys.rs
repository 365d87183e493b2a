//! What keys send.

use crate::instrument::InstrumentError;

/// Which form of the arrow keys a program asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CursorKeys {
    Normal,
    Application,
}

/// The bytes of a key such as `Enter`, `Ctrl+C`, `Alt+x`, `Shift+Tab`, `F5` or `q`.
pub(super) fn bytes_of(name: &str, cursor_keys: CursorKeys) -> Result<Vec<u8>, InstrumentError> {
    let unknown = || InstrumentError::UnknownKey(name.to_owned());
    let mut key = name.trim();
    if name == " " {
        key = "Space";
    }
    let mut held = Held::default();
    while let Some((modifier, rest)) = key.split_once(['+', '-']).filter(|(_, rest)| !rest.is_empty()) {
        match modifier.to_ascii_lowercase().as_str() {
            "ctrl" | "control" | "c" => held.ctrl = 4,
            "alt" | "meta" | "option" | "m" => held.alt = 2,
            "shift" | "s" => held.shift = 1,
            _ => return Err(unknown()),
        }
        key = rest;
    }
    let mut characters = key.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return character_bytes(character, held).ok_or_else(unknown);
    }
    named_bytes(&key.to_ascii_lowercase(), held, cursor_keys).ok_or_else(unknown)
}

/// The modifiers that are held, as xterm counts them.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    shift: u8,
    alt: u8,
    ctrl: u8,
}

impl Held {
    fn number(self) -> u8 {
        1 + self.shift + self.alt + self.ctrl
    }

    fn with_alt(self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.alt > 0 {
            bytes.insert(0, 0x1b);
        }
        bytes
    }
}

fn character_bytes(character: char, held: Held) -> Option<Vec<u8>> {
    let bytes = match (held.ctrl, character) {
        (0, _) if held.shift > 0 => character.to_uppercase().collect::<String>().into_bytes(),
        (0, _) => character.to_string().into_bytes(),
        (_, '?') => vec![0x7f],
        (_, 'a'..='z' | 'A'..='Z' | '@' | '[' | '\\' | ']' | '^' | '_') => {
            vec![u8::try_from(character).ok()? & 0x1f]
        }
        _ => return None,
    };
    Some(held.with_alt(bytes))
}

fn named_bytes(key: &str, held: Held, cursor_keys: CursorKeys) -> Option<Vec<u8>> {
    let plain = match key {
        "enter" | "return" => "\r",
        "esc" | "escape" => "\x1b",
        "tab" if held.shift > 0 => "\x1b[Z",
        "tab" => "\t",
        "backspace" => "\x7f",
        "space" if held.ctrl > 0 => "\0",
        "space" => " ",
        "backtab" => "\x1b[Z",
        _ => return moved_bytes(key, held, cursor_keys),
    };
    Some(held.with_alt(plain.as_bytes().to_vec()))
}

/// Keys whose sequence ends with a letter of their own.
const LETTERS: &str = "up:A down:B right:C left:D home:H end:F f1:P f2:Q f3:R f4:S";
/// Keys whose sequence has a number of their own.
const NUMBERS: &str = "insert:2 delete:3 del:3 pageup:5 pgup:5 pagedown:6 pgdn:6 \
    f5:15 f6:17 f7:18 f8:19 f9:20 f10:21 f11:23 f12:24";

fn moved_bytes(key: &str, held: Held, cursor_keys: CursorKeys) -> Option<Vec<u8>> {
    let mut pairs = [LETTERS, NUMBERS].into_iter().flat_map(|keys| keys.split(' '));
    let code = pairs.find_map(|pair| pair.split_once(':').filter(|(name, _)| *name == key))?.1;
    let has_number = code.starts_with(|c: char| c.is_ascii_digit());
    let text = match (held.number(), cursor_keys) {
        (1, _) if has_number => format!("\x1b[{code}~"),
        (held, _) if has_number => format!("\x1b[{code};{held}~"),
        (1, _) if key.starts_with('f') => format!("\x1bO{code}"),
        (1, CursorKeys::Application) => format!("\x1bO{code}"),
        (1, CursorKeys::Normal) => format!("\x1b[{code}"),
        (held, _) => format!("\x1b[1;{held}{code}"),
    };
    Some(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_send_what_xterm_sends() {
        let cases = [
            ("Enter", "\r"),
            ("q", "q"),
            ("é", "é"),
            ("+", "+"),
            ("-", "-"),
            (" ", " "),
            ("Ctrl+C", "\x03"),
            ("ctrl-c", "\x03"),
            ("Ctrl+[", "\x1b"),
            ("Ctrl+Space", "\0"),
            ("Alt+x", "\x1bx"),
            ("Shift+a", "A"),
            ("Shift+Tab", "\x1b[Z"),
            ("Up", "\x1b[A"),
            ("Ctrl+Up", "\x1b[1;5A"),
            ("F1", "\x1bOP"),
            ("F12", "\x1b[24~"),
            ("PageDown", "\x1b[6~"),
            ("Shift+Delete", "\x1b[3;2~"),
            ("Backspace", "\x7f"),
        ];
        for (name, bytes) in cases {
            assert_eq!(bytes_of(name, CursorKeys::Normal).unwrap(), bytes.as_bytes(), "{name}");
        }
        assert_eq!(bytes_of("Up", CursorKeys::Application).unwrap(), b"\x1bOA");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for name in ["", "Entr", "Hyper+x", "F13", "Ctrl+é"] {
            assert!(
                matches!(bytes_of(name, CursorKeys::Normal), Err(InstrumentError::UnknownKey(_))),
                "{name}"
            );
        }
    }
}
