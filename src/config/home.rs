//! Where flightdeck keeps things: missions, the person's settings, sockets.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::error::ConfigError;
use super::file::read;
use super::variables::Variables;
use crate::agent::hook::HookRules;
use crate::workspace::project::PROJECT_HOOKS;
use crate::workspace::{Project, Standing};

/// The directories of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Holds `missions/`.
    pub state: PathBuf,
    /// Holds `config.toml`, `hooks.json`, `prompts/` and `themes/`.
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

    /// The person's own hooks.
    pub fn hooks_file(&self) -> PathBuf {
        self.config.join("hooks.json")
    }

    /// What stands in that file, and after it the hooks of a project that are trusted; nothing where there are none.
    ///
    /// # Errors
    /// With the place of what does not fit.
    pub fn hooks(&self, project: Option<&Project>) -> Result<HookRules, ConfigError> {
        let file = self.hooks_file();
        let mut rules = match read(&file)? {
            Some(text) => hooks_of(&text, &file)?,
            None => HookRules::default(),
        };
        let of_project =
            project.and_then(|project| Some((project.root(), project.file(PROJECT_HOOKS).ok()??)));
        if let Some((root, file)) = of_project
            && file.standing == Standing::Trusted
        {
            rules.extend(hooks_of(&file.text, &root.join(&file.name))?);
        }
        Ok(rules)
    }
}

/// The hooks that a text names.
///
/// # Errors
/// With the place of what does not fit.
pub fn hooks_of(text: &str, file: &Path) -> Result<HookRules, ConfigError> {
    serde_json::from_str(text).map_err(|error| {
        let (line, whole) = (error.line(), error.to_string());
        let message = whole.split(" at line ").next().unwrap_or_default().to_owned();
        ConfigError::Syntax { file: file.to_owned(), line, message }
    })
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
        assert_eq!(home.state, Path::new("/srv/fd"));
        assert_eq!(home.user_file(), Path::new("/cfg/flightdeck/config.toml"));
        let home =
            Home::find(&variables(&[("XDG_STATE_HOME", "/state"), ("XDG_CONFIG_HOME", "/cfg")])).unwrap();
        assert_eq!(home.state, Path::new("/state/flightdeck"));
    }
    #[test]
    fn hooks_that_do_not_fit_are_told_with_their_place() {
        let place = tempfile::tempdir().unwrap();
        let home = Home { state: "/s".into(), config: place.path().to_owned(), runtime: None };
        assert_eq!(home.hooks(None).unwrap().count(), 0, "none is fine");
        let command = r#"{ "type": "command", "command": "true", "timeout": 5 }"#;
        let rule = |hooks: &str| format!("{{ \"hooks\": {{ \"Stop\": [\n{{ \"hooks\": [{hooks}] }}] }} }}");
        let table = [
            (rule("{ \"type\": \"prompt\" }"), 2, "unknown variant `prompt`"),
            (rule("{ \"command\": \"x\" }"), 2, "missing field `type`"),
            (rule(command).replace('5', "0"), 2, "invalid value: integer `0`"),
            (
                rule(command).replace("Stop", "Stopp"),
                1,
                "unknown variant `Stopp`, expected one of `SessionStart`",
            ),
            (rule(command).replace("\n{", "\n{ \"matcher\": \"(\","), 2, "`(` is no regular expression"),
            (rule(command) + "x", 2, "trailing characters"),
            ("{".to_owned(), 1, "EOF"),
        ];
        for (text, line, words) in table {
            std::fs::write(home.hooks_file(), &text).unwrap();
            let told = home.hooks(None).unwrap_err().to_string();
            let start = format!("{}:{line}: ", home.hooks_file().display());
            assert!(told.starts_with(&start) && told.contains(words), "{told}");
        }
        std::fs::write(home.hooks_file(), rule(command)).unwrap();
        assert_eq!(home.hooks(None).unwrap().count(), 1);
    }
}
