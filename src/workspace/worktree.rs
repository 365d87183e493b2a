//! Worktrees, made whole again whatever state a crash or an agent left them in.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::git::{Git, pinned, remove_locks_below};
use super::trusted::show_hidden;
use super::{Repo, WorkspaceError};

/// Written beside a worktree's metadata once it is complete: without it the worktree was cut short and is made anew.
const COMPLETE: &str = "flightdeck-complete";

/// The file in a repository that says which part of it its worktrees have: `--cone` or `--no-cone`, then what
/// `git sparse-checkout set` reads. Without it they have everything.
pub(super) const SPARSE: &str = "flightdeck-sparse";

/// What a git that was cut short leaves in a worktree's metadata.
const UNFINISHED: &[&str] =
    &["rebase-merge", "rebase-apply", "sequencer", "BISECT_START", "BISECT_LOG", "AUTO_MERGE"];

/// What a worktree stands on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stand<'a> {
    Branch(&'a str),
    /// A commit, with no branch.
    Commit(&'a str),
}

/// Makes sure that `directory` is a complete worktree of the repository. A new one stands as told.
pub(super) fn ensure(repo: &Repo, directory: &Path, stand: Stand<'_>) -> Result<(), WorkspaceError> {
    let common = repo.common_dir()?;
    let mine = metadata_below(&common).into_iter().find(|(_, place)| is_same(place, directory));
    if let Some((metadata, _)) = mine {
        let complete = metadata.join(COMPLETE).exists();
        if complete && directory.is_dir() {
            return link(directory, &metadata);
        }
        // What a creation left that was cut short holds no work yet.
        remove_directory(directory)?;
        remove_directory(&metadata)?;
    } else if let Some(old) = taken_over(directory, &common) {
        adopt(&common, directory, stand)?;
        return remove_directory(&old);
    }
    if is_in_the_way(directory) {
        return Err(WorkspaceError::DirectoryTaken { directory: directory.to_owned() });
    }
    add(&common, directory, stand)?;
    choose_part(&Git::of_mission(directory), &common.join(SPARSE))?;
    let git = repo.git_at(directory)?;
    git.run("fill the worktree", ["reset", "--hard", "--quiet"])?;
    complete(directory)
}

/// Removes a worktree, its directory and its metadata.
pub(super) fn remove(repo: &Repo, directory: &Path) -> Result<(), WorkspaceError> {
    remove_directory(directory)?;
    let all = metadata_below(&repo.common_dir()?);
    all.iter()
        .filter(|(_, place)| is_same(place, directory))
        .try_for_each(|(metadata, _)| remove_directory(metadata))
}

/// Sets HEAD, and the branch it is on, to a commit; discards every change and everything untracked. What is ignored stays:
/// caches are costly to fill.
pub(super) fn restore(repo: &Repo, directory: &Path, commit: &str) -> Result<(), WorkspaceError> {
    let metadata = metadata_of(directory)?;
    // Who resets a worktree holds it alone, so its locks are those of the dead.
    remove_locks_below(&metadata)?;
    for name in UNFINISHED {
        remove_directory(&metadata.join(name))?;
    }
    let common = repo.common_dir()?;
    if !common.join(SPARSE).exists() {
        remove_directory(&metadata.join("config.worktree"))?;
    }
    let git = repo.git_at(directory)?;
    reset_and_clean(&git, directory, &common, commit).or_else(|fault| {
        // A broken index is made anew, and what was made unwritable is made writable.
        tracing::warn!(%fault, directory = %directory.display(), "a worktree is reset the hard way");
        remove_directory(&metadata.join("index"))?;
        make_writable(directory);
        reset_and_clean(&git, directory, &common, commit)
    })
}

fn reset_and_clean(git: &Git, directory: &Path, common: &Path, commit: &str) -> Result<(), WorkspaceError> {
    show_hidden(git, common)?;
    reset(git, directory, commit)?;
    // Twice forced: repositories inside the checkout are leftovers too.
    git.run("clear the checkout", ["clean", "-d", "--force", "--force", "--quiet"]).map(drop)
}

/// Sets HEAD and the tracked files to a commit.
pub(super) fn reset(git: &Git, directory: &Path, commit: &str) -> Result<(), WorkspaceError> {
    // A broken index cannot be compared; then the reset says so.
    let written = Written::of(directory, differing(git, commit).unwrap_or_default());
    git.run("reset the checkout", ["reset", "--hard", "--quiet", commit])?;
    written.tell_apart()
}

/// The tracked files of a worktree that are not as a commit has them.
pub(super) fn differing(git: &Git, commit: &str) -> Result<Vec<PathBuf>, WorkspaceError> {
    let differing =
        ["diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", commit, "--"];
    let differing = git.run("compare the checkout with a commit", differing)?;
    Ok(paths(&differing).map(to_path).collect())
}

/// When files were written, before they are written anew. Tools that keep what they made of a file, Python among them,
/// know it again by its size and the whole second of its time: a file that changes twice in a second would be taken for
/// what it was, and a test would try the code of another commit.
pub(super) struct Written(Vec<(PathBuf, SystemTime)>);

impl Written {
    /// Of files in a directory, as they are now.
    pub(super) fn of(directory: &Path, files: impl IntoIterator<Item = PathBuf>) -> Self {
        let time = |file: PathBuf| {
            let path = directory.join(file);
            let written = fs::symlink_metadata(&path).ok()?.modified().ok()?;
            Some((path, written))
        };
        Self(files.into_iter().filter_map(time).collect())
    }

    /// Gives those that were written anew within the second of the old ones the next second.
    pub(super) fn tell_apart(self) -> Result<(), WorkspaceError> {
        let second = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        for (path, before) in self.0 {
            let Ok(now) = fs::symlink_metadata(&path) else { continue };
            let written = now.modified().unwrap_or(before);
            if now.is_file() && written != before && second(written) <= second(before) {
                let next = UNIX_EPOCH + Duration::from_secs(second(before) + 1);
                let file = fs::File::open(&path).map_err(WorkspaceError::io("open", &path))?;
                file.set_modified(next).map_err(WorkspaceError::io("set the time of", &path))?;
            }
        }
        Ok(())
    }
}

/// What differs from HEAD in index or checkout; untracked files count, ignored ones do not. A repository inside the
/// checkout ends with a slash.
pub(super) fn changes(repo: &Repo, directory: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    let status = [
        "status",
        "--porcelain=v1",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        "--ignore-submodules=untracked",
    ];
    let git = repo.git_at(directory)?;
    show_hidden(&git, &repo.common_dir()?)?;
    let output = git.run("read the checkout's status", status)?;
    // Two letters and a blank stand before each path.
    Ok(paths(&output).filter_map(|entry| entry.get(3..)).map(to_path).collect())
}

/// Paths that git printed with `-z`.
pub(super) fn paths(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|byte| *byte == 0).filter(|path| !path.is_empty())
}

