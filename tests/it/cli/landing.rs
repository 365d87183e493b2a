//! `land` as a person meets it: the real program, an engine that may die at any moment, a pull request.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::{Commit, MilestoneId};
use pretty_assertions::assert_eq;

use super::stage::Stage;
use crate::support::mission::Flight;
use crate::support::words;
use crate::workspace::git::{read, write};
use crate::workspace::land::ground::{git, status, try_git};

const ID: &str = "guestbook-7k2p";

/// A machine with a completed mission, whose branch has one commit more than `main`; gives that commit.
fn completed(test: &str) -> (Stage, String) {
    let stage = Stage::new();
    let work = stage.repository();
    for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.org"), ("commit.gpgSign", "false")]
    {
        git(&work, &["config", key, value]);
    }
    let base = git(&work, &["rev-parse", "HEAD"]);
    git(&work, &["switch", "--quiet", "-c", &format!("flightdeck/{ID}")]);
    for n in 0..3 {
        write(&work, &format!("file{n}.txt"), "new\n");
    }
    git(&work, &["add", "--all"]);
    git(&work, &["commit", "--quiet", "-m", "the feature"]);
    let head = git(&work, &["rev-parse", "HEAD"]);
    git(&work, &["switch", "--quiet", "main"]);
    let founding = flightdeck::domain::event::Founding {
        repository: work.canonicalize().unwrap().display().to_string(),
        base: Commit(base),
        ..words::founding()
    };
    let flight = Flight::founded(founding).planned(1, 1).built(1).validated();
    let mut flight = flight.gone(GateId::Milestone(MilestoneId(1))).gone(GateId::Final);
    for stamped in &mut flight.log {
        match &mut stamped.event {
            Event::HandoffGiven { head: at, .. } => *at = Commit(head.clone()),
            Event::EnvironmentProposed { environment } => {
                environment.setup.clear();
                environment.build.clear();
                environment.test = vec![words::script(test)];
            }
            _ => {}
        }
    }
    stage.keep(&flight);
    (stage, head)
}

