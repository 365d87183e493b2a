//! What a landing leaves is what `git merge` would have left: files, index and refs, whatever the repository is like.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use flightdeck::workspace::WorkspaceError;
use pretty_assertions::assert_eq;

use super::ground::{Ground, git, status, try_git};
use crate::workspace::git::{read, write};

/// Files by path, with what is in them; links by what they point to.
fn files(top: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut open, mut files) = (vec![top.to_owned()], BTreeMap::new());
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(top).unwrap().display().to_string();
            if path.is_symlink() {
                files.insert(name, fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
            } else if path.is_dir() {
                if name != ".git" {
                    open.push(path);
                }
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Everything that a person can see of a checkout and its branch. A merge commit's own id holds the time it was made at.
fn seen(top: &Path) -> Vec<String> {
    let merge = ["log", "-1", "--format=%T %P %an %ae %cn %ce %B", "main"];
    let refs = ["for-each-ref", "--format=%(refname) %(symref)"];
    let mut seen = vec![
        status(top),
        git(top, &["ls-files", "--stage", "-t", "-v"]),
        git(top, &merge),
        git(top, &refs),
        git(top, &["symbolic-ref", "HEAD"]),
        git(top, &["config", "--local", "--list"]),
    ];
    // A sparse index keeps whole directories as one entry.
    seen.push(git(top, &["ls-files", "--stage", "--sparse"]));
    let shared = fs::read_dir(top.join(".git")).unwrap().flatten();
    let shared =
        shared.filter(|entry| entry.file_name().to_string_lossy().starts_with("sharedindex")).count();
    seen.push(format!("split: {}", shared > 0));
    seen
}

/// Lands in the person's repository and merges in a copy of it, and holds the two against each other.
fn same_as_git(ground: &Ground) {
    ground.without_work();
    let (person, copy) = (ground.person(), ground.beside("copy"));
    Command::new("cp").arg("-a").args([&person, &copy]).assert().success();
    let message = "Land flightdeck mission m1: Greet better";
    git(
        &copy,
        &["-c", "core.hooksPath=/dev/null", "merge", "--quiet", "--no-edit", "-m", message, "mission"],
    );
    let landing = ground.prepare().unwrap();
    landing.check().unwrap();
    ground.finish(landing).unwrap();
    assert_eq!(files(&person), files(&copy));
    assert_eq!(seen(&person), seen(&copy));
    git(&person, &["fsck", "--no-dangling"]);
    ground.assert_no_trace();
}

/// Changes, adds, removes, links and makes executable; with the person's own commits beside it or without.
fn both_ways(make: impl Fn() -> Ground) {
    for beside in [false, true] {
        let ground = make();
        ground.mission_with(|work| {
            write(work, "kept.u", "mission's words\n");
            write(work, "new/deep/file.u", "more words\n");
            write(work, "plain.txt", "plain\r\n");
            fs::remove_file(work.join("old.txt")).unwrap();
            std::os::unix::fs::symlink("plain.txt", work.join("link")).unwrap();
            let script = work.join("run.sh");
            fs::write(&script, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        });
        if beside {
            ground.commit("elsewhere.u", "the person's words\n");
        }
        ground.write("untracked.txt", "mine\n");
        same_as_git(&ground);
    }
}

fn begin(person: &Path) {
    write(person, "kept.u", "words\n");
    write(person, "old.txt", "old\n");
    write(person, "far/away.txt", "far\n");
    write(person, "far/deeper/away.txt", "farther\n");
}

#[test]
fn in_a_plain_repository() {
    both_ways(|| Ground::with(begin));
}

#[test]
fn with_a_clean_and_smudge_filter() {
    both_ways(|| {
        let ground = Ground::with(|person| {
            git(person, &["config", "filter.up.clean", "tr A-Z a-z"]);
            git(person, &["config", "filter.up.smudge", "tr a-z A-Z"]);
            git(person, &["config", "filter.up.required", "true"]);
            write(person, ".gitattributes", "*.u filter=up\n");
            begin(person);
        });
        fs::remove_file(ground.person().join("kept.u")).unwrap();
        git(&ground.person(), &["checkout", "--", "kept.u"]);
        assert_eq!(read(&ground.person(), "kept.u"), "WORDS\n");
        ground
    });
}

#[test]
fn with_line_ends_and_a_merge_driver_of_the_persons() {
    both_ways(|| {
        Ground::with(|person| {
            write(person, ".gitattributes", "*.txt text eol=crlf\nnotes merge=union\n");
            write(person, "notes", "one\n");
            begin(person);
        })
    });
    let ground = Ground::with(|person| {
        write(person, ".gitattributes", "notes merge=union\n");
        write(person, "notes", "one\n");
    });
    ground.mission("notes", "one\nmission\n");
    ground.commit("notes", "one\nperson\n");
    same_as_git(&ground);
}

#[test]
fn with_a_split_index() {
    both_ways(|| {
        let ground = Ground::with(begin);
        git(&ground.person(), &["config", "core.splitIndex", "true"]);
        git(&ground.person(), &["update-index", "--split-index"]);
        ground
    });
}

#[test]
fn with_a_sparse_checkout_and_a_sparse_index() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        both_ways(|| {
            let ground = Ground::with(begin);
            git(&ground.person(), &["sparse-checkout", "init", "--cone", index]);
            assert!(!ground.person().join("far").exists());
            ground
        });
    }
}

#[test]
fn in_a_partial_clone() {
    for beside in [false, true] {
        let origin = Ground::with(begin);
        git(&origin.person(), &["config", "uploadpack.allowFilter", "true"]);
        git(&origin.person(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        origin.mission("kept.u", "mission's words\n");
        if beside {
            origin.commit("elsewhere.u", "the person's words\n");
        }
        let ground = Ground::new();
        let person = ground.person();
        fs::remove_dir_all(&person).unwrap();
        let url = format!("file://{}", origin.person().display());
        let clone = ["clone", "--quiet", "--filter=blob:none", &url, person.to_str().unwrap()];
        git(&origin.person(), &clone);
        git(&person, &["config", "user.name", "Ada"]);
        git(&person, &["config", "user.email", "ada@example.org"]);
        git(&person, &["branch", "--quiet", "mission", "origin/mission"]);
        git(&person, &["worktree", "add", "--quiet", ground.beside("work").to_str().unwrap(), "mission"]);
        same_as_git(&ground);
    }
}

#[test]
fn with_files_kept_by_git_lfs() {
    if !try_git(Path::new("."), &["lfs", "version"]).status.success() {
        eprintln!("skipped: git-lfs is not installed here");
        return;
    }
    both_ways(|| {
        Ground::with(|person| {
            git(person, &["lfs", "install", "--local", "--skip-smudge"]);
            git(person, &["lfs", "install", "--local", "--force"]);
            git(person, &["lfs", "track", "*.u"]);
            begin(person);
        })
    });
}

#[test]
fn with_a_signed_merge() {
    let ground = Ground::with(begin);
    let key = ground.beside("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).output();
    if !made.is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: ssh-keygen is not installed here");
        return;
    }
    let person = ground.person();
    let public = fs::read_to_string(ground.beside("key.pub")).unwrap();
    let allowed = ground.beside("allowed");
    fs::write(&allowed, format!("ada@example.org {public}")).unwrap();
    for (name, value) in [
        ("gpg.format", "ssh"),
        ("user.signingKey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()),
        ("commit.gpgSign", "true"),
    ] {
        git(&person, &["config", name, value]);
    }
    let head = ground.mission("kept.u", "mission's words\n");
    let before = ground.commit("elsewhere.u", "the person's words\n");
    // A key that cannot be reached is told before anything changes.
    git(&person, &["config", "user.signingKey", "/nowhere/key"]);
    let error = ground.prepare().unwrap_err();
    assert!(matches!(error, WorkspaceError::Unsigned { .. }), "{error}");
    let sentence = error.to_string();
    assert!(sentence.contains(&format!("git merge --no-gpg-sign {}", &head[..12])), "{sentence}");
    assert_eq!(git(&person, &["rev-parse", "main"]), before);
    ground.assert_no_trace();
    git(&person, &["config", "user.signingKey", key.to_str().unwrap()]);
    same_as_git(&ground);
    assert_eq!(git(&person, &["log", "-1", "--format=%G?", "main"]), "G", "the merge is signed");
}

#[test]
fn with_a_merge_signed_by_gpg() {
    let ground = Ground::with(begin);
    let (person, home, gpg) = (ground.person(), ground.beside("g"), ground.beside("gpg"));
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(&gpg, format!("#!/bin/sh\nGNUPGHOME={} exec gpg --batch \"$@\"\n", home.display())).unwrap();
    fs::set_permissions(&gpg, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let make = ["--passphrase", "", "--quick-gen-key", "ada@example.org", "ed25519", "sign", "never"];
    if !Command::new(&gpg).args(make).output().is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: gpg is not installed here");
        return;
    }
    ground.mission("kept.u", "mission's words\n");
    let before = ground.commit("elsewhere.u", "the person's words\n");
    for (name, value) in [
        ("gpg.program", gpg.to_str().unwrap()),
        ("commit.gpgSign", "true"),
        ("user.signingKey", "nobody@example.org"),
    ] {
        git(&person, &["config", name, value]);
    }
    let error = ground.prepare().unwrap_err();
    assert!(matches!(error, WorkspaceError::Unsigned { .. }), "{error}");
    assert_eq!(git(&person, &["rev-parse", "main"]), before);
    git(&person, &["config", "user.signingKey", "ada@example.org"]);
    ground.finish(ground.prepare().unwrap()).unwrap();
    assert_eq!(git(&person, &["log", "-1", "--format=%G?", "main"]), "G", "the merge is signed");
    Command::new("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", &home).output().ok();
}

#[test]
fn with_a_monitor_of_the_file_system() {
    both_ways(|| {
        let ground = Ground::with(begin);
        let monitor = ground.beside("monitor");
        // Version 2 of the protocol: a token, then a zero, then `/` for "look at everything".
        fs::write(&monitor, "#!/bin/sh\nprintf 'token\\000/\\000'\n").unwrap();
        fs::set_permissions(&monitor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        git(&ground.person(), &["config", "core.fsmonitor", monitor.to_str().unwrap()]);
        git(&ground.person(), &["update-index", "--fsmonitor"]);
        ground
    });
}
