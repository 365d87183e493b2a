//! What a worker is told when its checkout is not clean: which files, and where the names of leftovers go.

use std::path::{Path, PathBuf};

/// Files that a refusal names.
const NAMED_FILES: usize = 8;

/// Directories and files that tools leave behind and nobody commits.
const LEFTOVERS: &[&str] = &[
    "__pycache__/",
    ".pytest_cache/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".tox/",
    ".venv/",
    "venv/",
    ".eggs/",
    "node_modules/",
    ".next/",
    ".gradle/",
    "target/",
    ".idea/",
    ".vscode/",
    ".coverage",
    ".DS_Store",
    "*.egg-info/",
    "*.pyc",
    "*.o",
    "*.log",
    "*.swp",
    "*.orig",
    "*.rej",
];

/// Says what is in the way, and what to do with each kind of it.
pub(super) fn refusal(paths: &[PathBuf], exclude: &Path) -> String {
    let named: Vec<String> = paths.iter().take(NAMED_FILES).map(|path| path.display().to_string()).collect();
    let more = paths.len().saturating_sub(NAMED_FILES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mut patterns: Vec<String> = Vec::new();
    for pattern in paths.iter().filter_map(|path| pattern_of(path)) {
        let quoted = format!("'{pattern}'");
        if !patterns.contains(&quoted) {
            patterns.push(quoted);
        }
    }
    let patterns = if patterns.is_empty() { "'NAME/'".to_owned() } else { patterns.join(" ") };
    // Small models do what is named as the next call.
    let is_plain = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let added =
        if more.is_empty() && named.iter().all(is_plain) { named.join(" ") } else { "FILES".to_owned() };
    format!(
        "the tree is not clean: {}{more}. If that belongs to the feature, call `shell` with `git add {added} && git commit -m \
         'MESSAGE'`, and then `handoff` again; else remove it first. What tools leave \
         behind again and again, and is not the repository's own business, is named in this checkout's exclude file: \
         `printf '%s\\n' {patterns} >> '{}'`.",
        named.join(", "),
        exclude.display()
    )
}

/// The pattern of a leftover that is known as one.
fn pattern_of(path: &Path) -> Option<&'static str> {
    let is_directory =
        |index: usize, count: usize| index + 1 < count || path.as_os_str().as_encoded_bytes().ends_with(b"/");
    let names: Vec<String> = path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.iter().enumerate().find_map(|(index, name)| {
        LEFTOVERS.iter().copied().find(|pattern| {
            let bare = pattern.trim_end_matches('/');
            let fits = bare
                .strip_prefix('*')
                .map_or(name == bare, |ending| name.len() > ending.len() && name.ends_with(ending));
            fits && is_directory(index, names.len()) == pattern.ends_with('/')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_leftovers_come_with_the_line_that_settles_them() {
        let paths =
            ["src/__pycache__/a.pyc", "lib/__pycache__/b.pyc", ".coverage", "notes.txt"].map(PathBuf::from);
        let said = refusal(&paths, Path::new("/m/repository.git/info/exclude"));
        assert!(said.contains("notes.txt. If that belongs"), "{said}");
        assert!(
            said.contains("`printf '%s\\n' '__pycache__/' '.coverage' >> '/m/repository.git/info/exclude'`"),
            "{said}"
        );
    }

    #[test]
    fn what_may_be_work_is_not_called_a_leftover_and_many_files_are_counted() {
        let paths: Vec<PathBuf> = (0..11).map(|n| format!("f{n}.rs").into()).collect();
        let said = refusal(&paths, Path::new("/x"));
        assert!(said.contains("f7.rs and 3 more.") && said.contains("'NAME/' >> '/x'"), "{said}");
        assert_eq!(pattern_of(Path::new("docs/target")), None, "a file of that name is no directory");
        assert_eq!(pattern_of(Path::new("a/target/")), Some("target/"));
    }
}
