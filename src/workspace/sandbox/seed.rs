//! The first contents of a home that programs of a mission share: what the person's cargo has fetched, so that nothing is
//! fetched twice and a build works without network: a copy of its settings, and links to what cannot be written. And the
//! copy of such a home for one program.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::WorkspaceError;

/// Files of cargo's own settings; its credentials are not among them.
const SETTINGS: [&str; 2] = ["config.toml", "config"];

/// Where cargo keeps what it knows of crates: hundreds of folders of a few files each.
const INDEX: &str = "registry/index";

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
    // What cargo knows of a crate it reads through the link; where it has news it goes on without keeping them.
    for part in [INDEX, "registry/cache"] {
        link_below(&cargo.join(part), &own.join(part))?;
    }
    // Crates that are unpacked: a folder of folders for each registry.
    for registry in fs::read_dir(cargo.join("registry/src")).into_iter().flatten() {
        let registry = registry?;
        let place = own.join("registry/src").join(registry.file_name());
        fs::create_dir_all(&place)?;
        for unpacked in fs::read_dir(registry.path())? {
            let unpacked = unpacked?;
            link(&unpacked.path(), &place.join(unpacked.file_name()))?;
        }
    }
    Ok(())
}

fn link_below(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, place) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            link_below(&entry.path(), &place)?;
        } else if kind.is_file() {
            link(&entry.path(), &place)?;
        }
    }
    Ok(())
}

/// Copies a home as it stands for a program of its own, which must be able to read the home that it is copied from: cargo's
/// index is read through a link there.
///
/// # Errors
/// When something cannot be read, or the disk has no room for it.
pub fn copy_home(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let index = from.join(".cargo").join(INDEX);
    copy_below(from, to, &index).map_err(WorkspaceError::io("copy", from))
}

/// Links are taken over as names of the same link: each one made costs a place on the disk, and there are thousands.
fn copy_below(from: &Path, to: &Path, linked: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, place, there) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
        if place == linked {
            symlink(&place, &there)?;
        } else if kind.is_dir() {
            copy_below(&place, &there, linked)?;
        } else if kind.is_symlink() {
            fs::hard_link(&place, &there).or_else(|_| symlink(fs::read_link(&place)?, &there))?;
        } else if kind.is_file() {
            fs::copy(&place, &there)?;
            // Compiled files are believed by the time of their source.
            File::open(&there)?.set_modified(entry.metadata()?.modified()?)?;
        }
    }
    Ok(())
}

/// Another jail may be filling the same home, or an engine was killed over it.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    match symlink(from, to) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
