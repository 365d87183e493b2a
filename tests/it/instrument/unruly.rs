//! Programs in a terminal that behave badly: each is seen and ended, and nothing of it is left running.

use std::time::Duration;

use flightdeck::instrument::Settled;
use flightdeck::instrument::terminal::{Buffer, Pattern};
use flightdeck::workspace::{Exit, Program};
use pretty_assertions::assert_eq;

use super::{PATIENCE, see, start};
use crate::workspace::process::until_dead;

#[tokio::test]
async fn a_million_lines_are_read_to_the_end_and_their_recording_is_bounded() {
    let terminal = start(&Program::shell("seq 1000000; echo the end"));
    assert_eq!(terminal.wait().await, Exit::Code(0));
    let screen = see(&terminal, "the end").await;
    assert!(screen.lines.contains(&"1000000".to_owned()));
    assert!(terminal.take_output().len() <= 64 * 1024);
    let recording = String::from_utf8(terminal.recording().bytes).unwrap();
    assert!(recording.len() < 3 * 1024 * 1024, "{}", recording.len());
    assert!(recording.contains("bytes of output are left out here") && recording.contains("the end"));
    assert!(recording.ends_with("\"x\",\"0\"]\n"));
}

#[tokio::test]
async fn binary_output_titles_and_other_screens_harm_nothing() {
    let line = "head -c 65536 /dev/urandom | tr -d '\\000-\\037'; printf '\\033]2;a title\\007\\033[?1049h\\033[2J\\033[Hon the other'; read x";
    let terminal = start(&Program::shell(line));
    let screen = see(&terminal, "on the other").await;
    assert_eq!((screen.buffer, screen.lines[0].as_str()), (Buffer::Alternate, "on the other"));
    assert_eq!(terminal.settle(PATIENCE).await, Settled::Still);
    terminal.press("Enter").unwrap();
    terminal.wait().await;
    for line in String::from_utf8(terminal.recording().bytes).unwrap().lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[tokio::test]
async fn a_program_that_ignores_the_signals_is_ended_all_the_same_with_what_it_started() {
    let terminal = start(&Program::shell(
        "trap '' HUP TERM INT; sleep 1000 & echo pids $$ $!.; while :; do sleep 1000; done",
    ));
    let screen = see(&terminal, ".").await;
    let pids: Vec<i32> =
        screen.lines[0].trim_end_matches('.').split(' ').filter_map(|word| word.parse().ok()).collect();
    assert_eq!(terminal.stop().await, Exit::Signal(9));
    assert_eq!(pids.len(), 2);
    for pid in pids {
        until_dead(pid).await;
    }
}

#[tokio::test]
async fn whether_a_program_waits_for_its_user_is_seen() {
    // It reads the keyboard.
    let reads = start(&Program::shell("echo name?; read x; echo thinking; sleep 1000"));
    see(&reads, "name?").await;
    assert_eq!(reads.settle(PATIENCE).await, Settled::Still);
    // It was answered and works now.
    reads.press("Enter").unwrap();
    see(&reads, "thinking").await;
    if cfg!(target_os = "linux") {
        assert_eq!(reads.settle(Duration::from_millis(1500)).await, Settled::Moving);
    }
    // It runs without a pause.
    let busy = start(&Program::shell("echo counting; while :; do :; done"));
    see(&busy, "counting").await;
    assert_eq!(busy.settle(Duration::from_millis(1500)).await, Settled::Moving);
    // It has not shown anything.
    let mute = start(&Program::shell("sleep 1000"));
    assert_eq!(mute.settle(Duration::from_millis(300)).await, Settled::Nothing);
    // It has ended, with words at the very end.
    let ended = start(&Program::shell("sleep 0.3; printf 'no line end'"));
    assert_eq!(ended.settle(PATIENCE).await, Settled::Ended);
    assert_eq!(ended.screen().lines[0], "no line end");
    assert_eq!(ended.screen().exit, Some(Exit::Code(0)));
}

#[tokio::test]
async fn a_pattern_is_found_on_a_later_line() {
    let terminal = start(&Program::shell("echo first; echo done here"));
    terminal.wait().await;
    let done = Pattern::Regex(regex::RegexBuilder::new("^done").multi_line(true).build().unwrap());
    let screen = terminal.wait_for(&done, PATIENCE).await.unwrap();
    assert_eq!(done.line_in(&screen).as_deref(), Some("done here"));
}
