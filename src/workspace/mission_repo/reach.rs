//! What of the repositories the programs in a checkout need: to read what was committed, and, in the workers' checkout, to
//! commit. What decides how git works (settings, hooks, attributes) is never theirs to write.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::MissionRepo;
use crate::workspace::WorkspaceError;
use crate::workspace::sandbox::{Access, Jail, Reach, Sandbox};
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
        let person = self.person.common_dir()?;
        extend(reach, &self.own.common_dir()?, &person, checkout)?;
        reach.reads.extend(self.own.trusted_files());
        Ok(())
    }

    /// It, with the filters of the person's kept in, which the engine's own git starts to write and read files: what they run
    /// may lie in the repository, where workers write it.
    ///
    /// # Errors
    /// When the person's repository cannot be read.
    pub fn keeping_filters_in(self, ground: FilterGround) -> Result<Self, WorkspaceError> {
        let person = self.person.common_dir()?;
        let jail = FilterJail { ground, own: self.own.common_dir()?, person };
        Ok(Self { own: self.own.filtering_in(jail), ..self })
    }
}

/// What the jails of filters are made of.
#[derive(Debug, Clone)]
pub struct FilterGround {
    pub sandbox: Arc<Sandbox>,
    pub home: PathBuf,
    pub temporary: PathBuf,
}

/// Makes the jails in which filters run.
#[derive(Debug, Clone)]
pub(in crate::workspace) struct FilterJail {
    ground: FilterGround,
    own: PathBuf,
    person: PathBuf,
}

impl FilterJail {
    /// The jail of git, and of the filters that it starts, in a checkout: it may do there what a worker may.
    ///
    /// # Errors
    /// When its folders cannot be made, or there must be a sandbox and this machine has none.
    pub(in crate::workspace) fn at(
        &self,
        checkout: &Path,
        reads: Vec<PathBuf>,
    ) -> Result<Jail, WorkspaceError> {
        let FilterGround { sandbox, home, temporary } = self.ground.clone();
        let (access, writes) = (Access::Write, vec![checkout.to_owned()]);
        let mut reach =
            Reach { access, reads, writes, git: Vec::new(), programs: Vec::new(), home, temporary };
        extend(&mut reach, &self.own, &self.person, checkout)?;
        sandbox.jail(&reach)
    }
}

/// Adds what git needs in a checkout, of the mission's own repository and of the person's.
fn extend(reach: &mut Reach, own: &Path, person: &Path, checkout: &Path) -> Result<(), WorkspaceError> {
    reach.reads.extend([own.to_owned()]);
    reach.reads.extend(borrowed(person.join("objects")));
    reach.reads.extend(["lfs", "git-crypt", "shallow"].map(|part| person.join(part)));
    if reach.access == Access::Read {
        return Ok(());
    }
    let metadata = metadata_below(own).into_iter().filter(|(_, place)| is_same(place, checkout));
    reach.git.extend(metadata.map(|(metadata, _)| metadata));
    // The filter of large files keeps its own there.
    let large = own.join("lfs");
    fs::create_dir_all(&large).map_err(WorkspaceError::io("create", &large))?;
    reach.writes.push(large);
    if reach.access == Access::Write {
        reach.git.push(exclude_file(own)?);
        for part in COMMITTED {
            let part = own.join(part);
            fs::create_dir_all(&part).map_err(WorkspaceError::io("create", &part))?;
            reach.git.push(part);
        }
    }
    Ok(())
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
