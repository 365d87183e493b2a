//! The demo's repository: made new, or found again where a demo was cut off.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use git2::{IndexAddOption, Repository, RepositoryInitOptions, Signature};

use crate::agent::model::script::demo_repository_files;
use crate::cli::fault::misuse;
use crate::workspace::Repo;

/// Written into the repository's own configuration, so that a demo never flies in a repository of the person's.
const MARK: &str = "flightdeck.demo";

/// The repository of a demo in a directory: a new one, or the one that a demo made there before.
pub(super) fn ensure(directory: &Path) -> Result<Repo> {
    fs::create_dir_all(directory).with_context(|| format!("failed to create {}", directory.display()))?;
    match Repository::open(directory) {
        Ok(git) if is_marked(&git) => complete(&git, directory)?,
        Ok(_) => {
            return Err(misuse(format!(
                "{} is a repository of yours; the demo wants an empty directory, or one of its own",
                directory.display()
            )));
        }
        Err(_) if is_empty(directory)? => make(directory)?,
        Err(_) => {
            return Err(misuse(format!(
                "{} is not empty; the demo wants an empty directory, or one of its own",
                directory.display()
            )));
        }
    }
    Ok(Repo::discover(directory)?)
}

fn is_marked(git: &Repository) -> bool {
    git.config().is_ok_and(|config| config.get_bool(MARK).unwrap_or(false))
}

fn is_empty(directory: &Path) -> Result<bool> {
    let mut entries =
        fs::read_dir(directory).with_context(|| format!("failed to read {}", directory.display()))?;
    Ok(entries.next().is_none())
}

fn make(directory: &Path) -> Result<()> {
    let mut options = RepositoryInitOptions::new();
    options.initial_head("main").external_template(false);
    let git = Repository::init_opts(directory, &options).context("failed to make the demo's repository")?;
    git.config()?.set_bool(MARK, true)?;
    complete(&git, directory)
}

/// Writes and commits the files that the demo starts with, unless that was done.
fn complete(git: &Repository, directory: &Path) -> Result<()> {
    if git.head().is_ok() {
        return Ok(());
    }
    for (path, text) in demo_repository_files() {
        let path = directory.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("failed to create {}", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    }
    let mut index = git.index()?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = git.find_tree(index.write_tree()?)?;
    let author = git.signature().or_else(|_| Signature::now("flightdeck", "flightdeck@localhost"))?;
    git.commit(Some("HEAD"), &author, &author, "Start: an empty guestbook", &tree, &[])
        .context("failed to commit the demo's first files")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_directory_gets_a_repository_and_a_cut_off_one_is_completed() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("new");
        let base = ensure(&directory).unwrap().base_commit().unwrap();
        assert_eq!(ensure(&directory).unwrap().base_commit().unwrap(), base, "nothing is made twice");
        let cut_off = parent.path().join("cut");
        let git = Repository::init(&cut_off).unwrap();
        git.config().unwrap().set_bool(MARK, true).unwrap();
        ensure(&cut_off).unwrap().base_commit().unwrap();
    }

    #[test]
    fn a_persons_directory_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("letter.txt"), "").unwrap();
        assert!(ensure(parent.path()).unwrap_err().to_string().contains("is not empty"));
        Repository::init(parent.path()).unwrap();
        assert!(ensure(parent.path()).unwrap_err().to_string().contains("a repository of yours"));
    }
}
