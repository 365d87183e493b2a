//! Keys as a keyboard sends them.

use chromiumoxide::keys::{KeyDefinition, get_key_definition};
use serde_json::{Value, json};

use super::chrome::{Chrome, Page};
use super::fault::Fault;

/// Text beyond this many characters is put in as one piece, as from the clipboard.
const TYPED: usize = 500;

const ALT: u8 = 1;
const CTRL: u8 = 2;
const META: u8 = 4;
const SHIFT: u8 = 8;

/// A key with what is held.
#[derive(Debug)]
struct Chord {
    key: &'static KeyDefinition,
    held: u8,
}

impl Chrome {
    /// Types a text at what has the focus, key by key.
    pub async fn type_text(&self, page: &Page, text: &str) -> Result<(), Fault> {
        if text.chars().count() > TYPED {
            self.call(page, "Input.insertText", json!({ "text": text })).await?;
            return Ok(());
        }
        for character in text.chars() {
            let name =
                if matches!(character, '\n' | '\r') { "Enter".to_owned() } else { character.to_string() };
            match get_key_definition(&name) {
                Some(key) => {
                    let held = if character.is_ascii_uppercase() { SHIFT } else { 0 };
                    self.stroke(page, &Chord { key, held }).await?;
                }
                // A letter that no key of this keyboard has.
                None => drop(self.call(page, "Input.insertText", json!({ "text": name })).await?),
            }
        }
        Ok(())
    }

    /// Presses a key such as `Enter` or `Ctrl+A`.
    pub async fn press(&self, page: &Page, name: &str) -> Result<(), Fault> {
        match chord(name) {
            Some(chord) => self.stroke(page, &chord).await,
            None => Err(Fault::Mistake(format!(
                "there is no key `{name}`; keys are written as Enter, Escape, Tab, ArrowDown, PageDown, F1, Ctrl+A, \
                 Shift+Tab or one character"
            ))),
        }
    }

    async fn stroke(&self, page: &Page, chord: &Chord) -> Result<(), Fault> {
        let down = event(chord, if text_of(chord).is_empty() { "rawKeyDown" } else { "keyDown" });
        self.call(page, "Input.dispatchKeyEvent", down).await?;
        self.call(page, "Input.dispatchKeyEvent", event(chord, "keyUp")).await?;
        Ok(())
    }
}

fn event(Chord { key, held }: &Chord, kind: &str) -> Value {
    let mut event = json!({
        "type": kind,
        "modifiers": held,
        "key": key.key,
        "code": key.code,
        "windowsVirtualKeyCode": key.key_code,
        "nativeVirtualKeyCode": key.key_code,
    });
    if kind == "keyDown" {
        event["text"] = text_of(&Chord { key, held: *held }).into();
    }
    if kind != "keyUp" && held & (CTRL | META) != 0 && key.key.eq_ignore_ascii_case("a") {
        // What the operating system makes of it elsewhere.
        event["commands"] = json!(["selectAll"]);
    }
    event
}

/// What a key types; nothing while a key is held that makes a command of it.
fn text_of(chord: &Chord) -> &'static str {
    if chord.held & (CTRL | META | ALT) != 0 {
        return "";
    }
    let one = chord.key.key.chars().count() == 1;
    chord.key.text.unwrap_or(if one { chord.key.key } else { "" })
}

fn chord(name: &str) -> Option<Chord> {
    let mut rest = if name == " " { "Space" } else { name.trim() };
    let mut held = 0;
    while let Some((modifier, key)) = rest.split_once('+').filter(|(_, key)| !key.is_empty()) {
        held |= match modifier.to_ascii_lowercase().as_str() {
            "ctrl" | "control" => CTRL,
            "alt" | "option" => ALT,
            "meta" | "cmd" | "command" => META,
            "shift" => SHIFT,
            _ => return None,
        };
        rest = key;
    }
    let key = match rest.to_ascii_lowercase().as_str() {
        "esc" => "Escape",
        "space" => " ",
        "return" => "Enter",
        "del" => "Delete",
        "up" => "ArrowUp",
        "down" => "ArrowDown",
        "left" => "ArrowLeft",
        "right" => "ArrowRight",
        _ => rest,
    };
    let shifted = (held & SHIFT != 0 && key.chars().count() == 1).then(|| key.to_ascii_uppercase());
    let found = shifted.as_deref().and_then(get_key_definition).or_else(|| get_key_definition(key));
    let found = found.or_else(|| {
        let mut letters = key.chars();
        let first = letters.next()?.to_ascii_uppercase();
        get_key_definition(format!("{first}{}", letters.as_str()))
    });
    Some(Chord { key: found?, held })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_as_people_write_them() {
        let table = [
            ("Enter", "Enter", 0, "\r"),
            ("enter", "Enter", 0, "\r"),
            ("Esc", "Escape", 0, ""),
            ("Ctrl+a", "a", CTRL, ""),
            ("Shift+Tab", "Tab", SHIFT, ""),
            ("Shift+x", "X", SHIFT, "X"),
            ("Down", "ArrowDown", 0, ""),
            ("q", "q", 0, "q"),
            ("+", "+", 0, "+"),
            ("Space", " ", 0, " "),
        ];
        for (name, key, held, text) in table {
            let chord = chord(name).unwrap();
            assert_eq!((chord.key.key, chord.held, text_of(&chord)), (key, held, text), "{name}");
        }
        assert!(chord("Hyper").is_none() && chord("Hyper+x").is_none() && chord("").is_none());
    }
}
