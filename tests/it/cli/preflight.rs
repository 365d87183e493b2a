//! What cannot be flown is found beforehand, by `doctor` and by `new`, each with its remedy.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pretty_assertions::assert_eq;

use super::stage::Stage;
use crate::workspace::git::write;
use crate::workspace::land::ground::{git, try_git};

const NEW: &[&str] = &["new", "A guestbook", "--model", "rehearsal/demo", "--headless", "--speed", "1000"];

/// A machine whose directory for work holds what `make` puts there.
fn made(make: impl FnOnce(&Path)) -> Stage {
    let stage = Stage::bare();
    make(&stage.repository());
    stage
}

fn begun(work: &Path) {
    git(work, &["init", "--quiet", "--initial-branch=main"]);
    git(work, &["config", "user.name", "Ada"]);
    git(work, &["config", "user.email", "ada@example.org"]);
    git(work, &["config", "commit.gpgSign", "false"]);
    commit(work, "README.md", "A book.\n");
}

fn commit(work: &Path, path: &str, text: &str) {
    write(work, path, text);
    git(work, &["add", "--all"]);
    git(work, &["commit", "--quiet", "-m", "more"]);
}

/// Both refuse, in the same words, and nothing is founded.
fn is_refused(stage: &Stage, check: &str, words: &[&str]) {
    let told = stage.ended(&["doctor", "--offline"], 1).0;
    let line = told
        .lines()
        .find(|line| line.starts_with(&format!("✗ {check} ")))
        .unwrap_or_else(|| panic!("{told}"));
    let (_, refused) = stage.ended(NEW, 2);
    for word in words {
        assert!(line.contains(word), "doctor: {word} in {line}");
        assert!(refused.contains(word), "new: {word} in {refused}");
    }
    assert_eq!(stage.json(&["list"]), serde_json::json!([]));
}

/// The doctor warns, and a mission begins with the same words as a note.
fn is_doubted(stage: &Stage, check: &str, words: &[&str]) {
    let told = stage.flightdeck(&["doctor", "--offline"]).output().unwrap();
    let told = stage.clean(&told.stdout);
    let line = told
        .lines()
        .find(|line| line.starts_with(&format!("! {check} ")))
        .unwrap_or_else(|| panic!("{told}"));
    let (begins, _) = stage.ended(NEW, 3);
    let note = begins.lines().find(|line| line.starts_with("note: ")).unwrap_or_else(|| panic!("{begins}"));
    for word in words {
        assert!(line.contains(word), "doctor: {word} in {line}");
        assert!(note.contains(word), "new: {word} in {note}");
    }
}

#[test]
fn a_repository_of_sha256_is_refused() {
    let stage = made(|work| {
        git(work, &["init", "--quiet", "--object-format=sha256"]);
        git(work, &["config", "user.name", "Ada"]);
        git(work, &["config", "user.email", "ada@example.org"]);
        commit(work, "README.md", "A book.\n");
    });
    is_refused(&stage, "objects", &["named by sha256", "git fast-export --all"]);
}

#[test]
fn branches_that_are_kept_in_tables_are_refused() {
    let stage = made(|_| {});
    let work = stage.repository();
    if !try_git(&work, &["init", "--quiet", "--ref-format=reftable"]).status.success() {
        eprintln!("skipped: this git knows no reftable");
        return;
    }
    git(&work, &["config", "user.name", "Ada"]);
    git(&work, &["config", "user.email", "ada@example.org"]);
    commit(&work, "README.md", "A book.\n");
    is_refused(&stage, "refs", &["kept as reftable", "`git refs migrate --ref-format=files`"]);
}

#[test]
fn a_repository_of_another_user_is_refused_with_the_command_that_trusts_it() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can give a repository away");
        return;
    }
    let stage = made(begun);
    let mut open = vec![stage.repository()];
    while let Some(path) = open.pop() {
        std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    is_refused(
        &stage,
        "repository",
        &["belongs to another user", "`git config --global --add safe.directory"],
    );
}

#[test]
fn a_bare_repository_is_refused() {
    let stage = made(|work| drop(git(work, &["init", "--quiet", "--bare"])));
    is_refused(&stage, "repository", &["is a bare repository", "`git clone` it"]);
}

