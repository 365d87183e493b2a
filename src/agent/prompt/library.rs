//! Where prompts are looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use super::file::{Prompt, PromptError, PromptProblem};
use crate::workspace::project::PROJECT_PROMPTS;
use crate::workspace::{Project, ProjectFile, Standing};

/// What stands before a name in the origin of a prompt that is part of the program.
const BUILT_IN: &str = "built-in ";

/// All places where prompts may lie, nearest first.
#[derive(Debug)]
pub struct PromptLibrary {
    project: Option<Project>,
    directories: Vec<PathBuf>,
    builtin: BTreeMap<String, String>,
    good: Mutex<BTreeMap<String, Prompt>>,
}

/// A prompt, and what is wrong with a newer version of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The version in use.
    pub prompt: Prompt,
    /// Why it is not the one on disk; a person should hear of it.
    pub problem: Option<PromptProblem>,
}

impl PromptLibrary {
    /// A library over a project's prompts as far as they are trusted, directories, nearest first, and the built-in prompts
    /// as pairs of name and text.
    pub fn new(project: Option<Project>, directories: Vec<PathBuf>, builtin: &[(&str, &str)]) -> Self {
        let builtin = builtin.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        Self { project, directories, builtin, good: Mutex::default() }
    }

    /// The prompt of that name as it is on disk now.
    ///
    /// # Errors
    /// [`PromptError`] when nothing has the name, or no version of it is sound.
    pub fn load(&self, name: &str) -> Result<Loaded, PromptError> {
        let mut problem = None;
        for (origin, text) in self.versions(name) {
            match text.and_then(|text| Prompt::parse(name, &origin, &text)) {
                Ok(prompt) => {
                    self.remember(&prompt);
                    return Ok(Loaded { prompt, problem });
                }
                Err(fault) => {
                    problem.get_or_insert(fault);
                    if let Some(prompt) = self.remembered(name, &origin) {
                        return Ok(Loaded { prompt, problem });
                    }
                }
            }
        }
        Err(problem.map_or_else(|| self.unknown(name), PromptError::Problem))
    }

    /// All names that can be loaded.
    pub fn names(&self) -> BTreeSet<String> {
        let of_project = self.project.iter().map(|project| project.root().join(PROJECT_PROMPTS));
        let directories = of_project.chain(self.directories.iter().cloned());
        let files = directories.filter_map(|directory| directory.read_dir().ok()).flatten().flatten();
        let stems = files.filter_map(|entry| {
            let path = entry.path();
            let is_prompt = path.extension().is_some_and(|extension| extension == "md");
            path.file_stem().filter(|_| is_prompt).map(|stem| stem.to_string_lossy().into_owned())
        });
        stems.chain(self.builtin.keys().cloned()).collect()
    }

    /// The prompts in use that are not built in, each with the file it is from.
    pub fn overrides(&self) -> Vec<(String, String)> {
        let used = self.names().into_iter().filter_map(|name| Some((self.load(&name).ok()?, name)));
        let of_file = used.map(|(loaded, name)| (name, loaded.prompt.origin().to_owned()));
        of_file.filter(|(_, origin)| !origin.starts_with(BUILT_IN)).collect()
    }

    /// Every version, nearest first: where it is, and its text or why it cannot be read.
    fn versions(&self, name: &str) -> Vec<(String, Result<String, PromptProblem>)> {
        let mut versions = Vec::new();
        let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
        if let Some(project) = self.project.as_ref().filter(|_| plain) {
            let file = format!("{PROJECT_PROMPTS}/{name}.md");
            let origin = project.root().join(&file).display().to_string();
            let problem = |sentence: String| PromptProblem { origin: origin.clone(), line: 1, sentence };
            let text = match project.file(&file) {
                Ok(None | Some(ProjectFile { standing: Standing::Refused, .. })) => None,
                Ok(Some(file)) => Some(file.unused().map_or_else(|| Ok(file.text), |why| Err(problem(why)))),
                Err(error) => Some(Err(problem(error.to_string()))),
            };
            versions.extend(text.map(|text| (origin.clone(), text)));
        }
        for directory in self.directories.iter().filter(|_| plain) {
            let path = directory.join(format!("{name}.md"));
            let origin = path.display().to_string();
            match std::fs::read_to_string(&path) {
                Ok(text) => versions.push((origin, Ok(text))),
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => {
                    let problem =
                        PromptProblem { origin: origin.clone(), line: 1, sentence: fault.to_string() };
                    versions.push((origin, Err(problem)));
                }
            }
        }
        if let Some(text) = self.builtin.get(name) {
            versions.push((format!("{BUILT_IN}{name}"), Ok(text.clone())));
        }
        versions
    }

    fn remember(&self, prompt: &Prompt) {
        if let Ok(mut good) = self.good.lock() {
            good.insert(prompt.name.clone(), prompt.clone());
        }
    }

    fn remembered(&self, name: &str, origin: &str) -> Option<Prompt> {
        let good = self.good.lock().ok()?;
        good.get(name).filter(|prompt| prompt.origin() == origin).cloned()
    }

    fn unknown(&self, name: &str) -> PromptError {
        let known = self.names().into_iter().collect::<Vec<_>>().join(", ");
        PromptError::Unknown { name: name.to_owned(), known }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(words: &str) -> String {
        format!("+++\nrole = \"critic\"\naccess = \"read\"\ncloses = \"text\"\n+++\n{words}")
    }

    fn words(loaded: &Loaded) -> String {
        loaded.prompt.render(&json!({})).unwrap()
    }

    #[test]
    fn the_nearest_wins_and_edits_are_seen() {
        let (project, user) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let builtin = text("built-in");
        let library = PromptLibrary::new(
            None,
            vec![project.path().into(), user.path().into()],
            &[("critic", &builtin)],
        );
        assert_eq!(words(&library.load("critic").unwrap()), "built-in");
        std::fs::write(user.path().join("critic.md"), text("user")).unwrap();
        assert_eq!(words(&library.load("critic").unwrap()), "user");
        std::fs::write(project.path().join("critic.md"), text("project")).unwrap();
        assert_eq!(words(&library.load("critic").unwrap()), "project");
    }

    #[test]
    fn a_mistake_leaves_the_last_good_version_in_use() {
        let project = tempfile::tempdir().unwrap();
        let file = project.path().join("critic.md");
        let builtin = text("built-in");
        let library = PromptLibrary::new(None, vec![project.path().into()], &[("critic", &builtin)]);
        std::fs::write(&file, "+++\nrole = 1\n+++\n").unwrap();
        let loaded = library.load("critic").unwrap();
        assert_eq!(words(&loaded), "built-in");
        assert!(loaded.problem.unwrap().to_string().contains("critic.md:2"));
        std::fs::write(&file, text("good")).unwrap();
        assert_eq!(library.load("critic").unwrap().problem, None);
        std::fs::write(&file, text("{{ broken")).unwrap();
        let loaded = library.load("critic").unwrap();
        assert_eq!(words(&loaded), "good");
        assert!(loaded.problem.is_some());
    }

    #[test]
    fn an_unknown_name_lists_those_that_exist_and_leads_nowhere() {
        let project = tempfile::tempdir().unwrap();
        std::fs::write(project.path().join("secret.md"), text("x")).unwrap();
        let library = PromptLibrary::new(None, vec![project.path().join("prompts")], &[("critic", "")]);
        for name in ["missing", "../secret"] {
            let fault = library.load(name).unwrap_err();
            assert!(fault.to_string().ends_with("one of: critic"), "{fault}");
        }
    }
}
