//! The scripts of a rehearsal, read from its files and checked.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::builtin;
use super::step::Script;

/// The file that says what the rehearsal's mission is; every other TOML file at the top of the folder has scripts.
const ABOUT: &str = "mission.toml";

/// The scripts of a rehearsal, for all sessions of its mission.
#[derive(Debug)]
pub struct Scripts {
    pub(super) name: String,
    about: About,
    /// In the order of their files, then as they stand.
    pub(super) all: Vec<Script>,
}

/// The mission of a rehearsal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The title of the mission.
    pub title: String,
    /// The goal, as a person would state it.
    pub goal: String,
}

/// Why a rehearsal cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// No such rehearsal is built in.
    #[error("there is no rehearsal `{name}`; built in: {known}")]
    Unknown { name: String, known: String },
    /// A file is not the TOML of a script; the message names the line.
    #[error("{file}: {message}")]
    Syntax { file: String, message: String },
    /// A step is wrong, or went wrong while it was played.
    #[error("{file}:{line}: script `{script}`, step {step}: {message}")]
    Step { file: String, line: usize, script: String, step: usize, message: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptFile {
    script: Vec<Script>,
}

impl Scripts {
    /// The scripts that are part of the program, such as `demo`.
    ///
    /// # Errors
    /// [`ScriptError::Unknown`] when there are none of that name.
    pub fn builtin(name: &str) -> Result<Self, ScriptError> {
        let files = builtin::files(name).ok_or_else(|| ScriptError::Unknown {
            name: name.to_owned(),
            known: builtin::NAMES.join(", "),
        })?;
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self::read(name, &files)
    }

    /// Reads the files of a rehearsal: their paths in its folder, and their texts.
    ///
    /// # Errors
    /// A [`ScriptError`] that names the file, and the line and the step where there is one.
    pub fn read(name: &str, files: &BTreeMap<String, String>) -> Result<Self, ScriptError> {
        let mut scripts = Vec::new();
        let mut about = About::default();
        for (path, text) in files.iter().filter(|(path, _)| is_toml(path)) {
            let syntax = |error: toml::de::Error| ScriptError::Syntax {
                file: path.clone(),
                message: error.to_string(),
            };
            if path == ABOUT {
                about = toml::from_str(text).map_err(syntax)?;
                continue;
            }
            for script in toml::from_str::<ScriptFile>(text).map_err(syntax)?.script {
                scripts.push(script.ready(path, text, files)?);
            }
        }
        Ok(Self { name: name.to_owned(), about, all: scripts })
    }

    /// What its mission is called and what it is for.
    pub fn about(&self) -> &About {
        &self.about
    }
}

fn is_toml(path: &str) -> bool {
    !path.contains('/') && Path::new(path).extension().is_some_and(|extension| extension == "toml")
}
