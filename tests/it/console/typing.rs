//! Typing: every box takes the keys of a text field, and the terminal's cursor stands where one types.

use crossterm::event::Event as Input;
use flightdeck::tui::sample::Moment;
use flightdeck::tui::widget::text_box::{Height, TextBox};
use pretty_assertions::assert_eq;
use unicode_width::UnicodeWidthStr;

use super::harness::{fly, fly_on, inputs};
use flightdeck::tui::sample::sample;

const WIDE: (u16, u16) = (120, 40);
const SMALL: (u16, u16) = (80, 24);

/// What a box says after keys, in the words of the harness.
fn typed(height: Height, text: &str, keys: &str) -> String {
    let mut written = TextBox::new(height, text);
    for input in inputs(keys) {
        if let Input::Key(key) = input {
            written.key(key);
        }
    }
    written.text()
}

#[test]
fn keys_do_what_they_do_in_a_text_field_anywhere() {
    for (keys, left) in [
        ("ctrl+u", ""),
        ("ctrl+u ctrl+z", "one two three"),
        ("ctrl+u ctrl+y", "one two three"),
        ("ctrl+u ctrl+7", "one two three"),
        ("ctrl+u ctrl+z ctrl+Z", ""),
        ("ctrl+u ctrl+z ctrl+r", ""),
        ("ctrl+w", "one two "),
        ("alt+backspace", "one two "),
        ("ctrl+backspace", "one two "),
        ("ctrl+w ctrl+y ctrl+y", "one two threethree"),
        ("ctrl+a ctrl+k", ""),
        ("ctrl+a 'x' ctrl+e 'y'", "xone two threey"),
        ("home 'x' end 'y'", "xone two threey"),
        ("ctrl+home 'x' ctrl+end 'y'", "xone two threey"),
        ("alt+b 'x'", "one two xthree"),
        ("ctrl+left 'x'", "one two xthree"),
        ("ctrl+a alt+f 'x'", "one xtwo three"),
        ("ctrl+a alt+d", " two three"),
        ("ctrl+a ctrl+delete", " two three"),
        ("ctrl+a ctrl+d", "ne two three"),
        ("ctrl+b 'x' ctrl+f 'y'", "one two threxey"),
        ("ctrl+h", "one two thre"),
        ("shift+left shift+left 'x'", "one two thrx"),
    ] {
        for height in [Height::One, Height::Many] {
            assert_eq!(typed(height, "one two three", keys), left, "{keys} in a box of {height:?}");
        }
    }
}

#[test]
fn a_box_of_one_line_keeps_one_and_a_box_of_many_takes_more() {
    for keys in ["enter", "ctrl+j", "ctrl+m"] {
        assert_eq!(typed(Height::One, "a", keys), "a", "{keys}");
        assert_eq!(typed(Height::Many, "a", keys), "a\n", "{keys}");
    }
    // Ctrl+U goes to the beginning of its own line first.
    assert_eq!(typed(Height::Many, "a\nb c", "ctrl+u"), "a\n");
    assert_eq!(typed(Height::Many, "a\nb", "ctrl+home 'x'"), "xa\nb");
}

#[test]
fn what_was_replaced_as_a_whole_is_undone() {
    let mut written = TextBox::new(Height::Many, "by hand");
    written.replace("by the editor\nin two lines");
    assert_eq!(written.text(), "by the editor\nin two lines");
    for input in inputs("ctrl+z ctrl+z") {
        if let Input::Key(key) = input {
            written.key(key);
        }
    }
    assert_eq!(written.text(), "by hand");
}

/// The line of the cursor up to it, and what stands under it.
fn before_cursor(frame: &str, (x, y): (u16, u16)) -> (String, char) {
    let line = frame.lines().nth(usize::from(y)).unwrap_or_default();
    let mut before = String::new();
    for c in line.chars() {
        if before.width() >= usize::from(x) {
            return (before, c);
        }
        before.push(c);
    }
    (before, ' ')
}

#[test]
fn the_cursor_stands_behind_what_was_typed_in_every_box() {
    for size in [WIDE, SMALL] {
        for (open, text) in [
            ("o", "ab"),
            ("o", "日本語"),
            ("B", "ab"),
            ("g n", "ab"),
            ("3 e", "zz"),
            ("3 e tab tab", "zz"),
            ("3 e backtab backtab backtab", "zz"),
            ("3 n", "ab"),
            ("3 x", "ab"),
            (":", "ab"),
            ("2 enter /", "ab"),
        ] {
            let flown = fly(Moment::MilestoneGate, size, &format!("{open} '{text}'"));
            let cursor = flown.cursor.unwrap_or_else(|| panic!("{open}: no cursor\n{}", flown.frame));
            let (before, _) = before_cursor(&flown.frame, cursor);
            assert!(before.ends_with(text), "{open}: {cursor:?} is behind {before:?}\n{}", flown.frame);
            let back = fly(Moment::MilestoneGate, size, &format!("{open} '{text}' left"));
            let (_, under) = before_cursor(&back.frame, back.cursor.unwrap());
            assert_eq!(under, text.chars().last().unwrap(), "{open}\n{}", back.frame);
        }
    }
}

#[test]
fn the_cursor_is_only_seen_where_something_is_typed() {
    for keys in ["", "g", "3 enter", "a", "o esc", ": esc", "g n esc", "2 enter / esc", "o ctrl+l f1"] {
        let flown = fly(Moment::MilestoneGate, WIDE, keys);
        assert_eq!(flown.cursor, None, "{keys}\n{}", flown.frame);
    }
}

#[test]
fn the_cursor_stays_in_its_box_when_the_text_is_longer() {
    for (open, pasted) in [
        ("o", "word ".repeat(400)),
        ("3 e tab tab", "word ".repeat(90)),
        ("o", "line\n".repeat(400)),
        ("3 e backtab", "日本 ".repeat(90)),
        ("3 e backtab", "x".repeat(20_000)),
    ] {
        let record = sample(Moment::Flying);
        let now = record.mission().updated;
        let mut events = inputs(open);
        events.push(Input::Paste(pasted));
        events.extend(inputs("'!' left"));
        let flown = fly_on(record, now, SMALL, events);
        let (_, under) = before_cursor(&flown.frame, flown.cursor.unwrap());
        assert_eq!(under, '!', "{open} {:?}\n{}", flown.cursor, flown.frame);
    }
}

#[test]
fn a_key_that_only_moves_the_cursor_is_seen() {
    let end = fly(Moment::Flying, WIDE, "o 'abc'").cursor.unwrap();
    let moved = fly(Moment::Flying, WIDE, "o 'abc' left").cursor.unwrap();
    assert_eq!(moved, (end.0 - 1, end.1));
}
