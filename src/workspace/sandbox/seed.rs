//! The first contents of a home that programs of a mission share: what the person's cargo has fetched, so that nothing is
//! fetched twice and a build works without network: a copy of its settings, and links to what cannot be written. And the
//! copy of such a home for one program.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::WorkspaceError;

/// Files of cargo's own settings; its credentials have a file of their own.
const SETTINGS: [&str; 2] = ["config.toml", "config"];
/// Keys of those settings that are credentials all the same.
const SECRETS: [&str; 2] = ["token", "secret-key"];

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
        // What does not parse cargo itself refuses.
        let settings = fs::read_to_string(cargo.join(name)).ok().and_then(|text| text.parse().ok());
        if let Some(mut settings) = settings {
            without_secrets(&mut settings);
            fs::write(own.join(name), settings.to_string())?;
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

fn without_secrets(table: &mut toml::Table) {
    table.retain(|key, _| !SECRETS.contains(&key));
    table.iter_mut().filter_map(|(_, value)| value.as_table_mut()).for_each(without_secrets);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_has_cargos_settings_without_credentials_and_its_copy_the_same_links() {
        let place = tempfile::tempdir().unwrap();
        let (cargo, home, own) =
            (place.path().join("cargo"), place.path().join("home"), place.path().join("own"));
        for (path, text) in [
            (
                "config.toml",
                "[build]\njobs = 2\n[registry]\ntoken = \"SECRET\"\n[registries.my]\nindex = \"i\"\ntoken = \"SECRET\"\n",
            ),
            ("config", "not toml, SECRET"),
            ("registry/index/x/.cache/an/yhow/anyhow", "known"),
            ("registry/cache/x/anyhow-1.crate", "packed"),
            ("registry/src/x/anyhow-1/lib.rs", "unpacked"),
        ] {
            fs::create_dir_all(cargo.join(path).parent().unwrap()).unwrap();
            fs::write(cargo.join(path), text).unwrap();
        }
        seed(&home, &cargo).unwrap();
        let mut files = fs::read_dir(home.join(".cargo")).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(files.all(|name| name != "config"), "what cannot be read has no secrets taken out");
        let old = fs::metadata(home.join(".cargo/config.toml")).unwrap().modified().unwrap();
        copy_home(&home, &own).unwrap();
        fs::write(own.join(".cargo/registry/cache/x/new.crate"), "new").unwrap();
        for home in [&home, &own] {
            let read = |path: &str| fs::read_to_string(home.join(".cargo").join(path)).unwrap();
            let settings = read("config.toml");
            assert!(settings.contains("jobs = 2") && settings.contains("index = \"i\""), "{settings}");
            assert!(!settings.contains("SECRET"), "{settings}");
            assert_eq!(read("registry/index/x/.cache/an/yhow/anyhow"), "known");
            assert_eq!(read("registry/cache/x/anyhow-1.crate"), "packed");
            assert_eq!(read("registry/src/x/anyhow-1/lib.rs"), "unpacked");
            assert_eq!(fs::metadata(home.join(".cargo/config.toml")).unwrap().modified().unwrap(), old);
        }
        assert!(!home.join(".cargo/registry/cache/x/new.crate").exists(), "each has its own");
    }
}
