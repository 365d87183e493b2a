//! A small world for the demo's scripts: a folder with real files, and stand-ins for everything else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use flightdeck::agent::model::ResultStatus::{self, Done, Failed};
use flightdeck::agent::model::script::demo_repository_files;
use serde_json::Value;
use tempfile::TempDir;

/// A repository as the demo starts with it.
pub struct World {
    folder: TempDir,
    /// Edits and reads that did not go as the script meant.
    pub faults: Vec<String>,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in demo_repository_files() {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { folder, faults: Vec::new() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// The file tools; `None` for every other tool.
    pub fn file_tool(&mut self, tool: &str, input: &Value) -> Option<(String, ResultStatus)> {
        let path: PathBuf = self.path().join(input["path"].as_str().unwrap_or("."));
        let answer = match tool {
            "list" => Ok("src/".to_owned()),
            "read" => std::fs::read_to_string(&path).map_err(|error| error.to_string()),
            "write" => std::fs::write(&path, input["content"].as_str().unwrap())
                .map(|()| "written".to_owned())
                .map_err(|error| error.to_string()),
            "edit" => edit(&path, input["old"].as_str().unwrap(), input["new"].as_str().unwrap()),
            "search" => Ok(search(self.path(), input["pattern"].as_str().unwrap())),
            _ => return None,
        };
        Some(match answer {
            Ok(text) => (text, Done),
            Err(error) => {
                self.faults.push(format!("{tool} {}: {error}", path.display()));
                (error, Failed)
            }
        })
    }
}

fn edit(path: &Path, old: &str, new: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    match text.matches(old).count() {
        1 => std::fs::write(path, text.replacen(old, new, 1))
            .map(|()| "edited".to_owned())
            .map_err(|error| error.to_string()),
        count => Err(format!("the old text is there {count} times: {old}")),
    }
}

fn search(folder: &Path, pattern: &str) -> String {
    let pattern = regex::Regex::new(&format!("(?m){pattern}")).unwrap();
    let mut found = String::new();
    for entry in std::fs::read_dir(folder.join("src")).unwrap() {
        let path = entry.unwrap().path();
        for (index, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if pattern.is_match(line) {
                let name = path.file_name().unwrap().to_string_lossy();
                writeln!(found, "src/{name}:{}: {line}", index + 1).unwrap();
            }
        }
    }
    found
}
