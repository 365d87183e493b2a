//! `flightdeck` alone: with several missions it asks, with one it attaches, with none it asks for a goal.

use super::keyboard::{ENTER, ESC, Terminal, USUAL};
use crate::cli::stage::Stage;

const LINE: &str = "\"$FD\"; echo \"left with $?\"";

#[test]
fn several_missions_are_chosen_from_one_is_attached_and_none_is_begun() {
    let stage = Stage::new();
    stage.configure("[models]\ndefault = \"rehearsal/demo\"\n");
    let none = Terminal::run(&stage, LINE, USUAL);
    none.sees("What should exist when the mission is over?");
    none.types(ESC);
    none.sees("left with 0");

    let first = stage.planned();
    let one = Terminal::run(&stage, LINE, USUAL);
    one.sees("1 Plan");
    one.sees("1 needs you");
    one.types("q");
    one.sees("left with 0");

    stage.told(&["pause", &first]);
    let second = stage.another();
    let several = Terminal::run(&stage, LINE, USUAL);
    several.sees("Which mission?");
    several.sees("2 missions in");
    several.sees("the plan waits for GO");
    several.types("n");
    several.sees("What should exist when the mission is over?");
    several.types("A poll");
    several.sees("A poll");
    several.types(ESC);
    several.sees("Which mission?");
    several.types(ENTER);
    several.sees("1 Plan");
    several.sees(&format!("flightdeck/{second}").chars().take(20).collect::<String>());
    several.types("q");
    several.sees("left with 0");
    assert!(several.is_given_back(), "{}", several.screen());
}