/// A path as git stores it.
pub(super) fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Where git keeps what belongs to a worktree alone.
pub(super) fn metadata_of(directory: &Path) -> Result<PathBuf, WorkspaceError> {
    match pinned(directory).filter(|pinned| pinned.metadata.is_dir()) {
        Some(pinned) => Ok(pinned.metadata),
        None => said_metadata_of(directory),
    }
}

/// What a directory says of where its metadata is.
fn said_metadata_of(directory: &Path) -> Result<PathBuf, WorkspaceError> {
    let file = directory.join(".git");
    let text = fs::read(&file).map_err(WorkspaceError::io("read", &file))?;
    Ok(named(&text, b"gitdir: "))
}

/// The metadata of a repository's worktrees, each with the directory of the worktree.
pub(super) fn metadata_below(common: &Path) -> Vec<(PathBuf, PathBuf)> {
    let all = fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten();
    let place = |metadata: PathBuf| {
        let file = named(&fs::read(metadata.join("gitdir")).ok()?, b"");
        Some((metadata, file.parent()?.to_owned()))
    };
    all.filter_map(|entry| place(entry.path())).collect()
}

/// Removes a directory or a file, whatever in it may not be written; that there is none is fine.
///
/// # Errors
/// When something of it stays.
pub fn remove_directory(path: &Path) -> Result<(), WorkspaceError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path).or_else(|_| {
            make_writable(path);
            fs::remove_dir_all(path)
        }),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(WorkspaceError::io("remove", path)),
    }
}

/// The metadata that a checkout names which is not this repository's any more: an earlier flightdeck made it in the
/// person's repository, or it was lost.
fn taken_over(directory: &Path, common: &Path) -> Option<PathBuf> {
    let old = said_metadata_of(directory).ok()?;
    let lost = old.starts_with(common.join("worktrees"));
    (lost || old.join(COMPLETE).exists()).then_some(old)
}

