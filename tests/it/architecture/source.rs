//! The source files of the crate, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the crate.
pub struct Source {
    /// From the crate's root, with forward slashes.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The room it belongs to: the first part of the path below `src`; `main` and `lib` for the roots.
    pub fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// How many modules deep it is: 1 for a room's own file.
    pub fn depth(&self) -> usize {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        below.trim_end_matches("/mod").split('/').count()
    }

    /// The lines before the inline tests.
    pub fn code(&self) -> &str {
        let tests = ["\n#[cfg(test)]\nmod tests {", "\n#[cfg(test)]\npub(super) mod tests {"];
        let start = tests.iter().find_map(|start| self.text.find(start));
        &self.text[..start.unwrap_or(self.text.len())]
    }

    /// The code with its comment lines blanked, so that every line keeps its place.
    pub fn code_without_comments(&self) -> String {
        let blanked =
            self.code().lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        blanked.collect::<Vec<_>>().join("\n")
    }

    /// The lines of code without comments, with their numbers.
    pub fn statements(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code().lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Every Rust file below `src`.
pub fn sources() -> Vec<Source> {
    files_below("src")
}

/// Every Rust file below a directory of the crate, in the order of their paths.
pub fn files_below(directory: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(&root.join(directory), &mut found);
    found.sort();
    assert!(!found.is_empty(), "no file below {directory}");
    found
        .into_iter()
        .map(|path| Source {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"),
        })
        .collect()
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Fails with every offence, one a line.
pub fn hold(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "the rule is: {rule}\n{}", offences.join("\n"));
}
