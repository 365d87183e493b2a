//! The guide of a repository.

use std::path::{Path, PathBuf};

use super::read_inside;

/// The most of a guide that an agent is given, in bytes. Longer ones crowd out the work.
const GUIDE_LIMIT: usize = 32 * 1024;
/// The names of a guide, the better one first.
const NAMES: [&str; 2] = ["AGENTS.md", "CLAUDE.md"];

/// What the authors of a repository tell agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    /// Where it was found.
    pub path: PathBuf,
    /// Its text, bounded.
    pub text: String,
}

/// The guide nearest to `directory`, up to and with `root`. In each directory `AGENTS.md` goes before `CLAUDE.md`.
pub fn nearest_guide(root: &Path, directory: &Path) -> Option<Guide> {
    let inside = directory.ancestors().take_while(|ancestor| ancestor.starts_with(root));
    let mut candidates = inside.flat_map(|ancestor| NAMES.map(|name| ancestor.join(name)));
    candidates.find_map(|path| {
        let text = read_inside(root, &path, GUIDE_LIMIT)?;
        (!text.trim().is_empty()).then_some(Guide { path, text })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_wins_and_claude_md_is_the_fallback() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        assert_eq!(nearest_guide(root.path(), &deep), None);
        std::fs::write(root.path().join("AGENTS.md"), "root").unwrap();
        std::fs::write(root.path().join("a/CLAUDE.md"), "claude").unwrap();
        assert_eq!(nearest_guide(root.path(), &deep).unwrap().text, "claude");
        std::fs::write(root.path().join("a/AGENTS.md"), "agents").unwrap();
        assert_eq!(nearest_guide(root.path(), &deep).unwrap().text, "agents");
        assert_eq!(nearest_guide(root.path(), root.path()).unwrap().text, "root");
    }

    #[test]
    fn a_link_out_of_the_repository_is_not_followed_and_length_is_bounded() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), root.path().join("AGENTS.md")).unwrap();
        assert_eq!(nearest_guide(root.path(), root.path()), None);
        std::fs::write(root.path().join("CLAUDE.md"), "é".repeat(40_000)).unwrap();
        let text = nearest_guide(root.path(), root.path()).unwrap().text;
        assert!(text.len() < GUIDE_LIMIT + 100 && text.contains("left out"));
    }
}
