//! Colours and keys that change, or break, while the console runs.

use super::keyboard::{Terminal, USUAL};
use crate::cli::stage::Stage;

const LINE: &str = "\"$FD\"; echo \"left with $?\"";

fn theme(stage: &Stage, text: &str) {
    std::fs::create_dir_all(stage.path("config/flightdeck/themes")).unwrap();
    std::fs::write(stage.path("config/flightdeck/themes/mine.toml"), text).unwrap();
}

#[test]
fn a_theme_and_keys_are_read_again_and_the_last_good_ones_stay() {
    let stage = Stage::new();
    stage.planned();
    stage.configure("theme = \"mine\"\n");
    theme(&stage, "name = \"mine\"\ninherits = \"dark\"\n");
    let terminal = Terminal::run(&stage, LINE, USUAL);
    terminal.sees("1 needs you");
    terminal.sees("z zoom");

    theme(&stage, "name = \"mine\"\ninherits = \"dark\"\n[roles]\ntext = \"#010203 bold blurred\"\n");
    terminal.sees("themes/mine.toml:4: role \"text\" says \"blurred\"");
    theme(&stage, "name = \"mine\"\ninherits = \"dark\"\n[roles]\ntext = \"#010203\"\n");
    terminal.sees("colours and keys are read again");
    terminal.waits_until("the new colour", |terminal| terminal.bytes().contains("38;2;1;2;3"));

    stage.configure("theme = \"mine\"\n[keys]\n\"main.zoom\" = [\"zz\"]\n");
    terminal.sees("config.toml:3: keys.main.zoom: \"zz\" is not a key");
    // The key that held still holds.
    terminal.types("2z");
    terminal.sees_no_more("1 Plan");
    terminal.types("z");
    terminal.sees("1 Plan");
    stage.configure("theme = \"mine\"\n[keys]\n\"main.zoom\" = [\"X\"]\n");
    terminal.sees("X zoom");
    stage.configure("theme = \n");
    terminal.sees("config.toml:1: ");
    terminal.types("X");
    terminal.sees_no_more("1 Plan");
    terminal.types("q");
    terminal.sees("left with 0");

    // A console that has nothing good to wear does not open, and says why.
    let terminal = Terminal::run(&stage, LINE, USUAL);
    terminal.sees("config.toml:1");
    terminal.sees("left with 2");
}