/// A program of this name that runs before any other.
fn shadow(stage: &Stage, name: &str, script: &str) -> PathBuf {
    let bin = stage.path("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

fn with_path(stage: &Stage, arguments: &[&str]) -> std::process::Output {
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", stage.path("bin").display());
    stage.flightdeck(arguments).env("PATH", path).output().unwrap()
}

#[test]
fn the_commit_of_the_final_gate_lands_and_what_came_after_it_is_told() {
    let (stage, head) = completed("test -f file0.txt");
    let work = stage.repository();
    git(&work, &["switch", "--quiet", &format!("flightdeck/{ID}")]);
    git(&work, &["commit", "--quiet", "--allow-empty", "-m", "slipped in"]);
    git(&work, &["switch", "--quiet", "main"]);
    let told = stage.told(&["land"]);
    assert!(told.contains(&format!("{ID} landed on main as {}", &head[..7])), "{told}");
    assert!(
        told.contains("note: flightdeck/guestbook-7k2p has 1 commit that the final gate did not see"),
        "{told}"
    );
    assert_eq!(git(&work, &["rev-parse", "main"]), head);
    assert_eq!(stage.json(&["status"])["status"], "landed");
}

#[test]
fn a_command_that_fails_on_the_merged_tree_merges_nothing() {
    let (stage, _) = completed("test ! -f file0.txt");
    let before = git(&stage.repository(), &["rev-parse", "main"]);
    let (_, err) = stage.ended(&["land"], 1);
    assert!(err.contains("exits 1 on the merged tree, so nothing was merged"), "{err}");
    assert_eq!(git(&stage.repository(), &["rev-parse", "main"]), before);
    assert_eq!(git(&stage.repository(), &["for-each-ref", "refs/flightdeck/*/landing"]), "");
}

#[test]
fn who_merged_by_hand_has_landed() {
    let (stage, head) = completed("true");
    git(&stage.repository(), &["merge", "--quiet", "--no-ff", "--no-edit", &head]);
    let now = git(&stage.repository(), &["rev-parse", "main"]);
    let told = stage.told(&["land"]);
    assert!(told.contains(&format!("landed on main as {}", &now[..7])), "{told}");
    assert!(told.contains("note: main contained it already"), "{told}");
    assert_eq!(stage.json(&["status"])["status"], "landed");
}

/// The engine is killed at the n-th git after its journal begins; whatever was half done, the next landing ends where one
/// without any kill ends.
#[test]
fn a_landing_that_is_killed_at_any_git_is_finished_or_undone_by_the_next() {
    let real = assert_cmd::Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let real = String::from_utf8(real).unwrap().trim().to_owned();
    for n in 1.. {
        let (stage, head) = completed("true");
        let work = stage.repository();
        write(&work, "mine.txt", "mine\n");
        let (count, journal) =
            (stage.path("count"), stage.path(&format!("state/missions/{ID}/landing.json")));
        fs::write(&count, "0\n").unwrap();
        let script = format!(
            "if [ -f {journal} ]; then n=$(($(cat {count}) + 1)); echo $n > {count}; \
             [ $n = {n} ] && kill -9 $PPID $$; fi\nexec {real} \"$@\"",
            count = count.display(),
            journal = journal.display()
        );
        shadow(&stage, "git", &script);
        let first = with_path(&stage, &["land"]);
        let gits: u32 = read(stage.path("").as_path(), "count").trim().parse().unwrap();
        if gits < n {
            assert!(first.status.success() && n > 8, "a landing takes more than {gits} gits");
            return;
        }
        assert_eq!(stage.told(&["status"]).contains("a landing "), journal.exists());
        // Where the kill came after the landing was recorded, it only tidies up.
        let again = stage.flightdeck(&["land"]).output().unwrap();
        let landed_already = stage.clean(&again.stderr).contains("landed already");
        assert!(again.status.success() || landed_already, "{n}: {again:?}");
        assert_eq!(git(&work, &["rev-parse", "main"]), head, "{n}");
        assert_eq!(status(&work), "?? mine.txt", "{n}");
        assert_eq!(stage.json(&["status"])["status"], "landed", "{n}");
        assert_eq!(git(&work, &["for-each-ref", "refs/flightdeck/*/landing"]), "", "{n}");
        assert!(!journal.exists(), "{n}");
    }
}

#[test]
fn a_pull_request_is_opened_as_a_draft_at_the_gates_commit() {
    let (stage, head) = completed("true");
    let work = stage.repository();
    git(&work, &["init", "--quiet", "--bare", stage.path("origin.git").to_str().unwrap()]);
    git(&work, &["remote", "add", "origin", stage.path("origin.git").to_str().unwrap()]);
    let log = stage.path("gh.log");
    let script = format!(
        "echo \"$@\" >> {log}\ncase \"$1 $2\" in\n\
         'pr list') cat {log}.url 2>/dev/null || true ;;\n\
         'pr create') echo https://example.org/pull/7 ;;\nesac",
        log = log.display()
    );
    shadow(&stage, "gh", &script);
    let output = with_path(&stage, &["land", "--pr"]);
    let told = stage.clean(&output.stdout);
    assert!(output.status.success(), "{told}{}", stage.clean(&output.stderr));
    assert!(told.contains("a draft pull request is open: https://example.org/pull/7"), "{told}");
    assert_eq!(git(&stage.path("origin.git"), &["rev-parse", &format!("flightdeck/{ID}")]), head);
    let asked = fs::read_to_string(&log).unwrap();
    assert!(asked.contains("pr create --draft --base main --head flightdeck/guestbook-7k2p"), "{asked}");
    let body = read(&stage.path(&format!("state/missions/{ID}/documents")), "pull-request.md");
    assert!(body.contains("## Contract") && body.contains("| VAL-M1-001 |"), "{body}");
    assert_eq!(stage.json(&["status"])["status"], "completed", "it is landed when it is merged");

    // A second time the open one is brought up to date.
    fs::write(format!("{}.url", log.display()), "https://example.org/pull/7\n").unwrap();
    let told = stage.clean(&with_path(&stage, &["land", "--pr"]).stdout);
    assert!(told.contains("brought up to date: https://example.org/pull/7"), "{told}");
}

#[test]
fn where_no_pull_request_can_be_opened_it_says_what_to_do_and_pushes_nothing() {
    let (stage, head) = completed("true");
    let work = stage.repository();
    let origin = stage.path("origin.git");
    let refused = || {
        let output = with_path(&stage, &["land", "--pr"]);
        assert_eq!(output.status.code(), Some(1));
        stage.clean(&output.stdout)
    };
    let told = refused();
    assert!(told.contains("has no remote: `git remote add origin URL`"), "{told}");
    git(&work, &["init", "--quiet", "--bare", origin.to_str().unwrap()]);
    git(&work, &["remote", "add", "origin", origin.to_str().unwrap()]);
    let log_in = "case $1 in auth) exit 1 ;; esac";
    shadow(&stage, "gh", log_in);
    let told = refused();
    assert!(told.contains("`gh` is not logged in: `gh auth login`"), "{told}");
    assert!(told.contains(&format!("git push origin {head}:refs/heads/flightdeck/{ID}")), "{told}");
    assert!(told.contains("documents/pull-request.md"), "{told}");
    assert_eq!(git(&origin, &["for-each-ref"]), "");
    // What it says to do by hand works.
    assert!(
        try_git(&work, &["push", "origin", &format!("{head}:refs/heads/flightdeck/{ID}")]).status.success()
    );
    fs::remove_file(stage.path("bin/gh")).unwrap();
    if !gh_is_installed() {
        let told = refused();
        assert!(told.contains("`gh` is missing") && told.contains("https://cli.github.com"), "{told}");
    }
}

fn gh_is_installed() -> bool {
    assert_cmd::Command::new("sh").args(["-c", "command -v gh"]).output().unwrap().status.success()
}

#[test]
fn only_a_completed_mission_is_offered() {
    let stage = Stage::new();
    stage.keep(&Flight::at_gate());
    let (_, err) = stage.ended(&["land", ID, "--pr"], 2);
    assert!(err.contains("only a completed mission can be landed"), "{err}");
    let mut flight = Flight::completed();
    let branch = words::title("main");
    flight
        .ask(
            Actor::Engine,
            flightdeck::domain::command::Command::RecordLanding { branch, commit: words::commit("abc") },
        )
        .unwrap();
    let stage = Stage::new();
    stage.keep(&flight);
    assert!(stage.ended(&["land", ID, "--pr"], 2).1.contains("landed already"));
}

#[test]
fn a_repository_that_was_moved_is_named_anew_and_lands_there() {
    let (stage, head) = completed("test -f file0.txt");
    let moved = stage.path("moved");
    fs::rename(stage.repository(), &moved).unwrap();
    let at = |arguments: &[&str]| {
        let output = stage.flightdeck(arguments).current_dir(&moved).output().unwrap();
        (output.status.code(), stage.clean(&output.stdout), stage.clean(&output.stderr))
    };
    let (code, _, err) = at(&["land", ID]);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("is not at STAGE/work any more"), "{err}");
    assert!(err.contains(&format!("`flightdeck relocate {ID} NEW-PATH`")), "{err}");

    let other = Stage::new();
    let (code, _, err) = at(&["relocate", other.repository().to_str().unwrap(), "--mission", ID]);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("it is another repository"), "{err}");

    let (code, told, err) = at(&["relocate", "--mission", ID]);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), format!("the repository of {ID} is now STAGE/moved\n").as_str()),
        "{err}"
    );
    assert!(at(&["log", ID]).1.contains("its repository is now STAGE/moved"));
    let (code, told, err) = at(&["land", ID]);
    assert_eq!(code, Some(0), "{told}{err}");
    assert_eq!(git(&moved, &["rev-parse", "main"]), head);
}

#[test]
fn a_mission_that_is_being_flown_is_not_relocated() {
    let stage = Stage::new();
    let id = stage.planned();
    stage.shell(&format!("\"$FD\" pause {id}")).assert().success();
    let output = stage.flightdeck(&["relocate", "--mission", &id]).output().unwrap();
    let told = stage.clean(&output.stderr);
    // Its engine leaves by itself sooner or later; as long as it is there, the refusal says how to end it.
    if output.status.success() {
        assert!(stage.clean(&output.stdout).contains("is now STAGE/work"));
    } else {
        assert!(told.contains("is running (process") && told.contains("`kill "), "{told}");
    }
}
