//! What cannot be flown, found before a mission begins, each with its remedy.
//!
//! One table of checks, for `doctor`, which tells them all, and for whoever begins a mission, who refuses at an obstacle
//! and tells the doubts.

mod filters;
mod signing;

use std::path::{Path, PathBuf};

use super::WorkspaceError;
use super::git::{Git, version};
use super::land::under_way;

/// What was looked at, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    pub at: &'static str,
    pub found: Found,
}

/// How it is, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Sound(String),
    /// A mission can be flown, and the person should know this first.
    Doubt(String),
    /// No mission can be flown before it is mended.
    Obstacle(String),
    /// There is no repository here at all.
    NoRepository(String),
}

/// A repository that git itself opens.
struct Subject {
    /// The top of the checkout.
    root: PathBuf,
}

type Check = fn(&Subject) -> Result<Found, WorkspaceError>;

/// The worst that a check may find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Doubt,
    Obstacle,
}

/// In the order in which they are told. After an obstacle the later ones are not tried: they would trip over the same.
const CHECKS: [(&str, Worst, Check); 8] = [
    ("objects", Worst::Obstacle, objects),
    ("refs", Worst::Obstacle, refs),
    ("commits", Worst::Obstacle, commits),
    ("branch", Worst::Obstacle, branch),
    ("under way", Worst::Doubt, is_under_way),
    ("filters", Worst::Obstacle, filters::look),
    ("signing", Worst::Doubt, signing::look),
    ("submodules", Worst::Doubt, submodules),
];

/// Looks at git and at the repository at or above a directory.
pub fn preflight(directory: &Path) -> Vec<Looked> {
    look(directory, Worst::Doubt)
}

/// What keeps a mission from being flown there, if anything does. It asks for no key, so nobody waits for it.
pub fn obstacle(directory: &Path) -> Option<Looked> {
    let mut looked = look(directory, Worst::Obstacle);
    if stops(&looked) { looked.pop() } else { None }
}

fn look(directory: &Path, least: Worst) -> Vec<Looked> {
    let git = match version() {
        Ok(version) => Found::Sound(format!("version {version}")),
        Err(error) => Found::Obstacle(error.to_string()),
    };
    let mut looked = vec![Looked { at: "git", found: git }];
    if stops(&looked) {
        return looked;
    }
    let subject = match open(directory) {
        Ok(subject) => subject,
        Err(found) => {
            looked.push(Looked { at: "repository", found });
            return looked;
        }
    };
    looked.push(Looked { at: "repository", found: Found::Sound(subject.root.display().to_string()) });
    for (at, _, check) in CHECKS.iter().filter(|(_, worst, _)| *worst >= least) {
        let found = check(&subject).unwrap_or_else(|error| Found::Obstacle(error.to_string()));
        looked.push(Looked { at, found });
        if stops(&looked) {
            break;
        }
    }
    looked
}

fn stops(looked: &[Looked]) -> bool {
    looked.last().is_some_and(|last| matches!(last.found, Found::Obstacle(_) | Found::NoRepository(_)))
}

/// Opens it, or says in words that help why git does not.
fn open(directory: &Path) -> Result<Subject, Found> {
    let fault = |error: WorkspaceError| Found::Obstacle(error.to_string());
    let git = Git::of_person(directory);
    let outcome = git.outcome(["rev-parse", "--is-bare-repository"]).map_err(fault)?;
    if !outcome.exit.is_success() {
        let said = outcome.errors;
        // git gives the whole command, with the directory as it compares it.
        let trust = said.lines().map(str::trim).find(|line| line.starts_with("git config --global"));
        return Err(match trust {
            Some(command) => Found::Obstacle(format!(
                "{} belongs to another user, so git does nothing in it; if you trust it: `{command}`",
                directory.display()
            )),
            None if said.contains("not a git repository") => {
                Found::NoRepository(WorkspaceError::NotARepository { path: directory.to_owned() }.to_string())
            }
            None => Found::Obstacle(format!(
                "git cannot read the repository at {}: {}",
                directory.display(),
                super::clean_text(said.trim().as_bytes())
            )),
        });
    }
    if outcome.output.starts_with(b"true") {
        return Err(Found::Obstacle(format!(
            "{} is a bare repository, which has no checkout to land in: `git clone` it, and begin in the clone",
            directory.display()
        )));
    }
    let root = git.line("find the top of the checkout", ["rev-parse", "--show-toplevel"]).map_err(|_| {
        Found::Obstacle(format!("{} is inside a git directory; go to its checkout", directory.display()))
    })?;
    Ok(Subject { root: root.into() })
}

