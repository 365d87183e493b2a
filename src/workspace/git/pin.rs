//! Which repository a checkout of a mission belongs to, by where it lies and not by what stands in it: agents write their
//! checkout and its metadata, and git would take its settings, and the programs that these name, from wherever those lead.

use std::path::{Path, PathBuf};

use crate::workspace::mission_repo::DIRECTORY;
use crate::workspace::worktree::{is_same, metadata_below};

/// A checkout's metadata and the repository that it belongs to.
pub struct Pinned {
    pub metadata: PathBuf,
    pub common: PathBuf,
}

/// Nothing for what is no checkout of a mission's.
pub fn pinned(directory: &Path) -> Option<Pinned> {
    let directory = std::path::absolute(directory).ok()?;
    let common =
        directory.ancestors().skip(1).map(|above| above.join(DIRECTORY)).find(|common| common.is_dir())?;
    if directory.starts_with(&common) {
        return None;
    }
    let named = metadata_below(&common).into_iter().find(|(_, place)| is_same(place, &directory));
    // Without its name in the metadata it is the one that git made for it; if that is gone, git says so.
    let usual = common.join("worktrees").join(directory.file_name().unwrap_or_default());
    let metadata = named.map_or(usual, |(metadata, _)| metadata);
    Some(Pinned { metadata, common })
}
