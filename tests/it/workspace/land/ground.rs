//! A person's repository, a mission's own, and a commit to land.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use flightdeck::workspace::land::{LandPlace, LandPlan, Landed, Landing, forget, is_cut_short};
use flightdeck::workspace::{Repo, WorkspaceError};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::workspace::git::write;

pub struct Ground {
    top: TempDir,
}

impl Ground {
    /// A repository with one commit on `main`.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, with what `prepare` makes of it before its first commit.
    pub fn with(prepare: impl FnOnce(&Path)) -> Self {
        let ground = Self { top: tempfile::tempdir().unwrap() };
        let person = ground.person();
        fs::create_dir_all(&person).unwrap();
        fs::create_dir_all(ground.place_dir()).unwrap();
        git(&person, &["init", "--quiet", "--initial-branch=main"]);
        for (key, value) in [
            ("user.name", "Ada"),
            ("user.email", "ada@example.org"),
            ("core.autocrlf", "false"),
            ("core.excludesfile", "/dev/null"),
            ("core.hooksPath", ".git/hooks"),
            ("commit.gpgSign", "false"),
        ] {
            git(&person, &["config", key, value]);
        }
        ground.write("README.md", "hello\n");
        ground.write(".gitignore", "target/\n");
        prepare(&person);
        git(&person, &["add", "--all"]);
        git(&person, &["commit", "--quiet", "-m", "begin"]);
        // The mission's own repository borrows the person's objects.
        let (from, own) = (person.to_str().unwrap().to_owned(), ground.beside("own"));
        let clone = ["clone", "--quiet", "--shared", "--no-checkout", &from, own.to_str().unwrap()];
        git(&person, &clone);
        ground
    }

    pub fn person(&self) -> PathBuf {
        self.top.path().join("person")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.top.path().join(name)
    }

    fn place_dir(&self) -> PathBuf {
        self.beside("mission")
    }

    pub fn place(&self) -> LandPlace {
        let own = Repo::discover(&self.beside("own")).unwrap();
        LandPlace { person: Repo::discover(&self.person()).unwrap(), own, dir: self.place_dir() }
    }

    pub fn write(&self, path: &str, text: &str) {
        write(&self.person(), path, text);
    }

    /// Commits a file in the person's checkout.
    pub fn commit(&self, path: &str, text: &str) -> String {
        self.write(path, text);
        git(&self.person(), &["add", path]);
        git(&self.person(), &["commit", "--quiet", "-m", "meanwhile"]);
        git(&self.person(), &["rev-parse", "HEAD"])
    }

    /// A commit more on the branch `mission`, made elsewhere.
    pub fn mission(&self, path: &str, text: &str) -> String {
        self.mission_with(|work| write(work, path, text))
    }

    pub fn mission_with(&self, change: impl FnOnce(&Path)) -> String {
        let work = self.beside("work");
        let person = self.person();
        let at = work.to_str().unwrap();
        if !work.exists() {
            git(&person, &["worktree", "add", "--quiet", "-b", "mission", at, "main"]);
        }
        change(&work);
        git(&work, &["add", "--all", "--sparse"]);
        git(&work, &["commit", "--quiet", "-m", "the feature"]);
        git(&work, &["rev-parse", "HEAD"])
    }

    /// Takes the workers' checkout away, so that the repository can be copied.
    pub fn without_work(&self) {
        let work = self.beside("work");
        git(&self.person(), &["worktree", "remove", "--force", work.to_str().unwrap()]);
    }

    pub fn plan(commit: &str) -> LandPlan {
        LandPlan {
            commit: commit.to_owned(),
            branch: "mission".into(),
            target: "main".into(),
            mission: "m1".into(),
            title: "Greet better".into(),
        }
    }

    pub fn prepare(&self) -> Result<Landing, WorkspaceError> {
        self.prepare_commit(&git(&self.person(), &["rev-parse", "mission"]))
    }

    pub fn prepare_commit(&self, commit: &str) -> Result<Landing, WorkspaceError> {
        self.prepare_plan(Self::plan(commit))
    }

    pub fn prepare_plan(&self, plan: LandPlan) -> Result<Landing, WorkspaceError> {
        Landing::prepare(self.place(), plan)
    }

    /// Finishes a landing as the engine does: what comes of it is recorded, then it is forgotten.
    pub fn finish(&self, landing: Landing) -> Result<Landed, WorkspaceError> {
        let landed = landing.finish();
        drop(landing);
        if landed.is_ok() {
            forget(&self.place());
        }
        landed
    }

    pub fn hook(&self, name: &str, script: &str) {
        let hook = self.person().join(".git/hooks").join(name);
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Nothing of a landing is left, in the mission's directory or in the person's repository.
    pub fn assert_no_trace(&self) {
        assert_eq!(fs::read_dir(self.place_dir()).unwrap().count(), 0);
        assert!(!is_cut_short(&self.place_dir()));
        assert_eq!(git(&self.person(), &["for-each-ref", "refs/flightdeck"]), "");
        let listed = git(&self.person(), &["worktree", "list", "--porcelain"]);
        assert!(!listed.contains("landing"), "{listed}");
        assert_eq!(self.locks(), Vec::<PathBuf>::new());
    }

    /// Lock files in the person's repository.
    pub fn locks(&self) -> Vec<PathBuf> {
        let (mut open, mut found) = (vec![self.person().join(".git")], Vec::new());
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "lock") {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// What git says, without the last line's end.
pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = try_git(directory, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?} in {}: {errors}", directory.display());
    String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
}

pub fn try_git(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(directory).env("GIT_EDITOR", "true").env("LC_ALL", "C");
    command.args(["-c", "protocol.file.allow=always"]).args(arguments).output().unwrap()
}

pub fn status(directory: &Path) -> String {
    git(directory, &["status", "--porcelain", "--untracked-files=all"])
}
