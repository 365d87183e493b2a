//! Where flightdeck keeps things: missions, the person's settings, sockets.

use std::path::PathBuf;

use directories::BaseDirs;

use super::error::ConfigError;
use super::variables::Variables;

/// The directories of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Holds `missions/`.
    pub state: PathBuf,
    /// Holds `config.toml`, `prompts/` and `themes/`.
    pub config: PathBuf,
    /// `$XDG_RUNTIME_DIR`, where sockets are made best.
    pub runtime: Option<PathBuf>,
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
        Ok(Self { state, config, runtime: absolute("XDG_RUNTIME_DIR") })
    }

    /// The list of models that was fetched last.
    pub fn models_file(&self) -> PathBuf {
        self.state.join("models.json")
    }

    /// The person's own settings.
    pub fn user_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
        assert_eq!(home.state, Path::new("/srv/fd"));
        assert_eq!(home.user_file(), Path::new("/cfg/flightdeck/config.toml"));
        let home =
            Home::find(&variables(&[("XDG_STATE_HOME", "/state"), ("XDG_CONFIG_HOME", "/cfg")])).unwrap();
        assert_eq!(home.state, Path::new("/state/flightdeck"));
    }
}
