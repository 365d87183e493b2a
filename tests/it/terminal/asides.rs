//! What the terminal is told beside the frames: titles, notifications, the clipboard, modes.

use super::keyboard::{ESC, Terminal, USUAL};
use crate::cli::stage::Stage;

const FOCUS_LOST: &str = "\x1b[O";

fn demo(stage: &Stage, surroundings: &str) -> Terminal {
    let line = format!("{surroundings} \"$FD\" demo --dir demo --speed 5; echo \"left with $?\"");
    let terminal = Terminal::run(stage, &line, USUAL);
    terminal.sees("FLIGHTDECK");
    terminal
}

fn is_sent(terminal: &Terminal, bytes: &str) {
    terminal.waits_until(bytes, |terminal| terminal.bytes().contains(bytes));
}

#[test]
fn who_looks_elsewhere_is_told_in_the_terminals_own_way_and_the_title_counts() {
    let stage = Stage::bare();
    let terminal = demo(&stage, "TERM=xterm-kitty");
    terminal.types(FOCUS_LOST);
    is_sent(&terminal, "\x1b]99;;A guestbook: the plan waits for GO");
    is_sent(&terminal, "\x1b]0;▲ 1 decision · A guestbook · flightdeck\x07");
    terminal.types("q");
    terminal.sees("left with 3");
}

#[test]
fn who_looks_at_the_window_is_not_told_and_progress_is_shown_where_tasks_are_listed() {
    let stage = Stage::bare();
    let terminal = demo(&stage, "TERM_PROGRAM=ghostty");
    terminal.sees("1 needs you");
    is_sent(&terminal, "\x1b]9;4;1;0\x07");
    terminal.types("q");
    terminal.sees("left with 3");
    let bytes = terminal.bytes();
    assert!(!bytes.contains("\x1b]9;A guestbook"), "nobody who looks is told");
    assert!(bytes.contains("\x1b]9;4;0;0\x07"), "the progress is taken away");
    assert!(bytes.rfind("\x1b[22;0t").unwrap() < bytes.rfind("\x1b[23;0t").unwrap(), "the title comes back");
}

#[test]
fn a_persons_own_command_is_told_instead_of_the_terminal() {
    let stage = Stage::bare();
    let command = stage.path("tell");
    let told = stage.path("told");
    std::fs::write(&command, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", told.display())).unwrap();
    std::fs::set_permissions(&command, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let terminal = demo(&stage, &format!("TERM=xterm-kitty FLIGHTDECK_NOTIFY='{}'", command.display()));
    terminal.types(FOCUS_LOST);
    terminal.waits_until("the command", |_| {
        std::fs::read_to_string(&told)
            .is_ok_and(|told| told.starts_with("A guestbook: the plan waits for GO"))
    });
    assert!(!terminal.bytes().contains("\x1b]99;"), "told twice");
    terminal.types("q");
    terminal.sees("left with 3");
}

#[test]
fn frames_are_whole_keys_are_exact_and_what_is_copied_reaches_the_clipboard() {
    let stage = Stage::new();
    stage.planned();
    let terminal = Terminal::run(&stage, "TMUX=there \"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("1 needs you");
    let bytes = terminal.bytes();
    for taken in ["\x1b[?1049h", "\x1b[?2004h", "\x1b[?1004h", "\x1b[>1u", "\x1b[?2026h"] {
        assert!(bytes.contains(taken), "{taken:?}");
    }
    terminal.types("3y");
    is_sent(&terminal, "\x1b]52;c;");
    // Tmux drops the plain one unless it is set up for it, and passes the wrapped one on unless it is forbidden.
    is_sent(&terminal, "\x1bPtmux;\x1b\x1b]52;c;");
    // A paste is text, whatever keys it holds.
    terminal.types("o\x1b[200~q\rq\x1b[201~");
    terminal.waits_until("the pasted lines", |terminal| terminal.screen().matches("│ q ").count() == 2);
    terminal.types(ESC);
    terminal.sees_no_more("to the orchestrator");
    terminal.types("q");
    terminal.sees("Leave with 1 draft?");
    terminal.types("q");
    terminal.sees("left with 0");
    let bytes = terminal.bytes();
    assert_eq!(
        bytes.matches("\x1b[?2026h").count(),
        bytes.matches("\x1b[?2026l").count() - 1,
        "frames are closed"
    );
}
