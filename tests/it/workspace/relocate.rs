//! A repository that was moved: the mission's own is tied to it anew, and its checkouts stay what they were.

use std::fs;

use flightdeck::workspace::relocate::relocate;
use flightdeck::workspace::{Checkout, MissionRepo, Repo, RepoPlan, WorkspaceError};
use pretty_assertions::assert_eq;

use super::git::{Fixture, read, write};
use super::land::ground::{git, status};

fn plan(base: &str) -> RepoPlan {
    RepoPlan {
        mission: "m1".to_owned(),
        branch: "flightdeck/m1".to_owned(),
        target: "main".to_owned(),
        base: base.to_owned(),
        head: base.to_owned(),
    }
}

#[test]
fn the_missions_own_repository_borrows_from_the_new_place() {
    let fixture = Fixture::new();
    let base = fixture.repo().base_commit().unwrap();
    let dir = fixture.beside("mission");
    fs::create_dir_all(&dir).unwrap();
    let mission = MissionRepo::open(&dir, fixture.repo(), plan(&base)).unwrap();
    let checkout = Checkout::create(mission.own(), &dir.join("checkout"), "flightdeck/m1").unwrap();
    write(checkout.dir(), "half.rs", "half\n");
    let (from, to) = (fixture.person(), fixture.beside("moved"));
    fs::rename(&from, &to).unwrap();
    assert!(!super::land::ground::try_git(checkout.dir(), &["log"]).status.success());

    let moved = relocate(&dir, &from, Repo::discover(&to).unwrap(), plan(&base)).unwrap();
    assert_eq!(git(checkout.dir(), &["rev-parse", "HEAD"]), base);
    assert_eq!(status(checkout.dir()), "?? half.rs");
    git(checkout.dir(), &["add", "--all"]);
    git(checkout.dir(), &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "whole"]);
    let head = git(checkout.dir(), &["rev-parse", "HEAD"]);
    moved.publish(&head).unwrap();
    assert_eq!(git(&to, &["rev-parse", "flightdeck/m1"]), head);
}

#[test]
fn checkouts_that_an_earlier_flightdeck_made_in_it_are_found_again() {
    let fixture = Fixture::new();
    let base = fixture.repo().base_commit().unwrap();
    let dir = fixture.beside("mission");
    fs::create_dir_all(&dir).unwrap();
    let (from, to, checkout) = (fixture.person(), fixture.beside("moved"), dir.join("checkout"));
    git(&from, &["branch", "flightdeck/m1"]);
    git(&from, &["worktree", "add", "--quiet", checkout.to_str().unwrap(), "flightdeck/m1"]);
    fs::write(from.join(".git/worktrees/checkout/flightdeck-complete"), "").unwrap();
    write(&checkout, "half.rs", "half\n");
    fs::rename(&from, &to).unwrap();

    let moved = relocate(&dir, &from, Repo::discover(&to).unwrap(), plan(&base)).unwrap();
    let taken_up = Checkout::create(moved.own(), &checkout, "flightdeck/m1").unwrap();
    assert_eq!(taken_up.head().unwrap(), base);
    assert_eq!(read(&checkout, "half.rs"), "half\n");
    assert_eq!(status(&checkout), "?? half.rs");
}

#[test]
fn another_repository_is_refused() {
    let fixture = Fixture::new();
    let base = fixture.repo().base_commit().unwrap();
    let other = Fixture::new();
    other.write("other.txt", "other\n");
    other.commit("another history");
    let dir = fixture.beside("mission");
    fs::create_dir_all(&dir).unwrap();
    let plan = RepoPlan { base: "0123456789012345678901234567890123456789".to_owned(), ..plan(&base) };
    let error = relocate(&dir, &fixture.person(), other.repo(), plan).unwrap_err();
    assert!(matches!(error, WorkspaceError::OtherRepository { .. }), "{error}");
    assert!(!dir.join("repository.git").exists());
}
