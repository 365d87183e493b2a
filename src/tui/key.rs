//! Key presses, as people write them in a configuration and read them in a hint: `ctrl+s`, `alt+enter`, `G`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with what is held down. Shift is part of a letter, and named only for keys without a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Why a word is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a key: write ctrl+s, alt+enter, shift+tab, esc, space, f1, or a letter")]
pub struct ChordError(String);

const NAMED: [(&str, &str, KeyCode); 16] = [
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("backtab", "Shift+Tab", KeyCode::BackTab),
    ("space", "Space", KeyCode::Char(' ')),
    ("up", "↑", KeyCode::Up),
    ("down", "↓", KeyCode::Down),
    ("left", "←", KeyCode::Left),
    ("right", "→", KeyCode::Right),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
];

impl Chord {
    /// A key without anything held down.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, modifiers: KeyModifiers::NONE }
    }

    /// Whether it would type something into a text box.
    pub fn types(self) -> bool {
        matches!(self.code, KeyCode::Char(_))
            && !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// The press as a terminal would send it.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }
}

impl From<KeyEvent> for Chord {
    fn from(key: KeyEvent) -> Self {
        let held = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        match key.code {
            KeyCode::Char(c) => Self { code: KeyCode::Char(c), modifiers: held - KeyModifiers::SHIFT },
            KeyCode::Tab if held.contains(KeyModifiers::SHIFT) => Self::plain(KeyCode::BackTab),
            KeyCode::BackTab => Self::plain(KeyCode::BackTab),
            code => Self { code, modifiers: held },
        }
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(word: &str) -> Result<Self, ChordError> {
        let refused = || ChordError(word.to_owned());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = word.trim();
        while let Some((held, more)) =
            rest.split_once('+').filter(|(held, more)| !held.is_empty() && !more.is_empty())
        {
            modifiers |= match held.to_ascii_lowercase().as_str() {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(refused()),
            };
            rest = more;
        }
        let code = code_of(rest).ok_or_else(refused)?;
        Ok(Self::from(KeyEvent::new(code, modifiers)))
    }
}

fn code_of(word: &str) -> Option<KeyCode> {
    let mut chars = word.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(only));
    }
    let lower = word.to_ascii_lowercase();
    if let Some((_, _, code)) = NAMED.iter().find(|(name, _, _)| *name == lower) {
        return Some(*code);
    }
    let number = lower.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut label = String::new();
        for (held, name) in
            [(KeyModifiers::CONTROL, "Ctrl+"), (KeyModifiers::ALT, "Alt+"), (KeyModifiers::SHIFT, "Shift+")]
        {
            if self.modifiers.contains(held) {
                label.push_str(name);
            }
        }
        match self.code {
            KeyCode::F(n) => {
                label.push('F');
                label.push_str(&n.to_string());
            }
            KeyCode::Char(c) if c != ' ' => {
                if label.is_empty() {
                    label.push(c);
                } else {
                    label.extend(c.to_uppercase());
                }
            }
            code => label.push_str(NAMED.iter().find(|named| named.2 == code).map_or("?", |named| named.1)),
        }
        f.pad(&label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_they_are_written() {
        for (word, label) in [
            ("ctrl+s", "Ctrl+S"),
            ("alt+enter", "Alt+Enter"),
            ("G", "G"),
            ("esc", "Esc"),
            ("space", "Space"),
            ("+", "+"),
            ("f1", "F1"),
            ("ctrl++", "Ctrl++"),
            ("shift+tab", "Shift+Tab"),
        ] {
            assert_eq!(word.parse::<Chord>().unwrap().to_string(), label);
        }
        for word in ["", "ctrl+", "hyper+x", "f99", "entre"] {
            assert!(word.parse::<Chord>().is_err(), "{word}");
        }
    }
}
