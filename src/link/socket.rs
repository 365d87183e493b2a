//! Where an engine listens: a place that only its owner reaches, with a name short enough for a socket.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::error::LinkError;
use crate::domain::id::MissionId;

/// The longest name of a socket: `sun_path` has 104 bytes on macOS and 108 on Linux, one of them for its end.
const LONGEST: usize = 103;

/// What the place of a socket follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketPlace {
    /// `$XDG_RUNTIME_DIR`, where there is one.
    pub runtime_dir: Option<PathBuf>,
    pub mission_dir: PathBuf,
}

/// Where the engine of a mission listens: in the runtime directory, else in the mission's own, else under `/tmp`. The
/// name tells missions of one id under different homes apart.
pub fn socket_path(place: &SocketPlace, mission: &MissionId) -> PathBuf {
    let dir = place.mission_dir.canonicalize().unwrap_or_else(|_| place.mission_dir.clone());
    let hash = hex::encode(&Sha256::digest(dir.as_os_str().as_bytes())[..8]);
    let mut candidates = Vec::new();
    if let Some(runtime) = place.runtime_dir.as_ref().filter(|dir| dir.is_absolute() && dir.is_dir()) {
        let runtime = runtime.join("flightdeck");
        candidates.push(runtime.join(format!("{mission}-{}.sock", &hash[..8])));
        candidates.push(runtime.join(format!("{hash}.sock")));
    }
    candidates.push(dir.join("engine.sock"));
    let last = PathBuf::from(format!("/tmp/flightdeck-{}/{hash}.sock", geteuid()));
    candidates.into_iter().find(|path| path.as_os_str().len() <= LONGEST).unwrap_or(last)
}

/// Makes the directory of a socket for its owner alone, or sees that it is one nobody else can put a socket into.
pub(super) fn prepare_directory(dir: &Path) -> Result<(), LinkError> {
    let failed = |source| LinkError::Io { path: dir.to_owned(), source };
    let problem = |problem: &str| LinkError::Unsafe { path: dir.to_owned(), problem: problem.to_owned() };
    match DirBuilder::new().mode(0o700).recursive(false).create(dir) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let found = fs::symlink_metadata(dir).map_err(failed)?;
    if !found.is_dir() {
        return Err(problem("it is no directory"));
    }
    if found.uid() != geteuid().as_raw() {
        return Err(problem("somebody else owns it"));
    }
    if found.mode() & 0o022 != 0 {
        return Err(problem("others may write to it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn id(length: usize) -> MissionId {
        "m".repeat(length).parse().unwrap()
    }

    #[test]
    fn a_socket_has_a_short_name_wherever_the_mission_is() {
        let runtime = tempfile::Builder::new().prefix("r").tempdir_in("/tmp").unwrap();
        let deep = PathBuf::from(format!("/nowhere/{}", "deep/".repeat(30)));
        let place =
            |runtime_dir, mission_dir: &Path| SocketPlace { runtime_dir, mission_dir: mission_dir.into() };
        let here = place(Some(runtime.path().to_owned()), &deep);
        let path = socket_path(&here, &id(10));
        assert!(path.starts_with(runtime.path().join("flightdeck")), "{path:?}");
        assert!(path.to_string_lossy().contains("mmmmmmmmmm-"), "{path:?}");
        let other_home = place(Some(runtime.path().to_owned()), Path::new("/nowhere/else"));
        assert_ne!(path, socket_path(&other_home, &id(10)));
        let near = place(None, Path::new("/nowhere/m"));
        assert_eq!(socket_path(&near, &id(1)), Path::new("/nowhere/m/engine.sock"));
        let gone = place(Some("/no/such/runtime".into()), Path::new("/nowhere/m"));
        assert_eq!(socket_path(&gone, &id(1)), Path::new("/nowhere/m/engine.sock"));
        let far = socket_path(&place(None, &deep), &id(64));
        assert!(far.starts_with(format!("/tmp/flightdeck-{}", geteuid())), "{far:?}");
        assert!(far.as_os_str().len() <= LONGEST);
    }

    #[test]
    fn a_directory_that_others_can_change_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let fresh = home.path().join("fresh");
        prepare_directory(&fresh).unwrap();
        assert_eq!(fs::metadata(&fresh).unwrap().mode() & 0o777, 0o700);
        prepare_directory(&fresh).unwrap();
        fs::set_permissions(&fresh, fs::Permissions::from_mode(0o777)).unwrap();
        let refused = prepare_directory(&fresh).unwrap_err();
        assert!(refused.to_string().contains("others may write"), "{refused}");
        let link = home.path().join("link");
        std::os::unix::fs::symlink("/tmp", &link).unwrap();
        assert!(matches!(prepare_directory(&link).unwrap_err(), LinkError::Unsafe { .. }));
    }
}
