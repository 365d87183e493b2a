//! Where flightdeck keeps things: missions, the person's settings, sockets.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use sha2::{Digest, Sha256};

use super::error::ConfigError;
use super::variables::Variables;

/// A socket's path may have 107 bytes on Linux and 103 on macOS; longer ones cannot be bound.
const LONGEST_SOCKET: usize = 100;

/// The directories of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Holds `missions/`.
    pub state: PathBuf,
    /// Holds `config.toml`, `prompts/` and `themes/`.
    pub config: PathBuf,
    runtime: PathBuf,
}

impl Home {
    /// Finds them: `FLIGHTDECK_HOME` and the XDG variables, else what the platform uses.
    ///
    /// # Errors
    /// [`ConfigError::NoHome`] when nothing says where the person's files are.
    pub fn find(variables: &Variables) -> Result<Self, ConfigError> {
        let absolute = |name: &str| variables.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = BaseDirs::new();
        let platform_state = || {
            let base = base.as_ref()?;
            Some(base.state_dir().unwrap_or_else(|| base.data_local_dir()).join("flightdeck"))
        };
        let state = variables
            .get("FLIGHTDECK_HOME")
            .map(PathBuf::from)
            .map(|path| std::path::absolute(&path).unwrap_or(path))
            .or_else(|| absolute("XDG_STATE_HOME").map(|state| state.join("flightdeck")))
            .or_else(platform_state)
            .ok_or(ConfigError::NoHome)?;
        let config = absolute("XDG_CONFIG_HOME")
            .or_else(|| base.as_ref().map(|base| base.config_dir().to_owned()))
            .ok_or(ConfigError::NoHome)?
            .join("flightdeck");
        let runtime = absolute("XDG_RUNTIME_DIR")
            .map_or_else(shared_runtime_directory, |directory| directory.join("flightdeck"));
        Ok(Self { state, config, runtime })
    }

    /// The person's own settings.
    pub fn user_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Where all missions are.
    pub fn missions(&self) -> PathBuf {
        self.state.join("missions")
    }

    /// The socket of the mission in a directory. Its name tells two homes with missions of one name apart.
    ///
    /// # Errors
    /// When the directory for sockets cannot be made, or belongs to somebody else.
    pub fn socket(&self, mission: &Path) -> Result<PathBuf, ConfigError> {
        let digest = Sha256::digest(mission.as_os_str().as_encoded_bytes());
        let mark: Vec<String> = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let mark = mark.concat();
        let name = mission.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let long = self.runtime.join(format!("{name}-{mark}.sock"));
        let short = |directory: &Path| directory.join(format!("{mark}.sock"));
        let socket = [long, short(&self.runtime)]
            .into_iter()
            .find(|path| path.as_os_str().len() <= LONGEST_SOCKET)
            .unwrap_or_else(|| short(&shared_runtime_directory()));
        if let Some(directory) = socket.parent() {
            own_directory(directory)?;
        }
        Ok(socket)
    }
}

/// The directory for sockets where the system names none.
fn shared_runtime_directory() -> PathBuf {
    std::env::temp_dir().join(format!("flightdeck-{}", nix::unistd::Uid::effective()))
}

/// Makes a directory that only its owner may enter, or makes sure that it is one.
fn own_directory(directory: &Path) -> Result<(), ConfigError> {
    let refused =
        |reason: String| ConfigError::NoRuntimeDirectory { directory: directory.to_owned(), reason };
    match DirBuilder::new().mode(0o700).recursive(false).create(directory) {
        Ok(()) => return Ok(()),
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {}
        Err(fault) => return Err(refused(fault.to_string())),
    }
    // A directory under /tmp may have been put there by another user, as a trap.
    let found = std::fs::symlink_metadata(directory).map_err(|fault| refused(fault.to_string()))?;
    if !found.is_dir() || found.uid() != nix::unistd::Uid::effective().as_raw() {
        return Err(refused("it belongs to another user".to_owned()));
    }
    if found.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))
            .map_err(|fault| refused(fault.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn variables_say_where_things_are() {
        let home = Home::find(&variables(&[
            ("FLIGHTDECK_HOME", "/srv/fd"),
            ("XDG_CONFIG_HOME", "/cfg"),
            ("XDG_STATE_HOME", "/state"),
        ]))
        .unwrap();
        assert_eq!(home.missions(), Path::new("/srv/fd/missions"));
        assert_eq!(home.user_file(), Path::new("/cfg/flightdeck/config.toml"));
        let home =
            Home::find(&variables(&[("XDG_STATE_HOME", "/state"), ("XDG_CONFIG_HOME", "/cfg")])).unwrap();
        assert_eq!(home.state, Path::new("/state/flightdeck"));
    }

    #[test]
    fn sockets_are_short_private_and_apart() {
        let directory = tempfile::tempdir().unwrap();
        let runtime = directory.path().to_str().unwrap();
        let home =
            Home::find(&variables(&[("XDG_RUNTIME_DIR", runtime), ("FLIGHTDECK_HOME", "/x")])).unwrap();
        let one = home.socket(Path::new("/a/missions/guestbook-7k2p")).unwrap();
        assert_ne!(one, home.socket(Path::new("/b/missions/guestbook-7k2p")).unwrap());
        let mode = std::fs::metadata(one.parent().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let long = home.socket(Path::new(&format!("/a/{}", "x".repeat(200)))).unwrap();
        assert!(long.as_os_str().len() <= LONGEST_SOCKET, "{}", long.display());
    }

    #[test]
    fn a_file_in_the_place_of_the_directory_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("flightdeck"), "").unwrap();
        let runtime = directory.path().to_str().unwrap();
        let home =
            Home::find(&variables(&[("XDG_RUNTIME_DIR", runtime), ("FLIGHTDECK_HOME", "/x")])).unwrap();
        let error = home.socket(Path::new("/a/m")).unwrap_err().to_string();
        assert!(error.contains("set XDG_RUNTIME_DIR"), "{error}");
    }
}