impl Subject {
    fn git(&self) -> Git {
        Git::of_person(&self.root)
    }

    /// A setting as the person has it.
    fn setting(&self, key: &str) -> Result<Option<String>, WorkspaceError> {
        let outcome = Git::as_typed_by_person(&self.root).outcome(["config", "--get", key])?;
        let value = String::from_utf8_lossy(&outcome.output).trim().to_owned();
        Ok(Some(value).filter(|value| outcome.exit.is_success() && !value.is_empty()))
    }

    fn is_set(&self, key: &str) -> Result<bool, WorkspaceError> {
        let typed = ["config", "--type=bool", "--get", key];
        Ok(Git::as_typed_by_person(&self.root).outcome(typed)?.output.starts_with(b"true"))
    }
}

fn objects(subject: &Subject) -> Result<Found, WorkspaceError> {
    Ok(match subject.setting("extensions.objectFormat")?.as_deref() {
        None | Some("sha1") => Found::Sound("named by SHA-1".to_owned()),
        Some(other) => Found::Obstacle(format!(
            "the objects of this repository are named by {other}, which flightdeck cannot read; make one with SHA-1 of it: \
             `git init --object-format=sha1 ../again && git fast-export --all | git -C ../again fast-import`, check your branch out there, and begin there"
        )),
    })
}

fn refs(subject: &Subject) -> Result<Found, WorkspaceError> {
    Ok(match subject.setting("extensions.refStorage")?.as_deref() {
        None | Some("files") => Found::Sound("kept in files".to_owned()),
        Some(other) => Found::Obstacle(format!(
            "the branches of this repository are kept as {other}, which flightdeck cannot read: \
             `git refs migrate --ref-format=files`"
        )),
    })
}

fn commits(subject: &Subject) -> Result<Found, WorkspaceError> {
    let head = subject.git().outcome(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
    if !head.exit.is_success() {
        let path = subject.root.clone();
        return Ok(Found::Obstacle(WorkspaceError::NoCommits { path }.to_string()));
    }
    let head = String::from_utf8_lossy(&head.output).trim().to_owned();
    Ok(Found::Sound(format!("at {}", head.get(..7).unwrap_or(&head))))
}

fn branch(subject: &Subject) -> Result<Found, WorkspaceError> {
    let head = subject.git().outcome(["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    if head.exit.is_success() {
        return Ok(Found::Sound(format!("on {}", String::from_utf8_lossy(&head.output).trim())));
    }
    Ok(Found::Obstacle(match left(subject)? {
        Some((what, leave)) => format!("{what} is under way here: finish it, or leave it with `{leave}`"),
        None => {
            "no branch is checked out here: check out the branch that the mission shall land on".to_owned()
        }
    }))
}

fn is_under_way(subject: &Subject) -> Result<Found, WorkspaceError> {
    Ok(match left(subject)? {
        None => Found::Sound("nothing".to_owned()),
        Some((what, leave)) => Found::Doubt(format!(
            "{what} is under way here: the mission begins without it, and lands only when it is finished or left with \
             `{leave}`"
        )),
    })
}

fn left(subject: &Subject) -> Result<Option<(&'static str, &'static str)>, WorkspaceError> {
    let git_dir = subject.git().line("find the git directory", ["rev-parse", "--absolute-git-dir"])?;
    Ok(under_way(Path::new(&git_dir)))
}

fn submodules(subject: &Subject) -> Result<Found, WorkspaceError> {
    let list = ["config", "--blob", "HEAD:.gitmodules", "--get-regexp", r"^submodule\..*\.path$"];
    let outcome = subject.git().outcome(list)?;
    let listed = String::from_utf8_lossy(&outcome.output).into_owned();
    let paths: Vec<&str> =
        listed.lines().filter_map(|line| line.split_once(' ')).map(|(_, path)| path).collect();
    if paths.is_empty() {
        return Ok(Found::Sound("none".to_owned()));
    }
    Ok(Found::Doubt(format!(
        "{} stand empty in the checkouts of agents until a setup command of the mission's environment fetches them: say in \
         the goal that `git submodule update --init --recursive` is one",
        paths.join(", ")
    )))
}
