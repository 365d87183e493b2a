//! What a person began and has not sent is there again in the next console, whatever ended the one before.

use nix::sys::signal::Signal;

use super::keyboard::{ESC, Terminal, USUAL, signal};
use crate::cli::stage::Stage;

#[test]
fn a_draft_outlives_the_console_that_was_left_and_one_that_was_ended() {
    let stage = Stage::new();
    stage.planned();
    let terminal = Terminal::run(&stage, "\"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("needs you");
    terminal.types("B");
    terminal.sees("A directive");
    terminal.types("Be brief");
    terminal.sees("Be brief");
    terminal.types(ESC);
    terminal.sees_no_more("A directive");
    terminal.types("q");
    terminal.sees("Leave with 1 draft?");
    terminal.sees("They are kept");
    terminal.types("q");
    terminal.sees("left with 0");

    // The next one is ended by a signal while one types.
    let line = r#"sh -c 'echo $$ > ../pid; exec "$FD"'; echo "left with $?""#;
    let terminal = Terminal::run(&stage, line, USUAL);
    terminal.sees("needs you");
    terminal.types("D");
    terminal.sees("Be brief");
    terminal.types("\r");
    terminal.sees("A directive");
    terminal.types(" and kind");
    terminal.sees("Be brief and kind");
    signal(&stage, "pid", Signal::SIGTERM);
    terminal.sees("left with");

    let terminal = Terminal::run(&stage, "\"$FD\"; echo \"left with $?\"", USUAL);
    terminal.sees("needs you");
    terminal.types("B");
    terminal.sees("Be brief and kind");
}
