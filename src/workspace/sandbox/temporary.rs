//! The folder for temporary files of a mission's programs: its path is short, because sockets are made in it, whose paths
//! have room for 107 bytes.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::WorkspaceError;

/// Bytes of the hash of a mission's directory that name its folder.
const NAME_BYTES: usize = 6;

/// A folder that goes with the engine.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes the folder of the mission in a directory; what an engine before this one left there goes.
    ///
    /// # Errors
    /// When it cannot be made, or somebody else has one of that name.
    pub fn make(mission: &Path) -> Result<Self, WorkspaceError> {
        let hash = Sha256::digest(mission.as_os_str().as_encoded_bytes());
        let name = format!("fd-{}", hex::encode(&hash[..NAME_BYTES]));
        let path = std::env::temp_dir().join(name);
        make(&path).map_err(WorkspaceError::io("make", &path))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

fn make(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    DirBuilder::new().mode(0o700).create(path)?;
    let own = nix::unistd::geteuid().as_raw();
    if fs::symlink_metadata(path)?.uid() == own {
        Ok(())
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, path = %self.0.display(), "temporary files stay until the next engine");
        }
    }
}
