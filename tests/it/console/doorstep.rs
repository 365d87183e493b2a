//! What a person meets who has named no mission: the box for a goal, or the choice among missions that live here.

use flightdeck::domain::budget::Budget;
use flightdeck::domain::id::{MissionId, Timestamp};
use flightdeck::domain::mission::{MissionCard, Status};
use flightdeck::domain::usage::Usage;
use flightdeck::tui::ConsoleExit;
use flightdeck::tui::options::Launcher;
use flightdeck::tui::recording::Recording;
use flightdeck::tui::start::first_screen;
use pretty_assertions::assert_eq;

use super::harness::{Flown, Still, blank, fly_from, inputs};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn card(id: &str, title: &str, waits_for: &str) -> MissionCard {
    MissionCard {
        id: id.parse().unwrap(),
        title: title.to_owned(),
        repository: "/home/ada/src/guestbook".to_owned(),
        status: if waits_for.is_empty() { Status::Running } else { Status::Waiting },
        waits_for: waits_for.to_owned(),
        branch: "flightdeck/sign-in".to_owned(),
        created: NOW,
        updated: NOW,
        seq: 7,
        needs: usize::from(!waits_for.is_empty()),
        usage: Usage { micro_dollars: 1_250_000, ..Usage::default() },
    }
}

fn arrive(alive: Vec<MissionCard>, keys: &str) -> Flown<Recording> {
    arrive_with(alive, Vec::new(), keys)
}

fn arrive_with(alive: Vec<MissionCard>, unlanded: Vec<MissionCard>, keys: &str) -> Flown<Recording> {
    let launcher = Launcher {
        repository: "/home/ada/src/guestbook".to_owned(),
        branch: "main".to_owned(),
        models: Vec::new(),
        budget: Budget::default(),
        alive,
        unlanded,
        obstacle: None,
        no_mind: None,
        unpriced: None,
    };
    let mut app = blank((120, 40), NOW);
    let first = first_screen(&app, launcher);
    app.push(first);
    fly_from(app, Recording::default(), Still { now: NOW, editor: str::to_owned }, inputs(keys))
}

fn two() -> Vec<MissionCard> {
    vec![
        card("sign-in-k3v9", "Sign in", "the plan waits for GO: 2 milestones, 5 features"),
        card("guestbook-a1b2", "A guestbook", ""),
    ]
}

#[test]
fn several_missions_are_asked_about_the_newest_first() {
    let frame = arrive(two(), "").frame;
    let line =
        |text: &str| frame.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{frame}"));
    assert!(line("Which mission?") < line("Sign in"), "{frame}");
    assert!(line("Sign in") < line("A guestbook") && line("A guestbook") < line("a new mission"), "{frame}");
    assert!(frame.contains("the plan waits for GO: 2 milestones, 5 features"), "{frame}");
    insta::assert_snapshot!(frame);
}

#[test]
fn the_chosen_mission_is_attached_and_leaving_attaches_none() {
    let id = |id: &str| ConsoleExit::Attach(id.parse::<MissionId>().unwrap());
    assert_eq!(arrive(two(), "enter").exit, id("sign-in-k3v9"));
    assert_eq!(arrive(two(), "j enter").exit, id("guestbook-a1b2"));
    for keys in ["esc", "q", "ctrl+c"] {
        assert_eq!(arrive(two(), keys).exit, ConsoleExit::Left, "{keys}");
    }
    // Keys of a mission that is not there do nothing.
    assert!(arrive(two(), "g p o a L R").frame.contains("Which mission?"));
}

#[test]
fn a_new_mission_is_one_of_the_choices_and_its_goal_outlives_going_back() {
    for keys in ["j j enter", "G enter", "n"] {
        let frame = arrive(two(), keys).frame;
        assert!(frame.contains("What should exist when the mission is over?"), "{keys}\n{frame}");
    }
    let back = arrive(two(), "n 'A poll' esc").frame;
    assert!(back.contains("Which mission?"), "{back}");
    let again = arrive(two(), "n 'A poll' esc n").frame;
    assert!(again.contains("A poll"), "{again}");
    let ConsoleExit::Launch(launch) = arrive(two(), "n 'A poll' esc n ctrl+s").exit else {
        panic!("no launch")
    };
    assert_eq!(launch.goal, "A poll");
}

#[test]
fn one_mission_or_none_is_not_asked_about_and_a_written_goal_is_not_lost_by_one_key() {
    assert!(arrive(Vec::new(), "").frame.contains("What should exist"));
    assert_eq!(arrive(Vec::new(), "esc").exit, ConsoleExit::Left);
    let asked = arrive(Vec::new(), "'A poll' esc").frame;
    assert!(asked.contains("leave once more") && asked.contains("A poll"), "{asked}");
    assert_eq!(arrive(Vec::new(), "'A poll' esc esc 'ignored'").exit, ConsoleExit::Left);
    assert!(arrive(Vec::new(), "'A poll' esc '!' esc").frame.contains("A poll!"));
}

#[test]
fn a_mission_that_is_complete_and_landed_nowhere_is_not_passed_over() {
    let complete = || MissionCard { status: Status::Completed, ..card("poll-b2c3", "A poll", "") };
    let words = "“A poll” has landed nowhere yet: `flightdeck land poll-b2c3`";
    for alive in [Vec::new(), two()] {
        let frame = arrive_with(alive, vec![complete()], "").frame;
        assert!(frame.contains(words), "{frame}");
    }
    assert!(!arrive(Vec::new(), "").frame.contains("landed nowhere"));
    let row = |card: &MissionCard| flightdeck::view::card::row(card, NOW, 200).plain();
    assert!(row(&complete()).contains("has landed nowhere yet: `flightdeck land poll-b2c3`"));
    let landed = MissionCard { status: Status::Landed, ..complete() };
    assert!(!row(&landed).contains("landed nowhere"), "{}", row(&landed));
}
