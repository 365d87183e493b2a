//! A landing that is killed at any moment is finished or undone, and nothing of the person's is lost by it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flightdeck::workspace::WorkspaceError;
use flightdeck::workspace::land::{Recovered, forget, is_cut_short, recover};
use pretty_assertions::assert_eq;

use super::ground::{Ground, git, status};
use crate::workspace::git::{read, write};

const FILES: usize = 4;

/// A repository whose smudge filter kills git at a chosen file.
fn deadly() -> Ground {
    let ground = Ground::with(|person| {
        let filter = person.parent().unwrap().join("smudge");
        let script = format!(
            "#!/bin/sh\ncd {}\nn=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n > n\n\
             [ \"$n\" = \"$(cat kill_at 2>/dev/null)\" ] && kill -9 $PPID\nexec tr a-z A-Z\n",
            person.parent().unwrap().display()
        );
        fs::write(&filter, script).unwrap();
        fs::set_permissions(&filter, fs::Permissions::from_mode(0o755)).unwrap();
        git(person, &["config", "filter.up.clean", "tr A-Z a-z"]);
        git(person, &["config", "filter.up.smudge", filter.to_str().unwrap()]);
        git(person, &["config", "filter.up.required", "true"]);
        write(person, ".gitattributes", "*.u filter=up\n");
        for n in 0..FILES {
            write(person, &format!("file{n}.u"), "old words\n");
        }
        write(person, "gone.txt", "gone\n");
        write(person, "mine.txt", "mine\n");
    });
    ground.mission_with(|work| {
        for n in 0..FILES {
            write(work, &format!("file{n}.u"), "new words\n");
        }
        write(work, "added/file.u", "added words\n");
        std::os::unix::fs::symlink("mine.txt", work.join("a-link")).unwrap();
        fs::remove_file(work.join("gone.txt")).unwrap();
    });
    ground.without_work();
    for n in 0..FILES {
        fs::remove_file(ground.person().join(format!("file{n}.u"))).unwrap();
    }
    git(&ground.person(), &["checkout", "--", "."]);
    assert_eq!(read(&ground.person(), "file0.u"), "OLD WORDS\n");
    // Two changes of the person's own, which concern nobody.
    ground.write("mine.txt", "mine, changed\n");
    ground.write("untracked.txt", "mine too\n");
    ground
}

const MINE: &str = " M mine.txt\n?? untracked.txt";

fn kill_at(ground: &Ground, file: usize) {
    fs::write(ground.beside("n"), "0\n").unwrap();
    fs::write(ground.beside("kill_at"), format!("{file}\n")).unwrap();
}

fn is_as_before(ground: &Ground, before: &str) {
    let person = ground.person();
    assert_eq!(git(&person, &["rev-parse", "main"]), before);
    assert_eq!(status(&person), MINE);
    assert_eq!(read(&person, "mine.txt"), "mine, changed\n");
    for n in 0..FILES {
        assert_eq!(read(&person, &format!("file{n}.u")), "OLD WORDS\n");
    }
    assert!(!person.join("added").exists() && person.join("gone.txt").exists());
    assert_eq!(ground.locks(), Vec::<std::path::PathBuf>::new());
}

