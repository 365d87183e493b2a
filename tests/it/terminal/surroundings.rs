//! Terminals of every kind: dumb, colourless, without UTF-8, tiny, and of one cell.

use flightdeck::workspace::pty::Size;
use pretty_assertions::assert_eq;
use regex::Regex;

use super::keyboard::{Terminal, USUAL};
use crate::cli::stage::Stage;

#[test]
fn a_dumb_terminal_is_told_in_words() {
    let stage = Stage::new();
    let id = stage.planned();
    let terminal = Terminal::run(&stage, "TERM=dumb \"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("left with 0");
    assert!(terminal.shows("the plan waits for GO"), "{}", terminal.screen());
    assert!(terminal.shows(&format!("flightdeck status {id}")), "{}", terminal.screen());
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
    let styles = Regex::new(r"\x1b\[([0-9;]*)m").unwrap();
    let numbers = styles.captures_iter(&bytes).flat_map(|found| {
        let numbers: Vec<u32> = found[1].split(';').filter_map(|number| number.parse().ok()).collect();
        numbers
    });
    let coloured: Vec<u32> = numbers.filter(|number| (30..50).contains(number) || *number >= 90).collect();
    assert_eq!(coloured, [] as [u32; 0], "some text has a colour");
    let strange: Vec<char> = bytes.chars().filter(|c| !c.is_ascii()).collect();
    assert_eq!(strange, [] as [char; 0], "some signs are not of this character set");
    let titles = Regex::new("\x1b\\]0;([^\x07]*)\x07").unwrap();
    let titles: Vec<&str> =
        titles.captures_iter(&bytes).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(titles.iter().any(|title| title.starts_with("^ 1 decision . ")), "{titles:?}");
}

/// Waits until the console has drawn at the usual size. One resize is enough, whatever comes with it.
fn widens(terminal: &Terminal) {
    terminal.resize(USUAL);
    terminal.waits_until("the whole width", |terminal| {
        terminal.screen().lines().next().is_some_and(|line| line.trim_end().chars().count() > 100)
    });
}

#[test]
fn no_size_breaks_the_console() {
    let stage = Stage::new();
    stage.planned();
    let small = Size { cols: 50, rows: 15 };
    let terminal = Terminal::run(&stage, "\"$FD\"; echo \"left with $?\"", small);
    terminal.sees("needs you");
    // Each screen is seen before the storm: a key and a resize that race would say nothing about sizes.
    for (keys, screen) in [("", "needs you"), ("3", "3 Contract"), ("g", "The plan gate"), (":", "Commands")]
    {
        widens(&terminal);
        terminal.types(keys);
        terminal.sees(screen);
        for size in [(1, 1), (2, 1), (1, 40), (400, 2), (3, 3), (400, 120), (50, 15)] {
            terminal.resize(Size { cols: size.0, rows: size.1 });
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
    }
    widens(&terminal);
    for screen in ["Commands", "The plan gate"] {
        terminal.sees(screen);
        terminal.types("\x1b");
        terminal.sees_no_more(screen);
    }
    terminal.sees("FLIGHTDECK");
    terminal.sees("3 Contract");
    terminal.types("q");
    terminal.sees("left with 0");
    assert!(terminal.is_given_back(), "{}", terminal.screen());
    assert!(!terminal.bytes().contains("panicked"), "{}", terminal.screen());
}
