//! Repositories for tests, which depend on nobody's configuration.

use std::fs;
use std::path::{Path, PathBuf};

use flightdeck::workspace::Repo;
use git2::{BranchType, Repository, RepositoryInitOptions};
use tempfile::TempDir;

/// A repository with one commit on `main`, and room beside it.
pub struct Fixture {
    pub top: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let top = tempfile::tempdir().unwrap();
        let mut options = RepositoryInitOptions::new();
        options.initial_head("main");
        let git = Repository::init_opts(top.path().join("person"), &options).unwrap();
        let mut config = git.config().unwrap();
        for (key, value) in [
            ("user.name", "Ada"),
            ("user.email", "ada@example.org"),
            ("core.autocrlf", "false"),
            ("core.excludesfile", "/dev/null"),
        ] {
            config.set_str(key, value).unwrap();
        }
        let fixture = Self { top };
        fixture.write("README.md", "hello\n");
        fixture.write(".gitignore", "target/\n");
        fixture.commit("begin");
        fixture
    }

    pub fn person(&self) -> PathBuf {
        self.top.path().join("person")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.top.path().join(name)
    }

    pub fn repo(&self) -> Repo {
        Repo::discover(&self.person()).unwrap()
    }

    /// The local branches, sorted.
    pub fn branches(&self) -> Vec<String> {
        let git = Repository::open(self.person()).unwrap();
        let branches = git.branches(Some(BranchType::Local)).unwrap();
        let mut names: Vec<String> =
            branches.map(|branch| branch.unwrap().0.name().unwrap().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    pub fn write(&self, path: &str, text: &str) {
        write(&self.person(), path, text);
    }

    pub fn commit(&self, message: &str) -> String {
        commit(&self.person(), message)
    }
}

pub fn write(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub fn read(directory: &Path, path: &str) -> String {
    fs::read_to_string(directory.join(path)).unwrap()
}

pub fn commit(directory: &Path, message: &str) -> String {
    let git = Repository::open(directory).unwrap();
    let mut index = git.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let who = git.signature().unwrap();
    let parent = git.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    git.commit(Some("HEAD"), &who, &who, message, &tree, &parents).unwrap().to_string()
}
