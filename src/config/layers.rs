//! The layers, laid over each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::ConfigError;
use super::file;
use super::origin::{Layer, Origin, Setting};
use super::settings::Settings;
use super::values::{self, Values};
use super::variables::Variables;
use crate::workspace::project::PROJECT_SETTINGS;
use crate::workspace::{Project, ProjectFile, Standing};

/// The variables of flightdeck that are no settings.
const NOT_SETTINGS: [&str; 4] =
    ["FLIGHTDECK_HOME", "FLIGHTDECK_LOG", "FLIGHTDECK_MISSION", "FLIGHTDECK_NOTIFY"];

/// Every place that settings come from.
#[derive(Debug, Clone)]
pub struct Sources {
    pub user_file: PathBuf,
    /// Outside a repository there is none. Its settings count once they are trusted.
    pub project: Option<Project>,
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

/// The settings so far.
#[derive(Debug)]
pub(super) struct Layered {
    pub by_key: BTreeMap<String, Setting>,
    /// The same ones, as their types.
    pub values: Values,
}

impl Sources {
    /// Reads all layers.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn load(&self) -> Result<Settings, ConfigError> {
        let file = match &self.project {
            Some(project) => project.file(PROJECT_SETTINGS),
            None => Ok(None),
        };
        // One that cannot be read is told where it is told that it is not used.
        let trusted = file.ok().flatten().filter(|file| file.standing == Standing::Trusted);
        self.load_with(trusted.as_ref())
    }

    /// Reads all layers, with those settings of the project whether they are trusted or not.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn load_with(&self, of_project: Option<&ProjectFile>) -> Result<Settings, ConfigError> {
        let mut settings = of_file(&self.user_file, Layer::User)?;
        if let (Some(project), Some(file)) = (&self.project, of_project) {
            settings.extend(file::settings(&file.text, &project.root().join(&file.name), Layer::Project)?);
        }
        settings.extend(self.of_variables()?);
        let of_flag = |flag: &Flag| of_word(&flag.key, &flag.word, &Origin::new(Layer::Flag, flag.name));
        settings.extend(self.flags.iter().map(of_flag));
        let mut layered = defaults();
        for setting in settings {
            self.lay(&mut layered, setting)?;
        }
        Ok(Settings::resolve(layered, self.variables.clone(), self.user_file.clone()))
    }

    fn of_variables(&self) -> Result<Vec<Setting>, ConfigError> {
        let variable_of = |key: &str| format!("FLIGHTDECK_{}", key.to_ascii_uppercase().replace('.', "_"));
        let mut settings = Vec::new();
        for variable in self.variables.names() {
            let Some(rest) = variable.strip_prefix("FLIGHTDECK_") else { continue };
            if NOT_SETTINGS.contains(&variable) {
                continue;
            }
            let Some(key) = values::fixed_names().find(|key| variable_of(key) == variable) else {
                let advice = values::advice(&rest.to_ascii_lowercase().replacen('_', ".", 1));
                let advice = advice.replace("did you mean `", "did you mean the setting `");
                return Err(ConfigError::UnknownVariable { variable: variable.to_owned(), advice });
            };
            if let Some(word) = self.variables.get(variable) {
                settings.push(of_word(&key, word, &Origin::new(Layer::Environment, variable)));
            }
        }
        Ok(settings)
    }

    fn lay(&self, layered: &mut Layered, setting: Setting) -> Result<(), ConfigError> {
        let Setting { key, origin, .. } = &setting;
        if !values::is_known(key) {
            let advice = values::advice(key);
            return Err(ConfigError::UnknownKey { origin: origin.clone(), key: key.clone(), advice });
        }
        if let (Layer::Project, Some(because)) = (origin.layer, not_for_projects(&layered.by_key, &setting)) {
            let (origin, key, user_file) = (origin.clone(), key.clone(), self.user_file.clone());
            return Err(ConfigError::NotForProjects { origin, key, because, user_file });
        }
        if key == "models.default" {
            // One model for all roles; a role that is named in the same or a later layer keeps its own.
            let kept =
                |name: &str, set: &Setting| !name.starts_with("models.") || set.origin.layer >= origin.layer;
            layered.by_key.retain(|name, set| kept(name, set));
        }
        layered.by_key.insert(key.clone(), setting.clone());
        layered.values = Values::read(layered.by_key.values()).map_err(|fault| {
            let Setting { key, value, origin } = setting;
            let usual = Values::defaults().remove(&key).filter(|value| !value.is_null());
            let usual = usual.map(|value| format!("; without it {} holds", shown(&value)));
            let found = shown(&value) + &usual.unwrap_or_default();
            ConfigError::BadValue { origin, key, expected: fault.to_string(), found }
        })?;
        Ok(())
    }
}

/// Why a project may not set this over what the person has set.
fn not_for_projects(persons: &BTreeMap<String, Setting>, setting: &Setting) -> Option<&'static str> {
    let Setting { key, value, .. } = setting;
    let of_person = |key: &str| persons.get(key).filter(|set| set.origin.layer != Layer::Project);
    let limit = of_person(key).and_then(|set| set.value.as_f64());
    if key.starts_with("budget.") && limit.zip(value.as_f64()).is_some_and(|(limit, wanted)| wanted > limit) {
        return Some("it would spend more than you allow");
    }
    let server = key.strip_prefix("mcp.").and_then(|rest| rest.split('.').next());
    let is_yours = |server: &str| {
        let fields = format!("mcp.{server}.");
        persons.iter().any(|(name, set)| name.starts_with(&fields) && set.origin.layer != Layer::Project)
    };
    if server.is_some_and(is_yours) {
        return Some("you have a server of that name, and what you send to it is yours");
    }
    values::reserved(key)
}

fn of_file(file: &Path, layer: Layer) -> Result<Vec<Setting>, ConfigError> {
    file::read(file)?.map_or_else(|| Ok(Vec::new()), |text| file::settings(&text, file, layer))
}

/// Reads a word as a value that its key accepts; one that does not fit stays a text.
fn of_word(key: &str, word: &str, origin: &Origin) -> Setting {
    let trimmed = word.trim();
    let switch = match trimmed.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    };
    let readings = [
        trimmed.parse().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
        trimmed.parse::<u64>().ok().map(Value::from),
        switch.map(Value::Bool),
    ];
    let setting = |value| Setting { key: key.to_owned(), value, origin: origin.clone() };
    let mut fitting = readings.into_iter().flatten().map(setting).filter(|set| Values::read([set]).is_ok());
    fitting.next().unwrap_or_else(|| setting(Value::from(word)))
}

/// What holds when nobody sets anything. Models are chosen later, by the keys there are.
fn defaults() -> Layered {
    let origin = Origin::new(Layer::Default, "default");
    let set = Values::defaults().into_iter().filter(|(_, value)| !value.is_null());
    let setting = |(key, value)| Setting { key, value, origin: origin.clone() };
    let by_key = set.map(setting).map(|setting| (setting.key.clone(), setting)).collect();
    Layered { by_key, values: Values::default() }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 { text } else { text.chars().take(59).chain(['…']).collect() }
}
