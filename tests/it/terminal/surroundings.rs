//! Terminals of every kind: dumb, colourless, without UTF-8, tiny, and of one cell.

use flightdeck::workspace::pty::Size;

use super::keyboard::{Terminal, USUAL};
use crate::cli::stage::Stage;

#[test]
fn a_dumb_terminal_is_told_in_words() {
    let stage = Stage::new();
    let id = stage.planned();
    let terminal = Terminal::run(&stage, "TERM=dumb \"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("left with 0");
    assert!(terminal.shows(&format!("{id} waits for 1 decision")), "{}", terminal.screen());
    assert!(!terminal.bytes().contains('\x1b'), "nothing but text");

    let terminal = Terminal::run(&stage, "TERM=dumb \"$FD\" attach; echo \"left with $?\"", USUAL);
    terminal.sees("left with 2");
    assert!(terminal.shows("the console needs a terminal"), "{}", terminal.screen());
}

#[test]
fn without_colours_and_without_utf8_everything_can_still_be_read() {
    let stage = Stage::new();
    stage.planned();
    let terminal = Terminal::run(&stage, "NO_COLOR=1 LC_ALL=C \"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("1 needs you");
    terminal.types("g");
    terminal.sees("waits for you");
    terminal.types("q");
    terminal.sees("left with 0");
    let bytes = terminal.bytes();
    for colour in ["\x1b[38;", "\x1b[48;", ";38;", ";48;", "\x1b[31m", "\x1b[32m", "\x1b[33m"] {
        assert!(!bytes.contains(colour), "{colour:?} is a colour");
    }
    for drawn in ['│', '─', '┌', '▲', '●', '○', '✓'] {
        assert!(!bytes.contains(drawn), "{drawn} is not of this character set");
    }
}

#[test]
fn no_size_breaks_the_console() {
    let stage = Stage::new();
    stage.planned();
    let small = Size { cols: 50, rows: 15 };
    let terminal = Terminal::run(&stage, "\"$FD\"; echo \"left with $?\"", small);
    terminal.sees("needs you");
    for keys in ["", "3", "g", "e", "\x1b\x1b:"] {
        terminal.types(keys);
        for size in [(1, 1), (2, 1), (1, 40), (400, 2), (3, 3), (400, 120), (50, 15)] {
            terminal.resize(Size { cols: size.0, rows: size.1 });
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
    }
    terminal.resize(USUAL);
    terminal.types("\x1b");
    terminal.sees("Contract");
    terminal.sees("FLIGHTDECK");
    terminal.types("q");
    terminal.sees("left with 0");
    assert!(terminal.is_given_back(), "{}", terminal.screen());
    assert!(!terminal.bytes().contains("panicked"), "{}", terminal.screen());
}