#[test]
fn a_git_that_is_missing_or_too_old_is_refused() {
    let stage = made(begun);
    let bin = stage.path("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(bin.join("git"), "#!/bin/sh\necho git version 2.9.1\n").unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for (path, found) in [(path.as_str(), "version 2.9 is installed"), ("/nowhere", "not installed")] {
        for (arguments, code) in [(NEW, 2), (&["doctor", "--offline"], 1)] {
            let output = stage.flightdeck(arguments).env("PATH", path).output().unwrap();
            let told = stage.clean(&output.stdout) + &stage.clean(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{told}");
            assert!(told.contains(found) && told.contains("install git 2."), "{told}");
        }
    }
}

#[test]
fn files_of_lfs_without_lfs_are_refused() {
    let stage = made(|work| {
        begun(work);
        commit(work, "assets/.gitattributes", "# filter=old\n*.bin filter=lfs diff=lfs\n");
    });
    if try_git(&stage.repository(), &["lfs", "version"]).status.success() {
        is_refused(&stage, "filters", &["git LFS, which is not set up: `git lfs install`"]);
    } else {
        is_refused(&stage, "filters", &["git-lfs is not installed", "`apt install git-lfs`"]);
    }
}

#[test]
fn a_filter_is_refused_when_it_is_required_and_missing_and_doubted_otherwise() {
    let filtered = |settings: &[(&str, &str)]| {
        let stage = made(|work| {
            begun(work);
            commit(work, ".gitattributes", "*.secret filter=crypt\n");
        });
        for (key, value) in settings {
            git(&stage.repository(), &["config", key, value]);
        }
        stage
    };
    let missing = ("filter.crypt.smudge", "no-such-crypt smudge %f");
    let stage = filtered(&[missing, ("filter.crypt.required", "true")]);
    is_refused(&stage, "filters", &["the filter `crypt` needs `no-such-crypt`", "install it"]);
    is_doubted(&filtered(&[missing]), "filters", &["needs `no-such-crypt`", "taken as they are stored"]);
    is_doubted(&filtered(&[]), "filters", &["names the filter `crypt`, which no setting of git's defines"]);
    let sound = filtered(&[("filter.crypt.smudge", "tr a-z A-Z"), ("filter.crypt.clean", "tr A-Z a-z")]);
    assert!(
        sound.flightdeck(&["doctor", "--offline"]).output().unwrap().stdout.windows(5).any(|w| w == b"crypt")
    );
}

#[test]
fn a_key_that_cannot_be_reached_is_told_before_a_mission_begins() {
    let stage = made(begun);
    let work = stage.repository();
    for (key, value) in
        [("commit.gpgSign", "true"), ("gpg.format", "ssh"), ("user.signingKey", "/nowhere/key")]
    {
        git(&work, &["config", key, value]);
    }
    let objects = git(&work, &["count-objects"]);
    is_doubted(
        &stage,
        "signing",
        &["`commit.gpgSign`", "the key cannot be reached here", "`user.signingKey`"],
    );
    assert_eq!(git(&work, &["count-objects"]), objects, "the trial leaves nothing in the repository");
}

#[test]
fn submodules_are_told_with_the_command_that_fetches_them() {
    let stage = made(|work| {
        begun(work);
        let module = work.parent().unwrap().join("module");
        fs::create_dir_all(&module).unwrap();
        begun(&module);
        git(work, &["submodule", "--quiet", "add", module.to_str().unwrap(), "lib/module"]);
        git(work, &["commit", "--quiet", "-m", "a module"]);
    });
    is_doubted(&stage, "submodules", &["lib/module", "git submodule update --init --recursive"]);
}

#[test]
fn what_is_under_way_is_told() {
    let stage = made(|work| {
        begun(work);
        git(work, &["switch", "--quiet", "-c", "side"]);
        commit(work, "README.md", "Another book.\n");
        git(work, &["switch", "--quiet", "main"]);
        commit(work, "README.md", "This book.\n");
    });
    let work = stage.repository();
    assert!(!try_git(&work, &["rebase", "side"]).status.success());
    let (_, refused) = stage.ended(NEW, 2);
    assert!(
        refused.contains("a rebase is under way here") && refused.contains("`git rebase --abort`"),
        "{refused}"
    );
    git(&work, &["rebase", "--abort"]);
    assert!(!try_git(&work, &["merge", "side"]).status.success());
    is_doubted(&stage, "under way", &["a merge is under way here", "`git merge --abort`"]);
}

#[test]
fn a_sound_repository_is_told_check_by_check() {
    let stage = made(begun);
    stage.configure("[models]\ndefault = \"rehearsal/demo\"\n");
    let told = stage.told(&["doctor", "--offline"]);
    for check in [
        "git",
        "repository",
        "objects",
        "refs",
        "commits",
        "branch",
        "under way",
        "filters",
        "signing",
        "submodules",
    ] {
        assert!(told.lines().any(|line| line.starts_with(&format!("✓ {check} "))), "{check}\n{told}");
    }
    assert!(!stage.ended(NEW, 3).0.contains("note:"));
}
