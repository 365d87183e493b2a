//! What of the repositories the programs in a checkout need: to read what was committed, and, in the workers' checkout, to
//! commit. What decides how git works (settings, hooks, attributes) is never theirs to write.

use std::fs;
use std::path::{Path, PathBuf};

use super::MissionRepo;
use crate::workspace::WorkspaceError;
use crate::workspace::sandbox::{Access, Reach};
use crate::workspace::worktree::{is_same, metadata_below};

/// What a commit writes of the repository beside the checkout's own metadata.
const COMMITTED: [&str; 4] = ["objects", "refs", "logs", PACKED];

/// The folder of the packed refs. git writes them, and their lock, where a link leads: in a folder of their own they can
/// be written by one who may not write the folder of the settings.
const PACKED: &str = "packed";

/// How many repositories may borrow from each other in a row.
const MOST_BORROWED: usize = 5;

impl MissionRepo {
    /// Adds to a reach what git needs in a checkout of the mission's.
    ///
    /// # Errors
    /// When the repositories cannot be read.
    pub fn reach(&self, checkout: &Path, reach: &mut Reach) -> Result<(), WorkspaceError> {
        let own = self.own.common_dir()?;
        let person = self.person.common_dir()?;
        let borrowed = borrowed(person.join("objects"));
        reach.reads.extend([own.clone()]);
        reach.reads.extend(borrowed);
        reach.reads.extend(["lfs", "git-crypt", "shallow"].map(|part| person.join(part)));
        reach.reads.extend(self.own.trusted_files());
        if reach.access == Access::Read {
            return Ok(());
        }
        let metadata = metadata_below(&own).into_iter().filter(|(_, place)| is_same(place, checkout));
        reach.git.extend(metadata.map(|(metadata, _)| metadata));
        // The filter of large files keeps its own there.
        let large = own.join("lfs");
        fs::create_dir_all(&large).map_err(WorkspaceError::io("create", &large))?;
        reach.writes.push(large);
        if reach.access == Access::Write {
            reach.git.push(exclude_file(&own)?);
            for part in COMMITTED {
                let part = own.join(part);
                fs::create_dir_all(&part).map_err(WorkspaceError::io("create", &part))?;
                reach.git.push(part);
            }
        }
        Ok(())
    }
}

/// The file in which workers name what tools leave behind; it must be there to be in reach.
fn exclude_file(own: &Path) -> Result<PathBuf, WorkspaceError> {
    let file = own.join("info/exclude");
    let made = fs::OpenOptions::new().create(true).append(true).open(&file);
    made.map(|_| file.clone()).map_err(WorkspaceError::io("create", &file))
}

/// Has git write the packed refs into a folder of their own.
pub(super) fn set_packed_refs_apart(own: &Path) -> Result<(), WorkspaceError> {
    let (link, folder) = (own.join("packed-refs"), own.join(PACKED));
    if link.is_symlink() {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(WorkspaceError::io("create", &folder))?;
    let target = folder.join("packed-refs");
    if link.exists() {
        fs::copy(&link, &target).map_err(WorkspaceError::io("copy", &link))?;
    }
    let half = own.join("packed-refs.half");
    super::remove_directory(&half)?;
    std::os::unix::fs::symlink(Path::new(PACKED).join("packed-refs"), &half)
        .map_err(WorkspaceError::io("link", &half))?;
    fs::rename(&half, &link).map_err(WorkspaceError::io("put in place", &link))
}

/// A folder of objects, and those that it borrows from.
fn borrowed(objects: PathBuf) -> Vec<PathBuf> {
    let mut all = vec![objects];
    for index in 0..MOST_BORROWED {
        let Some(objects) = all.get(index) else { break };
        let named = fs::read_to_string(objects.join("info/alternates")).unwrap_or_default();
        let more: Vec<PathBuf> = named.lines().map(|line| objects.join(line)).collect();
        all.extend(more);
    }
    all
}
