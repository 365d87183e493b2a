//! `run` on a terminal and on a pipe: what is told last, and what a pause elsewhere means.

use super::keyboard::{ENTER, Terminal, USUAL};
use crate::cli::stage::Stage;

#[test]
fn on_a_pipe_the_last_that_is_told_is_what_waits_with_the_commands_that_decide_it() {
    let stage = Stage::new();
    let id = stage.planned();
    let told = stage.ended(&["run", "--headless"], 3).0;
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    let why = lines.iter().position(|line| *line == "following ends: the mission waits for you").unwrap();
    let rest = &lines[why + 1..];
    assert!(rest[0].contains("plan gate") && rest[0].contains("the plan waits for GO"), "{told}");
    let commands = [
        format!("flightdeck plan {id}"),
        format!("flightdeck gate {id} plan go"),
        format!("flightdeck gate {id} plan no-go --note \"what must change\""),
    ];
    assert_eq!(rest[1..], commands.each_ref().map(String::as_str), "{told}");
}

#[test]
fn a_paused_mission_is_not_followed_and_that_is_said() {
    let stage = Stage::new();
    let id = stage.planned();
    stage.told(&["pause"]);
    let told = stage.ended(&["run", "--headless"], 3).0;
    assert!(told.contains("following ends: the mission is paused, and goes on when you resume it"), "{told}");
    assert!(told.trim_end().ends_with(&format!("flightdeck resume {id}")), "{told}");
}

#[test]
fn a_pause_elsewhere_does_not_end_following_on_a_terminal() {
    let stage = Stage::new();
    stage.planned();
    let terminal = Terminal::run(&stage, "\"$FD\" run; echo \"left with $?\"", USUAL);
    terminal.sees("plan: [y] GO  [n] NO-GO with a note  [q] leave it >");
    stage.told(&["pause"]);
    terminal.sees("paused by you");
    // What is asked stands at the bottom again, under what has happened.
    terminal.sees("plan: [y] GO");
    terminal.types("y");
    terminal.types(ENTER);
    terminal.sees("this stays and goes on with it");
    assert!(!terminal.shows("left with"), "{}", terminal.screen());
    stage.told(&["resume"]);
    terminal.sees("worker builds");
    terminal.types("\x03");
    terminal.ends();
}

#[test]
fn a_gate_that_was_pushed_out_of_sight_is_told_again() {
    const GATE: &str = "the plan waits for GO";
    let stage = Stage::new();
    stage.planned();
    let terminal = Terminal::run(&stage, "\"$FD\" run; echo \"left with $?\"", USUAL);
    terminal.sees("plan: [y] GO");
    let asked = terminal.bytes().matches(GATE).count();
    // A line for each of the six roles.
    stage.told(&["models", "all", "rehearsal/demo"]);
    terminal.waits_until("the gate again", |terminal| terminal.bytes().matches(GATE).count() > asked);
    terminal.sees("plan: [y] GO");
    terminal.types("q");
    terminal.types(ENTER);
    terminal.sees("following ends: the mission waits for you");
    terminal.sees("left with 3");
    terminal.ends();
}