/// Makes a directory with files in it a worktree, and leaves the files as they are.
fn adopt(common: &Path, directory: &Path, stand: Stand<'_>) -> Result<(), WorkspaceError> {
    let passing = common.join("adopting").join(directory.file_name().unwrap_or_default());
    remove_directory(&passing)?;
    add(common, &passing, stand)?;
    let metadata = metadata_of(&passing)?;
    let place = fs::canonicalize(directory).map_err(WorkspaceError::io("find", directory))?.join(".git");
    let mut text = place.into_os_string();
    text.push("\n");
    let file = metadata.join("gitdir");
    fs::write(&file, text.as_bytes()).map_err(WorkspaceError::io("write", &file))?;
    link(directory, &metadata)?;
    remove_directory(&passing)?;
    let git = Git::of_mission(directory);
    choose_part(&git, &common.join(SPARSE))?;
    git.run("read the checkout", ["reset", "--mixed", "--quiet"])?;
    complete(directory)
}

/// Adds a worktree without files.
fn add(common: &Path, directory: &Path, stand: Stand<'_>) -> Result<(), WorkspaceError> {
    let git = Git::of_mission(common);
    // An empty directory is as good as none; and whatever else an agent may have checked out there, the branch is ours.
    let mut arguments: Vec<OsString> =
        ["worktree", "add", "--quiet", "--force", "--no-checkout"].map(OsString::from).to_vec();
    let place =
        std::path::absolute(directory).map_err(WorkspaceError::io("find", directory))?.into_os_string();
    match stand {
        Stand::Branch(branch) => {
            let name = format!("refs/heads/{branch}");
            let known = git.outcome(["rev-parse", "--verify", "--quiet", &name])?.exit.is_success();
            if !known {
                return Err(WorkspaceError::UnknownRevision { revision: branch.to_owned() });
            }
            arguments.extend([place, branch.into()]);
        }
        Stand::Commit(commit) => arguments.extend(["--detach".into(), place, commit.into()]),
    }
    git.setting("worktree.useRelativePaths=false").run("create a worktree", arguments).map(drop)
}

/// Gives a new worktree the part of the tree that the person's has.
fn choose_part(git: &Git, part: &Path) -> Result<(), WorkspaceError> {
    let Ok(text) = fs::read_to_string(part) else { return Ok(()) };
    let Some((kind, patterns)) = text.split_once('\n') else { return Ok(()) };
    let doing = "choose the part of a sparse checkout";
    git.run(doing, ["sparse-checkout", "init", kind])?;
    git.clone().input(patterns).run(doing, ["sparse-checkout", "set", "--stdin"]).map(drop)
}

fn complete(directory: &Path) -> Result<(), WorkspaceError> {
    let marker = metadata_of(directory)?.join(COMPLETE);
    fs::write(&marker, "").map_err(WorkspaceError::io("write", &marker))
}

/// Makes a directory say where its metadata is, whatever an agent made of that.
fn link(directory: &Path, metadata: &Path) -> Result<(), WorkspaceError> {
    if said_metadata_of(directory).is_ok_and(|named| is_same(&named, metadata)) {
        return Ok(());
    }
    let file = directory.join(".git");
    remove_directory(&file)?;
    let mut text = OsString::from("gitdir: ");
    text.push(metadata);
    text.push("\n");
    fs::write(&file, text.as_bytes()).map_err(WorkspaceError::io("write", &file))
}

/// The path in a file of git's that holds one.
fn named(text: &[u8], before: &[u8]) -> PathBuf {
    let path = text.strip_prefix(before).unwrap_or(text);
    to_path(path.strip_suffix(b"\n").unwrap_or(path))
}

/// Whether two paths are one place; the last part of either need not exist.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        let parent = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
        parent.map(|parent| parent.join(path.file_name().unwrap_or_default()))
    };
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}

fn is_in_the_way(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Lets directories be changed that a tool made unwritable, as some package managers do with their caches.
fn make_writable(directory: &Path) {
    let Ok(metadata) = fs::symlink_metadata(directory) else { return };
    if !metadata.is_dir() {
        return;
    }
    let mode = metadata.permissions().mode();
    if mode & 0o700 != 0o700
        && let Err(error) = fs::set_permissions(directory, fs::Permissions::from_mode(mode | 0o700))
    {
        tracing::debug!(%error, directory = %directory.display(), "a directory stays unwritable");
    }
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        make_writable(&entry.path());
    }
}
