//! Out of the console and through its troubles: the terminal is always given back, a lost engine always comes back.

use flightdeck::store::Catalogue;
use flightdeck::store::sqlite::SqliteCatalogue;
use nix::sys::signal::Signal;

use super::keyboard::{CTRL_S, ENTER, Terminal, USUAL, signal};
use crate::cli::stage::Stage;

/// Keeps its process id, so that a signal meets the console and not the shell, and shows how it left the terminal.
const LINE: &str =
    r#"sh -c 'echo $$ > ../pid; exec "$FD"'; echo "left with $?"; stty -a | tr ';' '\n' | grep icanon"#;

/// What ends the modes that the console turned on: mouse, kitty keyboard, focus, paste, alternate screen, hidden cursor.
const UNDONE: [&str; 7] =
    ["\x1b[?1006l", "\x1b[?1000l", "\x1b[<1u", "\x1b[?1004l", "\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"];

#[test]
fn the_terminal_is_given_back_on_every_way_out() {
    let stage = Stage::new();
    stage.planned();
    for way in [None, Some(Signal::SIGTERM), Some(Signal::SIGHUP), Some(Signal::SIGINT)] {
        let terminal = Terminal::run(&stage, LINE, USUAL);
        terminal.sees("1 needs you");
        // A screen that takes letters has the keys when the signal comes.
        terminal.types("3e");
        terminal.sees("Edit VAL-API-001");
        match way {
            None => terminal.types("\x03"),
            Some(sent) => signal(&stage, "pid", sent),
        }
        terminal.sees("left with 0");
        terminal.ends();
        assert!(terminal.is_given_back(), "{way:?}\n{}", terminal.screen());
        assert!(!terminal.shows("-icanon"), "{way:?}: lines are not edited any more");
        let bytes = terminal.bytes();
        let last_frame = bytes.rfind("\x1b[?1049h").unwrap();
        for undone in UNDONE {
            let at = bytes.rfind(undone).unwrap_or_else(|| panic!("{way:?}: {undone:?} is not sent"));
            assert!(at > last_frame, "{way:?}: {undone:?} comes too early");
        }
    }
}

#[test]
fn a_console_that_stood_still_takes_its_terminal_again_and_draws_it_whole() {
    let stage = Stage::new();
    stage.planned();
    // A shell with jobs, as a person has it: it takes the terminal when its job stops.
    let line = r#"bash -c 'set -m; sh -c "echo \$\$ > ../pid; exec \"$FD\""; stty sane; echo stands still; read word; fg; echo "left with $?"'"#;
    for stop in [Signal::SIGTSTP, Signal::SIGSTOP] {
        let terminal = Terminal::run(&stage, line, USUAL);
        terminal.sees("1 needs you");
        signal(&stage, "pid", stop);
        terminal.sees("stands still");
        if stop == Signal::SIGTSTP {
            assert!(terminal.is_given_back(), "{}", terminal.screen());
        }
        terminal.types(ENTER);
        terminal.sees_no_more("stands still");
        terminal.sees("3 Contract");
        terminal.types("g");
        terminal.sees("The plan gate");
        terminal.types("q");
        terminal.sees("left with 0");
        assert!(terminal.is_given_back(), "{}", terminal.screen());
    }
}

#[test]
fn a_console_outlives_its_engine() {
    let stage = Stage::new();
    let id = stage.planned();
    let (missions, id) = (SqliteCatalogue::new(&stage.path("state")), id.parse().unwrap());
    let terminal = Terminal::run(&stage, LINE, USUAL);
    terminal.sees("1 needs you");
    let first = missions.engine(&id).unwrap();
    stage.kill_engines(Signal::SIGKILL);
    terminal.sees("RECONNECTING");
    terminal.sees_no_more("RECONNECTING");
    assert_ne!(missions.engine(&id).unwrap(), first, "another engine flies it");

    // What is asked and ordered reaches the new one.
    terminal.types("3e");
    terminal.sees("Edit VAL-API-001 · revision 1");
    terminal.types(" In UTF-8,");
    terminal.sees("revision 2 · no verdict goes stale");
    terminal.types(CTRL_S);
    terminal.sees("VAL-API-001 is at revision 2");

    // A draft survives the next death, which falls into the middle of it.
    terminal.types("e");
    terminal.sees("Edit VAL-API-001 · revision 2");
    terminal.types(" and always");
    stage.kill_engines(Signal::SIGKILL);
    terminal.sees("RECONNECTING");
    terminal.sees_no_more("RECONNECTING");
    terminal.types(" valid");
    terminal.sees("revision 3 · no verdict goes stale");
    terminal.types(CTRL_S);
    terminal.sees("VAL-API-001 is at revision 3");
    terminal.types("q");
    terminal.sees("left with 0");
    let shown = stage.json(&["assertion", "show", "VAL-API-001"]);
    let statement = shown["assertion"]["wording"]["statement"].as_str().unwrap();
    assert!(statement.ends_with("name and message. In UTF-8, and always valid"), "{statement}");
}

#[test]
fn an_engine_of_another_version_is_named_and_once_it_is_gone_a_new_one_is_started() {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixListener;

    let stage = Stage::new();
    let id = stage.planned();
    stage.kill_engines(Signal::SIGKILL);
    let socket =
        std::fs::read_to_string(stage.path("state/missions").join(&id).join("engine.socket")).unwrap();
    std::fs::remove_file(&socket).unwrap();
    let foreign = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for client in foreign.incoming() {
            let Ok(mut client) = client else { return };
            let mut hello = String::new();
            BufReader::new(client.try_clone().unwrap()).read_line(&mut hello).unwrap();
            let reply = r#"{"jsonrpc":"2.0","id":1,"result":{"reply":"hello","value":{"protocol":42,"version":"9.9.9","mission":"m","pid":1}}}"#;
            // A console that has been left no longer listens.
            writeln!(client, "{reply}").ok();
        }
    });
    let terminal = Terminal::run(&stage, LINE, USUAL);
    terminal.sees("the engine is of flightdeck 9.9.9");
    terminal.sees("this one starts its own");
    std::fs::remove_file(&socket).unwrap();
    terminal.sees("1 needs you");
    terminal.types("q");
    terminal.sees("left with 0");
}
