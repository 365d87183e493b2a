//! The first contents of a home that programs of a mission share: what the person's cargo has fetched, so that nothing is
//! fetched twice and a build works without network. It is a copy, or a link to what cannot be written: what agents make of
//! it stays theirs.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::WorkspaceError;

/// Files of cargo's own settings; its credentials are not among them.
const SETTINGS: [&str; 2] = ["config.toml", "config"];

/// Fills a home that was just made.
///
/// # Errors
/// When the disk has no room for it.
pub(super) fn seed(home: &Path, cargo: &Path) -> Result<(), WorkspaceError> {
    let own = home.join(".cargo");
    fill(&own, cargo).map_err(WorkspaceError::io("fill", &own))
}

fn fill(own: &Path, cargo: &Path) -> io::Result<()> {
    fs::create_dir_all(own)?;
    for name in SETTINGS {
        if cargo.join(name).is_file() {
            fs::copy(cargo.join(name), own.join(name))?;
        }
    }
    copy_below(&cargo.join("registry/index"), &own.join("registry/index"), &|from, to| {
        fs::copy(from, to).map(drop)
    })?;
    copy_below(&cargo.join("registry/cache"), &own.join("registry/cache"), &|from, to| symlink(from, to))
}

fn copy_below(from: &Path, to: &Path, copy: &dyn Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, place) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_below(&entry.path(), &place, copy)?;
        } else if kind.is_file() {
            copy(&entry.path(), &place)?;
        }
    }
    Ok(())
}
