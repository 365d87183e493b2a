//! The person's repository: where missions begin, and whose checkout is left alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{BranchType, Commit, Config, ErrorCode, Oid, Repository};

use super::WorkspaceError;
use super::git::Git;
use super::mission_repo::FilterJail;
use super::trusted::{Starts, Trusted};

/// A git repository with at least one commit. It is opened anew for each operation, so it can be shared between threads.
#[derive(Debug, Clone)]
pub struct Repo {
    git_dir: PathBuf,
    root: PathBuf,
    /// Of a mission's own: what of its settings is the person's.
    trusted: Option<Trusted>,
    /// Where filters run that may be programs of the repository's; without it they run as the engine's git does.
    filters: Option<Arc<FilterJail>>,
}

/// What a repository's HEAD is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    Branch(String),
    /// The id of a commit, with no branch.
    Detached(String),
}

/// Who commits when the repository names nobody.
const FALLBACK: (&str, &str) = ("flightdeck", "flightdeck@localhost");

impl Repo {
    /// Finds the repository at or above a path.
    ///
    /// # Errors
    /// [`WorkspaceError::NotARepository`] and [`WorkspaceError::NoCommits`] say what to do.
    pub fn discover(path: &Path) -> Result<Self, WorkspaceError> {
        let git = Repository::discover(path).map_err(|source| match source.code() {
            ErrorCode::NotFound => WorkspaceError::NotARepository { path: path.to_owned() },
            _ => WorkspaceError::Git { doing: "open the repository", source },
        })?;
        let root = git.workdir().unwrap_or(git.path()).to_owned();
        match git.head() {
            Ok(_) => Ok(Self { git_dir: git.path().to_owned(), root, trusted: None, filters: None }),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {
                Err(WorkspaceError::NoCommits { path: root })
            }
            Err(source) => Err(WorkspaceError::Git { doing: "read HEAD", source }),
        }
    }

    /// A mission's own repository, which has no checkout of its own.
    pub(super) fn of_mission(git_dir: &Path) -> Self {
        Self { git_dir: git_dir.to_owned(), root: git_dir.to_owned(), trusted: None, filters: None }
    }

    /// It, with what of its settings is the person's.
    pub(super) fn trusting(self, trusted: Trusted) -> Self {
        Self { trusted: Some(trusted), ..self }
    }

    /// It, with a jail for the filters of its checkouts.
    pub(super) fn filtering_in(self, filters: FilterJail) -> Self {
        Self { filters: Some(Arc::new(filters)), ..self }
    }

    /// git in one of its checkouts that gives the commit's bytes, whatever agents set in the repository.
    pub(super) fn git_at(&self, directory: &Path) -> Result<Git, WorkspaceError> {
        let Some(trusted) = &self.trusted else { return Ok(Git::of_mission(directory)) };
        let (git, starts) = trusted.git(&self.common_dir()?, directory)?;
        match &self.filters {
            Some(filters) if starts == Starts::Filters => {
                Ok(git.jailed(filters.at(directory, self.trusted_files())?))
            }
            Some(_) | None => Ok(git),
        }
    }

    /// Files of the person's that its settings name, which git reads in every checkout.
    pub(super) fn trusted_files(&self) -> Vec<PathBuf> {
        self.trusted.iter().flat_map(Trusted::files).collect()
    }

    /// Its git directory; that of a linked worktree, when it was found from one.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all its worktrees share.
    pub fn common_dir(&self) -> Result<PathBuf, WorkspaceError> {
        let common = self.open()?.commondir().to_owned();
        std::fs::canonicalize(&common).map_err(WorkspaceError::io("find", &common))
    }

    /// The top of the person's checkout, or of a bare repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The id of the commit that HEAD names: where a mission begins.
    pub fn base_commit(&self) -> Result<String, WorkspaceError> {
        self.resolve("HEAD")
    }

    /// The full id of the commit that a revision names.
    pub fn resolve(&self, revision: &str) -> Result<String, WorkspaceError> {
        Ok(find_commit(&self.open()?, revision)?.id().to_string())
    }

