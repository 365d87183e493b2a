//! The layers, laid over each other.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::ConfigError;
use super::file;
use super::keys::{self, Scope};
use super::origin::{Origin, Setting};
use super::settings::Settings;
use super::variables::Variables;
use crate::domain::mission::Limits;

/// The variables of flightdeck that are no settings.
const NOT_SETTINGS: [&str; 4] =
    ["FLIGHTDECK_HOME", "FLIGHTDECK_LOG", "FLIGHTDECK_MISSION", "FLIGHTDECK_NOTIFY"];

/// Every place that settings come from.
#[derive(Debug, Clone)]
pub struct Sources {
    pub user_file: PathBuf,
    /// Outside a repository there is none.
    pub project_file: Option<PathBuf>,
    pub variables: Variables,
    pub flags: Vec<Flag>,
}

/// A setting that a flag of the command makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As it is typed, such as `--speed`.
    pub name: &'static str,
    pub key: String,
    pub word: String,
}

/// The settings so far, by key.
pub(super) type Layered = BTreeMap<String, Setting>;

impl Sources {
    /// Reads all layers.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn load(&self) -> Result<Settings, ConfigError> {
        let mut layered = defaults();
        self.lay_file(&mut layered, &self.user_file, |file, line| Origin::User { file, line })?;
        if let Some(file) = &self.project_file {
            self.lay_file(&mut layered, file, |file, line| Origin::Project { file, line })?;
        }
        self.lay_variables(&mut layered)?;
        for flag in &self.flags {
            let origin = Origin::Flag { flag: flag.name.to_owned() };
            self.lay_word(&mut layered, &flag.key, &flag.word, origin)?;
        }
        Ok(Settings::resolve(layered, self.variables.clone(), self.user_file.clone()))
    }

    fn lay_file(
        &self,
        layered: &mut Layered,
        file: &Path,
        origin: impl Fn(PathBuf, usize) -> Origin,
    ) -> Result<(), ConfigError> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(());
            }
            Err(source) => return Err(ConfigError::Unreadable { file: file.to_owned(), source }),
        };
        for entry in file::entries(&text, file)? {
            let is_empty_table = entry.value.as_object().is_some_and(serde_json::Map::is_empty);
            if is_empty_table && is_section(&entry.key) {
                continue;
            }
            let origin = origin(file.to_owned(), entry.line);
            self.lay(layered, Setting { key: entry.key, value: entry.value, origin })?;
        }
        Ok(())
    }

    fn lay_variables(&self, layered: &mut Layered) -> Result<(), ConfigError> {
        for variable in self.variables.names().filter(|name| name.starts_with("FLIGHTDECK_")) {
            if NOT_SETTINGS.contains(&variable) {
                continue;
            }
            let Some(key) = keys::fixed_names().find(|key| keys::variable_of(key) == variable) else {
                let guess =
                    variable.trim_start_matches("FLIGHTDECK_").to_ascii_lowercase().replacen('_', ".", 1);
                return Err(ConfigError::UnknownVariable {
                    variable: variable.to_owned(),
                    advice: keys::advice(&guess).replace("did you mean `", "did you mean the setting `"),
                });
            };
            if let Some(word) = self.variables.get(variable) {
                let origin = Origin::Environment { variable: variable.to_owned() };
                self.lay_word(layered, &key, word, origin)?;
            }
        }
        Ok(())
    }

    fn lay_word(
        &self,
        layered: &mut Layered,
        key: &str,
        word: &str,
        origin: Origin,
    ) -> Result<(), ConfigError> {
        let value = keys::find(key).map_or_else(|| Value::from(word), |known| known.kind.read(word));
        self.lay(layered, Setting { key: key.to_owned(), value, origin })
    }

    fn lay(&self, layered: &mut Layered, setting: Setting) -> Result<(), ConfigError> {
        let Setting { key, value, origin } = setting;
        let Some(known) = keys::find(&key) else {
            return Err(ConfigError::UnknownKey { origin, advice: keys::advice(&key), key });
        };
        if let (Scope::PersonOnly { because }, Origin::Project { .. }) = (known.scope, &origin) {
            return Err(ConfigError::NotForProjects {
                origin,
                key,
                because,
                user_file: self.user_file.clone(),
            });
        }
        if !known.kind.accepts(&value) {
            let expected = known.kind.words().to_owned();
            return Err(ConfigError::BadValue { origin, key, expected, found: shown(&value) });
        }
        if key == "models.default" {
            // One model for all roles; a role that is named in the same or a later layer keeps its own.
            let rank = layer_rank(&origin);
            layered.retain(|name, set| !name.starts_with("models.") || layer_rank(&set.origin) >= rank);
        }
        layered.insert(key.clone(), Setting { key, value, origin });
        Ok(())
    }
}

fn layer_rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Default | Origin::Chosen { .. } => 0,
        Origin::User { .. } => 1,
        Origin::Project { .. } => 2,
        Origin::Environment { .. } => 3,
        Origin::Flag { .. } => 4,
    }
}

/// What holds when nobody sets anything. Models are chosen later, by the keys there are.
fn defaults() -> Layered {
    let limits = Limits::default();
    let values = [
        ("budget.validation_percent", json!(crate::domain::budget::Budget::default().validation_percent)),
        ("limits.rounds", json!(limits.rounds)),
        ("limits.failures", json!(limits.failures)),
        ("limits.reviewers", json!(limits.reviewers)),
        ("autopilot", json!(false)),
        ("speed", json!(1.0)),
    ];
    values
        .into_iter()
        .map(|(key, value)| (key.to_owned(), Setting { key: key.to_owned(), value, origin: Origin::Default }))
        .collect()
}

/// Whether a table may stand there without anything in it.
fn is_section(key: &str) -> bool {
    ["models", "budget", "limits", "keys", "providers"].contains(&key) || key.starts_with("providers.")
}

fn shown(value: &Value) -> String {
    let mut text = value.to_string();
    if text.chars().count() > 60 {
        text = text.chars().take(59).chain(['…']).collect();
    }
    text
}
