//! A rehearsal: its scripts and the plain files beside them, built in or read from a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::script::Script;
use super::{builtin, check};

/// The file that says what the rehearsal's mission is; every other TOML file at the top of the folder has scripts.
const ABOUT: &str = "mission.toml";

/// Scripts for all sessions of a mission, and the files that they write.
#[derive(Debug)]
pub struct Rehearsal {
    pub(super) name: String,
    about: About,
    pub(super) scripts: Vec<Script>,
}

impl Rehearsal {
    /// A rehearsal that flightdeck brings along, such as `demo`.
    ///
    /// # Errors
    /// [`ScriptError::Unknown`] when there is none of that name.
    pub fn builtin(name: &str) -> Result<Self, ScriptError> {
        let files = builtin::files(name).ok_or_else(|| ScriptError::Unknown {
            name: name.to_owned(),
            known: builtin::NAMES.join(", "),
        })?;
        let files = files.iter().map(|file| (file.path.to_owned(), file.content.to_owned())).collect();
        Self::from_files(name, &files)
    }

    /// A rehearsal from a folder; its name is the folder's.
    ///
    /// # Errors
    /// A [`ScriptError`] that names the file, and the line and the step where there is one.
    pub fn load(folder: &Path) -> Result<Self, ScriptError> {
        let mut files = BTreeMap::new();
        read_folder(folder, "", &mut files)?;
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
        Self::from_files(&name, &files)
    }

    /// What its mission is called and what it is for.
    pub fn about(&self) -> &About {
        &self.about
    }

    fn from_files(name: &str, files: &BTreeMap<String, String>) -> Result<Self, ScriptError> {
        let mut scripts = Vec::new();
        let mut about = About::default();
        for (path, text) in files {
            if path == ABOUT {
                about = toml::from_str(text).map_err(|error| ScriptError::Syntax {
                    file: path.clone(),
                    message: error.to_string(),
                })?;
            } else if is_script(path) {
                scripts.extend(check::scripts(path, text, files)?);
            }
        }
        Ok(Self { name: name.to_owned(), about, scripts })
    }
}

/// The mission of a rehearsal, for whoever starts one.
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
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// A file is not the TOML of a script; the message names the line.
    #[error("{file}: {message}")]
    Syntax { file: String, message: String },
    /// A step is wrong, or went wrong while it was played.
    #[error("{file}:{line}: script `{script}`, step {step}: {message}")]
    ScriptStep { file: String, line: usize, script: String, step: String, message: String },
}

fn is_script(path: &str) -> bool {
    !path.contains('/') && Path::new(path).extension().is_some_and(|extension| extension == "toml")
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> Result<(), ScriptError> {
    let unreadable = |path: &Path, source| ScriptError::Unreadable { path: path.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}
