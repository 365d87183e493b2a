//! git that gives the commit's bytes, whatever agents wrote into the mission's repository.
//!
//! Agents work in worktrees of the mission's repository and may write its configuration, its attributes, its replacement
//! objects and the hidden flags of an index. The engine's own git is armed against all of these: what the person's
//! repository says holds, and what is set beside that holds for agents only.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::WorkspaceError;
use super::git::Git;
use super::worktree::{SPARSE, paths};

/// What the person's repository says about bytes, as the engine read it there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trusted {
    settings: Arc<Vec<(String, OsString)>>,
    attributes: Option<Arc<Vec<u8>>>,
}

/// Settings that decide which bytes are written or compared, with what holds where the person says nothing.
const BYTES: [(&str, &str); 12] = [
    ("core.autocrlf", "false"),
    ("core.eol", "native"),
    ("core.filemode", "true"),
    ("core.symlinks", "true"),
    ("core.attributesfile", "/dev/null"),
    ("core.excludesfile", "/dev/null"),
    ("core.ignorestat", "false"),
    ("core.checkstat", "default"),
    ("core.trustctime", "true"),
    ("core.sparsecheckout", "false"),
    ("lfs.fetchexclude", ""),
    ("lfs.fetchinclude", ""),
];

/// What `git lfs install` sets, wherever it is run.
const LFS: [(&str, &str); 4] = [
    ("filter.lfs.clean", "git-lfs clean -- %f"),
    ("filter.lfs.smudge", "git-lfs smudge -- %f"),
    ("filter.lfs.process", "git-lfs filter-process"),
    ("filter.lfs.required", "true"),
];

/// What git starts when it writes or reads the files of a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Starts {
    /// At most the filter of large files, which takes no program from the repository.
    Nothing,
    /// Filters whose programs may lie in the repository, where agents write them.
    Filters,
}

/// Whether a setting names the program of a filter.
fn is_filter(key: &str) -> bool {
    let named = key.strip_prefix("filter.").and_then(|rest| rest.rsplit_once('.'));
    named.is_some_and(|(_, name)| matches!(name, "clean" | "smudge" | "process"))
}

/// Whether it is what `git lfs install` sets.
fn is_of_lfs(key: &str, value: &OsStr) -> bool {
    LFS.iter().any(|(known, said)| *known == key && value == *said)
}

impl Trusted {
    /// What was carried over from the person's repository.
    pub(super) fn of(settings: Vec<(String, OsString)>, attributes: Option<Vec<u8>>) -> Self {
        Self { settings: Arc::new(settings), attributes: attributes.map(Arc::new) }
    }

    /// The files and folders that its settings name.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        // Missing objects of a partial clone come from the remotes of the person's; one may be a folder.
        let named = |key: &str| {
            matches!(key, "core.excludesfile" | "core.attributesfile")
                || key
                    .strip_prefix("remote.person-")
                    .is_some_and(|rest| rest.rsplit_once('.').is_some_and(|(_, name)| name == "url"))
        };
        let path = |value: &OsString| PathBuf::from(value.to_string_lossy().trim_start_matches("file://"));
        let paths =
            self.settings.iter().filter(move |(key, _)| named(key)).map(move |(_, value)| path(value));
        paths.filter(|path| path.is_absolute())
    }

    /// git in a checkout of the mission's, armed.
    ///
    /// # Errors
    /// When git cannot read the repository's settings.
    pub(super) fn git(&self, common: &Path, directory: &Path) -> Result<(Git, Starts), WorkspaceError> {
        self.restore_attributes(common)?;
        let (mut git, mut starts) = (Git::of_mission(directory), Starts::Nothing);
        let list = ["config", "--null", "--list", "--show-scope"];
        let said = git.run("read the repository's settings", list)?;
        let fields: Vec<&[u8]> = said.split(|byte| *byte == 0).collect();
        let is_sparse = common.join(SPARSE).exists();
        for pair in fields.chunks(2) {
            let [scope, entry] = pair else { continue };
            let end = entry.iter().position(|byte| *byte == b'\n').unwrap_or(entry.len());
            let key = String::from_utf8_lossy(entry.get(..end).unwrap_or_default()).into_owned();
            let value = OsStr::from_bytes(entry.get(end + 1..).unwrap_or(b"true"));
            let is_local = matches!(*scope, b"local" | b"worktree");
            let is_said = !is_local || key == "core.sparsecheckout" && is_sparse || self.says(&key, value);
            let instead = if is_said { None } else { self.instead_of(&key) };
            let holds = instead.as_deref().unwrap_or(value);
            if is_filter(&key) && !holds.is_empty() && !is_of_lfs(&key, holds) {
                starts = Starts::Filters;
            }
            // What the person set for all repositories is not read in a jail.
            let is_kept = !is_local && key.starts_with("filter.");
            if let Some(instead) = instead.or_else(|| is_kept.then(|| value.to_owned())) {
                let mut setting = OsString::from(format!("{key}="));
                setting.push(instead);
                git = git.setting(setting);
            }
        }
        Ok((git, starts))
    }

    /// Whether the person's repository, or `git lfs install`, sets just this.
    fn says(&self, key: &str, value: &OsStr) -> bool {
        self.settings.iter().any(|(known, said)| known == key && said == value) || is_of_lfs(key, value)
    }

    /// What holds in place of a setting that the person's repository does not have so.
    fn instead_of(&self, key: &str) -> Option<OsString> {
        let persons = self.settings.iter().rev().find(|(known, _)| known == key);
        if let Some((_, value)) = persons {
            return Some(value.clone());
        }
        if key.starts_with("filter.") {
            let required = key.ends_with(".required");
            return Some(if required { "false".into() } else { OsString::new() });
        }
        BYTES.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).into())
    }

    /// The attributes that no commit has are the person's, and no graph of commits is kept that an agent may have written.
    fn restore_attributes(&self, common: &Path) -> Result<(), WorkspaceError> {
        for graph in ["objects/info/commit-graph", "objects/info/commit-graphs"] {
            super::worktree::remove_directory(&common.join(graph))?;
        }
        let file = common.join("info/attributes");
        match &self.attributes {
            Some(text) if fs::read(&file).is_ok_and(|present| present == **text) => Ok(()),
            Some(text) => fs::write(&file, text.as_slice()).map_err(WorkspaceError::io("write", &file)),
            None => super::worktree::remove_directory(&file),
        }
    }
}

/// Takes the flags off an index that hide changes from git: *assume unchanged* and *skip worktree*. In a sparse checkout
/// the second is how files are left out.
///
/// # Errors
/// When git cannot read or write the index.
pub(super) fn show_hidden(git: &Git, common: &Path) -> Result<(), WorkspaceError> {
    let doing = "look for hidden changes";
    let listed = git.run(doing, ["ls-files", "-v", "-z"])?;
    let (mut unchanged, mut skipped) = (Vec::new(), Vec::new());
    for entry in paths(&listed) {
        let (Some(tag), Some(path)) = (entry.first(), entry.get(2..)) else { continue };
        let note = |list: &mut Vec<u8>| {
            list.extend_from_slice(path);
            list.push(0);
        };
        if tag.is_ascii_lowercase() {
            note(&mut unchanged);
        }
        if tag.eq_ignore_ascii_case(&b'S') && !common.join(SPARSE).exists() {
            note(&mut skipped);
        }
    }
    for (flag, list) in [("--no-assume-unchanged", unchanged), ("--no-skip-worktree", skipped)] {
        if !list.is_empty() {
            git.clone().input(list).run(doing, ["update-index", flag, "-z", "--stdin"])?;
        }
    }
    Ok(())
}
