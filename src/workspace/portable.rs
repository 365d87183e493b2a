//! What a worker's commits hold that would not reach another checkout. It is looked for before they are accepted, since
//! afterwards only the worker's own checkout has the files.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use git2::Oid;

use super::git::Git;
use super::worktree::{paths, to_path};
use super::{Checkout, WorkspaceError};

/// The longest path, in bytes, and the deepest. A checkout elsewhere begins with a path of its own, and systems end at
/// 1,024 or 4,096 bytes for both together.
const LONGEST: usize = 800;
const DEEPEST: usize = 100;
/// The longest name of a file or directory that file systems take.
const LONGEST_NAME: usize = 255;

/// Filters that replace a file's content, and how what they make of it begins. Contents without that were never filtered.
const FILTERS: [(&str, &[u8]); 2] =
    [("lfs", b"version https://git-lfs.github.com/spec/"), ("git-crypt", b"\0GITCRYPT\0")];

/// Something in a commit that is missing, or other, in every other checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unportable {
    /// A repository inside the checkout: git notes which commit it is at, and none of its files.
    NestedRepository(PathBuf),
    /// Its attributes say that a filter replaces its content, and the commit has the content itself.
    Unfiltered { path: PathBuf, filter: &'static str },
    /// Too long or too deep for a checkout elsewhere.
    TooLong(PathBuf),
}

impl fmt::Display for Unportable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NestedRepository(path) => {
                let path = path.display();
                write!(
                    f,
                    "`{path}` is a repository of its own, so none of its files is in your commit. To make them part of this \
                     one: `git rm --cached -f '{path}' && rm -rf '{path}/.git' && git add '{path}'`, and commit"
                )
            }
            Self::Unfiltered { path, filter: "lfs" } => {
                let path = path.display();
                write!(
                    f,
                    "`{path}` belongs to git-lfs by .gitattributes and was committed raw. Mend it: `git lfs install --local && \
                     git add --renormalize '{path}'`, and commit (amend where you can). Where git-lfs is missing, do not \
                     commit the file and say so in your handoff"
                )
            }
            Self::Unfiltered { path, filter } => {
                let path = path.display();
                write!(
                    f,
                    "`{path}` passes the filter `{filter}` by .gitattributes and was committed without it. Take it out of your \
                     commits, and commit it again once the filter is set up: `git add --renormalize '{path}'`"
                )
            }
            Self::TooLong(path) => write!(
                f,
                "`{}` is too long or too deep for other checkouts (at most {LONGEST} bytes, {DEEPEST} levels, {LONGEST_NAME} \
                 bytes a name): give it a shorter path",
                shortened(path)
            ),
        }
    }
}

/// A file that a commit adds or changes.
struct Entry {
    path: PathBuf,
    is_repository: bool,
    blob: Oid,
}

impl Checkout {
    /// What the commits since a base hold that would not reach another checkout.
    ///
    /// # Errors
    /// When git cannot read the commits.
    pub fn unportable_since(&self, base: &str) -> Result<Vec<Unportable>, WorkspaceError> {
        let git = Git::of_mission(self.dir());
        let raw = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", base, "HEAD"];
        let entries = entries(&git.run("read the commits", raw)?);
        let submodules = submodules(&git)?;
        let mut found = Vec::new();
        for entry in &entries {
            if entry.is_repository && !submodules.contains(&entry.path) {
                found.push(Unportable::NestedRepository(entry.path.clone()));
            }
            if is_too_long(&entry.path) {
                found.push(Unportable::TooLong(entry.path.clone()));
            }
        }
        found.extend(self.unfiltered(&git, &entries)?);
        Ok(found)
    }

    fn unfiltered(&self, git: &Git, entries: &[Entry]) -> Result<Vec<Unportable>, WorkspaceError> {
        let doing = "read the attributes";
        let files: Vec<&Entry> = entries.iter().filter(|entry| !entry.is_repository).collect();
        let mut asked = Vec::new();
        for entry in &files {
            asked.extend_from_slice(entry.path.as_os_str().as_bytes());
            asked.push(0);
        }
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let said = git.clone().input(asked).run(doing, ["check-attr", "-z", "--stdin", "filter"])?;
        let values: Vec<&[u8]> = paths(&said).collect();
        let objects = self.git()?;
        let objects = objects.odb().map_err(WorkspaceError::git(doing))?;
        let mut found = Vec::new();
        // Each answer is the path, the name of the attribute, its value.
        for (entry, answer) in files.iter().zip(values.chunks(3)) {
            let named =
                answer.get(2).and_then(|value| FILTERS.iter().find(|(name, _)| name.as_bytes() == *value));
            let Some((filter, beginning)) = named else { continue };
            let object = objects.read(entry.blob).map_err(WorkspaceError::git(doing))?;
            // No filter makes anything of an empty file.
            if !object.data().is_empty() && !object.data().starts_with(beginning) {
                found.push(Unportable::Unfiltered { path: entry.path.clone(), filter });
            }
        }
        Ok(found)
    }
}

/// What `git diff-tree --raw -z` printed, without what is gone: `:modes ids letter`, then the path.
fn entries(raw: &[u8]) -> Vec<Entry> {
    let fields: Vec<&[u8]> = paths(raw).collect();
    let entry = |pair: &[&[u8]]| {
        let [facts, path] = pair else { return None };
        let facts = std::str::from_utf8(facts).ok()?;
        let mut facts = facts.split(' ').skip(1);
        let (mode, blob) = (facts.next()?, facts.nth(1)?);
        let blob = Oid::from_str(blob).ok()?;
        (mode != "000000").then(|| Entry { path: to_path(path), is_repository: mode == "160000", blob })
    };
    fields.chunks(2).filter_map(entry).collect()
}

/// The paths that `.gitmodules` gives a home.
fn submodules(git: &Git) -> Result<Vec<PathBuf>, WorkspaceError> {
    let ask = ["config", "--null", "--blob", "HEAD:.gitmodules", "--get-regexp", r"^submodule\..*\.path$"];
    // Without such a file, or a path in it, git only exits.
    let said = git.outcome(ask)?;
    let path =
        |entry: &[u8]| entry.iter().position(|byte| *byte == b'\n').map(|at| to_path(&entry[at + 1..]));
    Ok(paths(&said.output).filter_map(path).collect())
}

fn is_too_long(path: &Path) -> bool {
    path.as_os_str().len() > LONGEST
        || path.components().count() > DEEPEST
        || path.components().any(|name| name.as_os_str().len() > LONGEST_NAME)
}

fn shortened(path: &Path) -> String {
    let text = path.display().to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
