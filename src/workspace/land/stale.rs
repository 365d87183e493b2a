//! Locks that a git left in the person's repository when it was killed in the middle of a landing.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::journal::Moving;
use super::person;
use crate::workspace::{Repo, WorkspaceError};

/// How often, and how long in between, a git that is still at work is waited for.
const LOOKS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// Waits for every git that is at work in the checkout, and removes the locks of the landing's own, which is dead by then.
/// Only locks that are not older than its journal can be its own: while it lived they kept every other git out.
///
/// # Errors
/// [`WorkspaceError::GitAtWork`] when one stays at work.
pub(super) fn remove_locks(
    repo: &Repo,
    moving: &Moving,
    since: Option<SystemTime>,
) -> Result<(), WorkspaceError> {
    let checkout = moving.checkout.clone().filter(|directory| directory.is_dir());
    let directory = checkout.unwrap_or_else(|| repo.root().to_owned());
    let common = person::common_dir(&directory)?;
    let own = person::git_dir(&directory)?;
    let locks = [
        own.join("index.lock"),
        own.join("HEAD.lock"),
        own.join("ORIG_HEAD.lock"),
        common.join(format!("refs/heads/{}.lock", moving.target)),
        common.join("packed-refs.lock"),
    ];
    for _ in 0..LOOKS {
        let left: Vec<&PathBuf> = locks.iter().filter(|lock| lock.exists()).collect();
        let at_work = gits_in(&directory);
        if at_work.is_empty() {
            for lock in left.into_iter().filter(|lock| is_later(lock, since)) {
                tracing::warn!(lock = %lock.display(), "a lock that a landing left behind is removed");
                fs::remove_file(lock).map_err(WorkspaceError::io("remove", lock))?;
            }
            return Ok(());
        }
        sleep(BETWEEN);
    }
    let processes = gits_in(&directory);
    if processes.is_empty() { Ok(()) } else { Err(WorkspaceError::GitAtWork { directory, processes }) }
}

fn is_later(lock: &Path, since: Option<SystemTime>) -> bool {
    let made = fs::metadata(lock).and_then(|metadata| metadata.modified());
    made.is_ok_and(|made| since.is_some_and(|since| made >= since))
}

/// The git programs whose directory is this one or below it. Where the system does not show that there are none.
fn gits_in(directory: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let real = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let is_git = |pid: &i32| {
        let at = PathBuf::from(format!("/proc/{pid}"));
        fs::read_to_string(at.join("comm")).is_ok_and(|name| name.trim() == "git")
            && fs::read_link(at.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&real))
            // A monitor holds no lock, and stays for as long as the checkout does.
            && !fs::read(at.join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains("daemon"))
    };
    pids.filter(is_git).collect()
}
