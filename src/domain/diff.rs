//! Which commits are compared, and what lies between them.

use serde::{Deserialize, Serialize};

use super::attempt::Role;
use super::id::{AttemptId, Commit, FeatureId, MilestoneId};
use super::mission::Mission;
use super::plan::{Feature, FeatureState};
use super::rejection::Rejection;

/// Which two commits are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffScope {
    /// The recorded base against the mission's head.
    Mission,
    /// From before its first feature to after its last.
    Milestone(MilestoneId),
    /// What its accepted attempt built.
    Feature(FeatureId),
    /// What an attempt left, failed ones included.
    Attempt(AttemptId),
    /// Any two.
    Commits { from: Commit, to: Commit },
}

/// A diff, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffDoc {
    pub from: String,
    pub to: String,
    pub files: Vec<DiffFile>,
    /// Lines that were left out because the diff is too long.
    pub omitted_lines: u64,
}

/// One file of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffFile {
    pub path: String,
    /// The path before a rename.
    pub old_path: Option<String>,
    pub change: FileChange,
    pub additions: u32,
    pub deletions: u32,
    pub hunks: Vec<DiffHunk>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    Added,
    #[default]
    Modified,
    Deleted,
    Renamed,
    /// Its content is not text.
    Binary,
}

/// A run of changed lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffHunk {
    pub header: String,
    /// Each line with its mark in front: ` `, `+` or `-`.
    pub lines: Vec<String>,
}

impl DiffDoc {
    /// The diff as git prints it, with a remark where lines were left out.
    pub fn patch(&self) -> String {
        let mut rows: Vec<String> = self.files.iter().flat_map(DiffFile::rows).collect();
        if self.omitted_lines > 0 {
            rows.push(format!("[… {} more lines left out …]", self.omitted_lines));
        }
        rows.iter().flat_map(|row| [row.as_str(), "\n"]).collect()
    }
}

impl DiffFile {
    fn rows(&self) -> Vec<String> {
        let (path, old) = (&self.path, self.old_path.as_ref().unwrap_or(&self.path));
        let mut rows = vec![format!("diff --git a/{old} b/{path}")];
        if self.change == FileChange::Renamed {
            rows.extend([format!("rename from {old}"), format!("rename to {path}")]);
        }
        if self.change == FileChange::Binary {
            rows.push("Binary files differ".to_owned());
        } else if !self.hunks.is_empty() {
            let side = |absent, name| if self.change == absent { "/dev/null".to_owned() } else { name };
            rows.push(format!("--- {}", side(FileChange::Added, format!("a/{old}"))));
            rows.push(format!("+++ {}", side(FileChange::Deleted, format!("b/{path}"))));
        }
        for hunk in &self.hunks {
            rows.push(hunk.header.clone());
            rows.extend(hunk.lines.iter().cloned());
        }
        rows
    }
}

impl Mission {
    /// The two commits that a scope means; the second may be the ref that keeps what a failed attempt left.
    ///
    /// # Errors
    /// When it names nothing, or nothing that has been built yet.
    pub fn diff_range(&self, scope: &DiffScope) -> Result<(String, String), Rejection> {
        let (from, to) = match scope {
            DiffScope::Mission => {
                let base = self.founding.as_ref().map(|founding| &founding.base);
                let no_commit = || Rejection::out_of_turn("the mission has no commit yet");
                base.zip(self.head()).ok_or_else(no_commit)?
            }
            DiffScope::Milestone(id) => {
                let mut built: Vec<Built<'_>> = self.features_of(*id).filter_map(built).collect();
                built.sort_by_key(|built| built.attempt);
                let nothing = || Rejection::out_of_turn(format!("nothing of {id} is built yet"));
                built
                    .first()
                    .map(|first| first.base)
                    .zip(built.last().map(|last| last.head))
                    .ok_or_else(nothing)?
            }
            DiffScope::Feature(id) => {
                let unknown = || Rejection::unknown(format!("there is no feature {id}"));
                let feature = self.feature(*id).ok_or_else(unknown)?;
                let unbuilt = || Rejection::out_of_turn(format!("{id} is not built yet"));
                built(feature).map(|built| (built.base, built.head)).ok_or_else(unbuilt)?
            }
            DiffScope::Attempt(id) => {
                let unknown = || Rejection::unknown(format!("there is no attempt {id}"));
                let attempt = self.attempts.get(id).ok_or_else(unknown)?;
                match self.features.iter().filter_map(built).find(|built| built.attempt == *id) {
                    Some(built) => (built.base, built.head),
                    None if attempt.work.role() != Role::Worker => {
                        let sentence = format!("{id} is no worker's attempt and has changed nothing");
                        return Err(Rejection::out_of_turn(sentence));
                    }
                    None => return Ok((attempt.base.0.clone(), self.kept_ref(*id))),
                }
            }
            DiffScope::Commits { from, to } => (from, to),
        };
        Ok((from.0.clone(), to.0.clone()))
    }

