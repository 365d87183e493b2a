//! Which paths a file tool may touch.
//!
//! Paths are followed component by component the way the kernel would, because a text that looks harmless may lead through a
//! symbolic link, and because the file to be written does not exist yet. This judges the path an agent names at the moment
//! it names it; an agent that may run programs can change what a link points to, which only the operating system can confine.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::WorkspaceError;

/// The directories that a file tool may work in.
#[derive(Debug, Clone)]
pub struct Confinement {
    root: PathBuf,
    readable: Vec<PathBuf>,
}

/// What a path is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Read,
    Write,
}

/// As many as Linux follows.
const MAX_LINKS: usize = 40;

impl Confinement {
    /// Confines to `root`; what is below `readable` may be read, too.
    ///
    /// # Errors
    /// When the root does not exist.
    pub fn new(root: &Path, readable: &[PathBuf]) -> Result<Self, WorkspaceError> {
        let root = fs::canonicalize(root).map_err(WorkspaceError::io("find", root))?;
        // What does not exist cannot be read, and may appear later: so a missing one is kept as it is.
        let readable =
            readable.iter().map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.clone())).collect();
        Ok(Self { root, readable })
    }

    /// The root, with symbolic links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path leads, if it may be touched. Relative paths start at the root.
    ///
    /// # Errors
    /// [`WorkspaceError::Outside`], [`WorkspaceError::GitInternals`] or [`WorkspaceError::BadPath`].
    pub fn resolve(&self, path: &str, intent: Intent) -> Result<PathBuf, WorkspaceError> {
        if path.contains('\0') {
            return Err(WorkspaceError::BadPath {
                path: path.replace('\0', "\\0"),
                reason: "it contains a zero byte".to_owned(),
            });
        }
        let real = self.follow(path)?;
        let inside = real.strip_prefix(&self.root);
        let readable = intent == Intent::Read && self.readable.iter().any(|other| real.starts_with(other));
        match inside {
            Ok(relative) if intent == Intent::Write && is_git_internal(relative) => {
                Err(WorkspaceError::GitInternals { path: path.to_owned() })
            }
            Ok(_) => Ok(real),
            Err(_) if readable => Ok(real),
            Err(_) => Err(WorkspaceError::Outside { path: path.to_owned(), root: self.root.clone() }),
        }
    }

    /// Resolves every link on the way. What does not exist is taken literally.
    fn follow(&self, path: &str) -> Result<PathBuf, WorkspaceError> {
        let bad = |reason: String| WorkspaceError::BadPath { path: path.to_owned(), reason };
        let mut real = self.root.clone();
        let mut steps: VecDeque<OsString> = steps_of(Path::new(path)).collect();
        let mut links = 0;
        while let Some(step) = steps.pop_front() {
            if step == ".." {
                real.pop();
                continue;
            }
            // The first step of an absolute path is `/`, which replaces what it is joined to.
            let next = real.join(&step);
            match fs::symlink_metadata(&next) {
                Ok(metadata) if metadata.is_symlink() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(bad("it goes through too many symbolic links".to_owned()));
                    }
                    let target = fs::read_link(&next).map_err(|error| bad(error.to_string()))?;
                    steps_of(&target).rev().for_each(|step| steps.push_front(step));
                }
                Ok(metadata) if !steps.is_empty() && !metadata.is_dir() => {
                    return Err(bad(format!("{} is not a directory", next.display())));
                }
                Ok(_) => real = next,
                Err(error) if error.kind() == ErrorKind::NotFound => real = next,
                Err(error) => return Err(bad(error.to_string())),
            }
        }
        Ok(real)
    }
}

fn steps_of(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    let steps = path.components().filter(|component| *component != Component::CurDir);
    steps.map(|component| component.as_os_str().to_owned())
}

/// Some file systems do not tell `.GIT` from `.git`.
fn is_git_internal(relative: &Path) -> bool {
    relative.components().any(|component| component.as_os_str().eq_ignore_ascii_case(".git"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::Intent::{Read, Write};
    use super::*;
    use Answer::{Bad, Git, In, Outside};

    #[derive(Debug, PartialEq)]
    enum Answer {
        In(&'static str),
        Outside,
        Git,
        Bad,
    }

    #[test]
    fn paths_are_judged_by_where_they_lead() {
        let directory = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(directory.path()).unwrap();
        let (root, outside, shared) = (top.join("root"), top.join("outside"), top.join("shared"));
        for path in [&root.join("src"), &root.join(".git"), &outside, &shared] {
            fs::create_dir_all(path).unwrap();
        }
        fs::write(root.join("src/a.rs"), "").unwrap();
        symlink(&outside, root.join("out")).unwrap();
        symlink(outside.join("not-yet"), root.join("dangling")).unwrap();
        symlink("src", root.join("alias")).unwrap();
        symlink("../outside/../root/src", root.join("roundabout")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink(".git", root.join("innocent")).unwrap();
        symlink(&root, top.join("way-in")).unwrap();
        let confinement = Confinement::new(&root, std::slice::from_ref(&shared)).unwrap();
        let absolute = |path: &str| top.join(path).to_str().unwrap().to_owned();
        let cases = [
            ("src/a.rs".to_owned(), Read, In("root/src/a.rs")),
            ("./src/../src/a.rs".to_owned(), Write, In("root/src/a.rs")),
            ("src/new/deep.rs".to_owned(), Write, In("root/src/new/deep.rs")),
            (".".to_owned(), Read, In("root")),
            (String::new(), Read, In("root")),
            ("alias/a.rs".to_owned(), Write, In("root/src/a.rs")),
            ("roundabout/b.rs".to_owned(), Write, In("root/src/b.rs")),
            (absolute("root/src/a.rs"), Write, In("root/src/a.rs")),
            (absolute("way-in/src/a.rs"), Write, In("root/src/a.rs")),
            ("../outside/x".to_owned(), Read, Outside),
            ("src/../../outside/x".to_owned(), Write, Outside),
            ("missing/../../outside".to_owned(), Write, Outside),
            ("../root-but-longer/x".to_owned(), Write, Outside),
            ("/etc/passwd".to_owned(), Read, Outside),
            ("out/x".to_owned(), Write, Outside),
            ("out".to_owned(), Read, Outside),
            ("dangling".to_owned(), Write, Outside),
            (absolute("shared/x"), Read, In("shared/x")),
            (absolute("shared/x"), Write, Outside),
            (".git/config".to_owned(), Write, Git),
            (".GIT/config".to_owned(), Write, Git),
            ("sub/.git/hooks/x".to_owned(), Write, Git),
            ("innocent/config".to_owned(), Write, Git),
            (".git/HEAD".to_owned(), Read, In("root/.git/HEAD")),
            (".gitignore".to_owned(), Write, In("root/.gitignore")),
            ("loop/x".to_owned(), Read, Bad),
            ("src/a.rs/x".to_owned(), Write, Bad),
            ("a\0b".to_owned(), Read, Bad),
        ];
        for (path, intent, expected) in cases {
            let answer = confinement.resolve(&path, intent);
            let fits = match (&answer, &expected) {
                (Ok(real), In(wanted)) => *real == top.join(wanted),
                (Err(WorkspaceError::Outside { .. }), Outside)
                | (Err(WorkspaceError::GitInternals { .. }), Git)
                | (Err(WorkspaceError::BadPath { .. }), Bad) => true,
                _ => false,
            };
            assert!(fits, "{path:?} for {intent:?}: {answer:?}, not {expected:?}");
        }
    }
}