fn is_landed(ground: &Ground, head: &str) {
    let person = ground.person();
    assert_eq!(git(&person, &["rev-parse", "main"]), head);
    assert_eq!(status(&person), MINE);
    assert_eq!(read(&person, "file3.u"), "NEW WORDS\n");
    assert_eq!(read(&person, "added/file.u"), "ADDED WORDS\n");
    assert!(!person.join("gone.txt").exists());
    assert_eq!(ground.locks(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_git_that_is_killed_at_any_file_leaves_nothing_half_done() {
    let ground = deadly();
    let before = git(&ground.person(), &["rev-parse", "main"]);
    let head = git(&ground.person(), &["rev-parse", "mission"]);
    for file in 1..=FILES + 1 {
        let landing = ground.prepare().unwrap();
        kill_at(&ground, file);
        let error = ground.finish(landing).unwrap_err();
        assert!(error.to_string().contains("killed by signal 9"), "{file}: {error}");
        is_as_before(&ground, &before);
        assert!(!is_cut_short(&ground.place().dir));
    }
    kill_at(&ground, 0);
    ground.finish(ground.prepare().unwrap()).unwrap();
    is_landed(&ground, &head);
}

/// The journal as it is while the target moves, and whatever `half` does of the move.
fn cut_short(half: impl FnOnce(&Ground, &str)) -> (Ground, String, String) {
    let ground = deadly();
    kill_at(&ground, 0);
    let before = git(&ground.person(), &["rev-parse", "main"]);
    let head = git(&ground.person(), &["rev-parse", "mission"]);
    let checkout = ground.person().canonicalize().unwrap();
    let journal = serde_json::json!({ "moving": {
        "mission": "m1", "target": "main", "before": before, "after": head, "checkout": checkout,
    }});
    fs::write(ground.place().dir.join("landing.json"), journal.to_string()).unwrap();
    half(&ground, &head);
    (ground, before, head)
}

fn lock(ground: &Ground, name: &str) {
    fs::write(ground.person().join(".git").join(name), "").unwrap();
}

/// What git does of a move before the branch follows.
fn all_but_the_branch(ground: &Ground, head: &str) {
    git(&ground.person(), &["read-tree", "-m", "-u", "HEAD", head]);
    lock(ground, "refs/heads/main.lock");
    lock(ground, "HEAD.lock");
}

#[test]
fn a_landing_that_was_killed_before_git_began_is_undone() {
    let (ground, before, _) = cut_short(|ground, _| lock(ground, "index.lock"));
    assert!(is_cut_short(&ground.place().dir));
    assert_eq!(recover(&ground.place()).unwrap(), Recovered::Undone { rescued: None });
    is_as_before(&ground, &before);
    assert_eq!(recover(&ground.place()).unwrap(), Recovered::Nothing);
}

#[test]
fn a_landing_of_which_only_the_branch_is_missing_is_finished() {
    let (ground, _, head) = cut_short(all_but_the_branch);
    let landed = Recovered::Landed { target: "main".into(), commit: head.clone() };
    assert_eq!(recover(&ground.place()).unwrap(), landed);
    is_landed(&ground, &head);
    // Until it is recorded, it is told again.
    assert_eq!(recover(&ground.place()).unwrap(), landed);
    forget(&ground.place());
    assert_eq!(recover(&ground.place()).unwrap(), Recovered::Nothing);
}

#[test]
fn a_landing_that_only_was_not_recorded_is_told_even_when_the_person_went_on() {
    let (ground, _, head) = cut_short(|ground, head| {
        git(&ground.person(), &["merge", "--quiet", "--ff-only", head]);
        ground.commit("later.txt", "later\n");
    });
    assert_eq!(recover(&ground.place()).unwrap(), Recovered::Landed { target: "main".into(), commit: head });
    assert_eq!(read(&ground.person(), "later.txt"), "later\n");
}

#[test]
fn what_a_person_wrote_after_the_crash_is_kept() {
    let (ground, before, _) = cut_short(|ground, _| {
        let person = ground.person();
        write(&person, "file0.u", "NEW WORDS\n");
        write(&person, "file1.u", "what the person typed since\n");
        write(&person, "added/file.u", "NEW WOR");
        fs::remove_file(person.join("file2.u")).unwrap();
        fs::remove_file(person.join("gone.txt")).unwrap();
    });
    let Recovered::Undone { rescued: Some(at) } = recover(&ground.place()).unwrap() else { panic!() };
    assert_eq!(read(&at, "file1.u"), "what the person typed since\n");
    assert_eq!(read(&at, "added/file.u"), "NEW WOR");
    assert!(!at.join("file0.u").exists(), "what git itself wrote is no loss");
    is_as_before(&ground, &before);
}

#[test]
fn a_person_who_moved_the_target_meanwhile_is_left_alone() {
    let (ground, ..) = cut_short(|ground, _| {
        ground.commit("another.txt", "another\n");
    });
    let now = git(&ground.person(), &["rev-parse", "main"]);
    assert_eq!(recover(&ground.place()).unwrap(), Recovered::Overtaken { target: "main".into() });
    assert_eq!(git(&ground.person(), &["rev-parse", "main"]), now);
    assert!(!is_cut_short(&ground.place().dir));
}

#[test]
fn an_older_lock_is_the_persons() {
    let (ground, before, _) = cut_short(|ground, _| {
        lock(ground, "index.lock");
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let lock = fs::File::options().write(true).open(ground.person().join(".git/index.lock")).unwrap();
        lock.set_modified(old).unwrap();
    });
    recover(&ground.place()).unwrap();
    let lock = ground.person().join(".git/index.lock");
    assert!(lock.exists());
    fs::remove_file(lock).unwrap();
    is_as_before(&ground, &before);
}

#[test]
fn a_git_that_is_still_at_work_is_waited_for() {
    if !Path::new("/proc/self/comm").exists() {
        eprintln!("skipped: this system does not show what programs do");
        return;
    }
    let (ground, ..) = cut_short(|_, _| {});
    let person = ground.person();
    // git reads until its input ends.

    let mut command = assert_cmd::Command::new("sh");
    command.current_dir(&person).args(["-c", "sleep 7 | git hash-object --stdin"]);
    let waiting = std::thread::spawn(move || command.output().unwrap());
    while !fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        fs::read_to_string(entry.path().join("comm")).is_ok_and(|name| name.trim() == "git")
            && fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == person.canonicalize().unwrap())
    }) {
        std::thread::yield_now();
    }
    let error = recover(&ground.place()).unwrap_err();
    assert!(matches!(error, WorkspaceError::GitAtWork { .. }), "{error}");
    assert!(is_cut_short(&ground.place().dir), "the next start tries again");
    waiting.join().unwrap();
    assert_eq!(recover(&ground.place()).unwrap(), Recovered::Undone { rescued: None });
}