    /// What was built of a feature, each from its base to its head: by its own worker, then by those who mended what was
    /// found about it.
    pub fn built_for(&self, id: FeatureId) -> Vec<(Commit, Commit)> {
        let own = self.feature(id).into_iter();
        let all = own.chain(self.fixes_of(id)).filter_map(built);
        all.map(|built| (built.base.clone(), built.head.clone())).collect()
    }

    /// As [`Self::built_for`], each with the feature whose worker built it.
    pub fn builders_of(&self, id: FeatureId) -> Vec<(FeatureId, Commit, Commit)> {
        let own = self.feature(id).into_iter();
        let all = own.chain(self.fixes_of(id));
        all.filter_map(|feature| built(feature).map(|it| (feature.id, it.base.clone(), it.head.clone())))
            .collect()
    }

    /// The ref under which what a failed attempt left is kept.
    fn kept_ref(&self, attempt: AttemptId) -> String {
        let mission = self.id().map(ToString::to_string).unwrap_or_default();
        format!("refs/flightdeck/{mission}/attempt-{}", attempt.0)
    }
}

/// What an accepted attempt built.
struct Built<'a> {
    attempt: AttemptId,
    base: &'a Commit,
    head: &'a Commit,
}

fn built(feature: &Feature) -> Option<Built<'_>> {
    match &feature.state {
        FeatureState::Built { attempt, base, head, .. } => Some(Built { attempt: *attempt, base, head }),
        FeatureState::Pending | FeatureState::Cancelled { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, change: FileChange, lines: &[&str]) -> DiffFile {
        let hunk = |lines: &[&str]| DiffHunk {
            header: "@@ -1 +1 @@".into(),
            lines: lines.iter().map(ToString::to_string).collect(),
        };
        let hunks = if lines.is_empty() { Vec::new() } else { vec![hunk(lines)] };
        DiffFile { path: path.into(), change, hunks, ..DiffFile::default() }
    }

    #[test]
    fn a_patch_reads_as_git_prints_it() {
        let renamed =
            DiffFile { old_path: Some("old.rs".into()), ..file("new.rs", FileChange::Renamed, &[]) };
        let files = vec![
            file("a.rs", FileChange::Added, &["+one"]),
            file("b.rs", FileChange::Deleted, &["-two"]),
            file("c.rs", FileChange::Modified, &[" three", "-four", "+five"]),
            renamed,
            file("d.png", FileChange::Binary, &[]),
        ];
        let diff = DiffDoc { files, omitted_lines: 7, ..DiffDoc::default() };
        assert_eq!(
            diff.patch(),
            "diff --git a/a.rs b/a.rs\n--- /dev/null\n+++ b/a.rs\n@@ -1 +1 @@\n+one\n\
             diff --git a/b.rs b/b.rs\n--- a/b.rs\n+++ /dev/null\n@@ -1 +1 @@\n-two\n\
             diff --git a/c.rs b/c.rs\n--- a/c.rs\n+++ b/c.rs\n@@ -1 +1 @@\n three\n-four\n+five\n\
             diff --git a/old.rs b/new.rs\nrename from old.rs\nrename to new.rs\n\
             diff --git a/d.png b/d.png\nBinary files differ\n\
             [… 7 more lines left out …]\n"
        );
    }
}
