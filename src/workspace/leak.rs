//! Secrets that a worker's commits add. They are looked for before the commits are accepted: what was published once cannot
//! be taken back.

use std::fmt;

use super::git::Git;
use super::secrets::find;
use super::{Checkout, WorkspaceError};

/// Files of more bytes are not read for it.
const LARGEST: &str = "core.bigFileThreshold=64m";

/// Before each commit in git's answer; no text has it.
const NEXT: u8 = 0x1e;

/// Parts of the paths of tests and examples, whose passwords open nothing.
const MADE_UP: [&str; 9] =
    ["test", "spec", "fixture", "example", "sample", "mock", "snapshot", "docs/", "testdata"];

/// A secret in a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The beginning of the commit's id.
    pub commit: String,
    /// File and line, or its message.
    pub place: String,
    /// What it seems to be.
    pub kind: &'static str,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of commit {} holds what looks like a secret ({})", self.place, self.commit, self.kind)
    }
}

impl Checkout {
    /// What looks like a secret in the commits since a base: also in one that a later commit takes out again.
    ///
    /// # Errors
    /// When git cannot read the commits.
    pub fn leaks_since(&self, base: &str) -> Result<Vec<Leak>, WorkspaceError> {
        let git = Git::of_mission(self.dir()).setting(LARGEST);
        let range = format!("{base}..HEAD");
        let format = "--format=%x1e%h%n%B%x00";
        // As text whatever attributes and bytes say, and of merges what they add to each of their parents.
        let log = [
            "log",
            "--patch",
            "--diff-merges=separate",
            "--text",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            format,
            &range,
        ];
        let said = git.run("read the commits", log)?;
        Ok(said.split(|byte| *byte == NEXT).flat_map(leaks_of).collect())
    }
}

/// The leaks of one commit: its id, its message, a zero, its patch.
fn leaks_of(commit: &[u8]) -> Vec<Leak> {
    let text = String::from_utf8_lossy(commit);
    let (message, patch) = text.split_once('\0').unwrap_or((&text, ""));
    let (id, message) = message.split_once('\n').unwrap_or((message, ""));
    let leak = |place: &str, kind| Leak { commit: id.to_owned(), place: place.to_owned(), kind };
    let mut leaks: Vec<Leak> =
        find(message).into_iter().map(|secret| leak("the message", secret.kind)).collect();
    for added in Added::of(patch) {
        let is_made_up = MADE_UP.iter().any(|part| added.path.to_ascii_lowercase().contains(part));
        for secret in find(&added.text).into_iter().filter(|secret| !(secret.is_guess && is_made_up)) {
            let before = added.text[..secret.range.start].matches('\n').count();
            leaks.push(leak(&format!("`{}`, line {}", added.path, added.first + before), secret.kind));
        }
    }
    leaks
}

/// Lines that a patch adds in one place.
#[derive(Debug, Default)]
struct Added {
    path: String,
    first: usize,
    text: String,
}

impl Added {
    fn of(patch: &str) -> Vec<Self> {
        let (mut all, mut file): (Vec<Self>, String) = (Vec::new(), String::new());
        for line in patch.lines() {
            if let Some(named) = line.strip_prefix("+++ ") {
                named.strip_prefix("b/").unwrap_or(named).clone_into(&mut file);
            } else if let Some(place) = line.strip_prefix("@@ ") {
                let first = place.split_once('+').map_or("", |(_, rest)| rest);
                let first = first.split([',', ' ']).next().and_then(|first| first.parse().ok()).unwrap_or(1);
                all.push(Self { path: file.clone(), first, text: String::new() });
            } else if let (Some(text), Some(last)) = (line.strip_prefix('+'), all.last_mut()) {
                last.text.push_str(text);
                last.text.push('\n');
            }
        }
        all
    }
}