    /// Whether the revision names a commit of this repository.
    pub fn has_commit(&self, revision: &str) -> Result<bool, WorkspaceError> {
        match self.resolve(revision) {
            Ok(_) => Ok(true),
            Err(WorkspaceError::UnknownRevision { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether what is checked out holds a commit; not where that commit is not here at all.
    pub fn is_in_head(&self, revision: &str) -> Result<bool, WorkspaceError> {
        if !self.has_commit(revision)? {
            return Ok(false);
        }
        let git = self.open()?;
        let (head, wanted) = (find_commit(&git, "HEAD")?.id(), find_commit(&git, revision)?.id());
        let below = git.graph_descendant_of(head, wanted).map_err(WorkspaceError::git("compare commits"))?;
        Ok(head == wanted || below)
    }

    /// What HEAD is on: the branch that a mission lands on by default.
    pub fn head(&self) -> Result<Head, WorkspaceError> {
        let git = self.open()?;
        let head = git.head().map_err(WorkspaceError::git("read HEAD"))?;
        if head.is_branch() {
            let name = head.shorthand().map_err(WorkspaceError::git("read the name of the branch"))?;
            return Ok(Head::Branch(name.to_owned()));
        }
        let commit = head.peel_to_commit().map_err(WorkspaceError::git("read HEAD"))?;
        Ok(Head::Detached(commit.id().to_string()))
    }

    /// Who commits here: the person as git knows them, or flightdeck.
    pub fn identity(&self) -> (String, String) {
        let config = self.open().ok().and_then(|git| git.config().ok());
        config.map_or_else(|| (FALLBACK.0.to_owned(), FALLBACK.1.to_owned()), |config| identity(&config))
    }

    /// Creates the branch of a mission at a base. That it stands there already is fine: an engine may have died after it.
    ///
    /// # Errors
    /// [`WorkspaceError::BranchTaken`] when it stands elsewhere.
    pub fn create_mission_branch(&self, branch: &str, base: &str) -> Result<(), WorkspaceError> {
        let (name, base) = (format!("refs/heads/{branch}"), self.resolve(base)?);
        match self.resolve(&name) {
            Ok(stands) if stands == base => Ok(()),
            Ok(_) => Err(WorkspaceError::BranchTaken { branch: branch.to_owned() }),
            Err(_) => {
                let create = ["update-ref", &name, &base, ""];
                Git::of_mission(&self.git_dir).run("create the mission's branch", create).map(drop)
            }
        }
    }

    /// The branch that leaves no room for another: git keeps `a` and `a/b` in one place.
    pub fn branch_obstacle(&self, branch: &str) -> Result<Option<String>, WorkspaceError> {
        let git = self.open()?;
        let above = branch.match_indices('/').map(|(at, _)| branch[..at].to_owned());
        if let Some(taken) = above.into_iter().find(|name| git.find_branch(name, BranchType::Local).is_ok()) {
            return Ok(Some(taken));
        }
        let below = git
            .references_glob(&format!("refs/heads/{branch}/*"))
            .map_err(WorkspaceError::git("list branches"))?;
        let first = below.flatten().next();
        Ok(first.and_then(|found| found.shorthand().ok().map(str::to_owned)))
    }

    /// Opens it with git's library.
    pub(super) fn open(&self) -> Result<Repository, WorkspaceError> {
        Repository::open(&self.git_dir).map_err(WorkspaceError::git("open the repository"))
    }
}

/// The commit that a revision names.
pub(super) fn find_commit<'repo>(
    git: &'repo Repository,
    revision: &str,
) -> Result<Commit<'repo>, WorkspaceError> {
    let unknown = || WorkspaceError::UnknownRevision { revision: revision.to_owned() };
    // A whole id names an object even where a branch has the same name.
    if revision.len() == 40
        && let Ok(id) = Oid::from_str(revision)
    {
        return git.find_commit(id).map_err(|_| unknown());
    }
    git.revparse_single(revision).and_then(|object| object.peel_to_commit()).map_err(|_| unknown())
}

fn identity(config: &Config) -> (String, String) {
    let read = |key: &str| config.get_string(key).ok().filter(|value| !value.trim().is_empty());
    match (read("user.name"), read("user.email")) {
        (Some(name), Some(email)) => (name, email),
        _ => (FALLBACK.0.to_owned(), FALLBACK.1.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_name_commits_as_flightdeck() {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::open(&directory.path().join("config")).unwrap();
        assert_eq!(identity(&config).0, "flightdeck");
        config.set_str("user.name", "Ada").unwrap();
        assert_eq!(identity(&config).1, "flightdeck@localhost", "half an identity is none");
        config.set_str("user.email", "ada@example.org").unwrap();
        assert_eq!(identity(&config), ("Ada".to_owned(), "ada@example.org".to_owned()));
    }
}
