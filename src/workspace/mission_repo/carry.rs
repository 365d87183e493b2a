//! What of the person's repository its own copy needs: where the objects are, and the settings without which files would
//! be read or written wrongly. It is looked at each time an engine starts, since the person may have changed it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::workspace::git::Git;
use crate::workspace::trusted::Trusted;
use crate::workspace::worktree::{SPARSE, remove_directory};
use crate::workspace::{Repo, WorkspaceError};

/// The file of the settings that were carried over, which the repository's configuration includes: what is set in the
/// repository itself, by an agent's tool for example, is not touched.
pub(super) const FILE: &str = "carried.config";

/// Whole sections: who commits, filters and what they need, merge drivers, encodings.
const SECTIONS: &[&str] = &["user", "filter", "lfs", "merge", "i18n"];

/// Of `core`, what decides how a file is stored or written. Hooks, monitors, editors and keys stay the person's.
const CORE: &[&str] = &[
    "filemode",
    "ignorecase",
    "precomposeunicode",
    "protecthfs",
    "protectntfs",
    "symlinks",
    "autocrlf",
    "eol",
    "safecrlf",
    "checkroundtripencoding",
    "attributesfile",
    "excludesfile",
    "bigfilethreshold",
    "longpaths",
];

/// The person's remotes are carried as `person-<name>`: missing objects of a partial clone, and large files, come from
/// there.
const REMOTE: &[&str] = &["url", "promisor", "partialclonefilter"];

/// Where a push goes that an agent tries: nowhere, with a reason in git's own error.
const NO_PUSH: &str = "flightdeck-brings-the-branch-over-itself";

/// What some filters keep in the git directory and cannot do without.
const FILTER_STATE: &[&str] = &["git-crypt"];

/// What one agent puts in an object's place, or writes into a graph of commits, another one's git does not take for what
/// was committed.
const GENUINE: [(&str, &str); 2] = [("core.commitgraph", "false"), ("core.usereplacerefs", "false")];

type Setting = (String, OsString);

/// Brings everything up to date.
pub(super) fn carry(own: &Path, person: &Repo) -> Result<Trusted, WorkspaceError> {
    borrow_objects(own, person)?;
    carry_sparse(own, person)?;
    for name in FILTER_STATE {
        let (theirs, link) = (person.common_dir()?.join(name), own.join(name));
        if theirs.is_dir() && !link.exists() {
            std::os::unix::fs::symlink(&theirs, &link).map_err(WorkspaceError::io("link", &link))?;
        }
    }
    let half = own.join("carried.half");
    remove_directory(&half)?;
    let git = Git::of_mission(own);
    let settings = settings(person)?;
    for (key, value) in &settings {
        let arguments: [&OsStr; 6] = [
            "config".as_ref(),
            "--file".as_ref(),
            half.as_os_str(),
            "--add".as_ref(),
            key.as_ref(),
            value.as_os_str(),
        ];
        git.run("carry the repository's settings over", arguments)?;
    }
    fs::rename(&half, own.join(FILE)).map_err(WorkspaceError::io("put in place", &own.join(FILE)))?;
    Ok(Trusted::of(settings, fs::read(person.common_dir()?.join("info/attributes")).ok()))
}

/// Lets it read the person's objects where they are.
pub(super) fn borrow_objects(own: &Path, person: &Repo) -> Result<(), WorkspaceError> {
    let mut theirs = person.common_dir()?.join("objects").into_os_string().into_vec();
    theirs.push(b'\n');
    let file = own.join("objects/info/alternates");
    if fs::read(&file).is_ok_and(|present| present == theirs) {
        return Ok(());
    }
    let parent = own.join("objects/info");
    fs::create_dir_all(&parent).map_err(WorkspaceError::io("create", &parent))?;
    fs::write(&file, theirs).map_err(WorkspaceError::io("write", &file))
}

/// Which part of a sparse checkout the person has; the mission's worktrees have the same.
fn carry_sparse(own: &Path, person: &Repo) -> Result<(), WorkspaceError> {
    let (git, file) = (Git::of_person(person.root()), own.join(SPARSE));
    let is = |key: &str| -> Result<bool, WorkspaceError> {
        Ok(git.outcome(["config", "--type=bool", key])?.output.starts_with(b"true"))
    };
    if !is("core.sparseCheckout")? {
        return remove_directory(&file);
    }
    let mut text =
        if is("core.sparseCheckoutCone")? { b"--cone\n".to_vec() } else { b"--no-cone\n".to_vec() };
    text.extend(git.run("read the sparse checkout", ["sparse-checkout", "list"])?);
    fs::write(&file, text).map_err(WorkspaceError::io("write", &file))
}

/// What is carried over, and the person's repository as a remote.
fn settings(person: &Repo) -> Result<Vec<Setting>, WorkspaceError> {
    let common = person.common_dir()?;
    let list = ["config", "--local", "--includes", "--null", "--list"];
    let all = Git::of_person(person.root()).run("read the repository's settings", list)?;
    let mut carried: Vec<Setting> = vec![
        ("remote.origin.url".to_owned(), common.clone().into_os_string()),
        ("remote.origin.pushurl".to_owned(), NO_PUSH.into()),
    ];
    carried.extend(GENUINE.map(|(key, value)| (key.to_owned(), value.into())));
    for entry in all.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        let end = entry.iter().position(|byte| *byte == b'\n');
        // A key without a value is true.
        let value = end.map_or(&b"true"[..], |end| &entry[end + 1..]);
        let key = String::from_utf8_lossy(&entry[..end.unwrap_or(entry.len())]).into_owned();
        carried.extend(carried_as(&key, OsStr::from_bytes(value), person, &common));
    }
    if carried.iter().any(|(key, _)| key == "remote.person-origin.url") {
        carried.push(("remote.lfsdefault".to_owned(), "person-origin".into()));
    }
    Ok(carried)
}

/// A setting as it is carried over, if it is.
fn carried_as(key: &str, value: &OsStr, person: &Repo, common: &Path) -> Vec<Setting> {
    let (section, rest) = key.split_once('.').unwrap_or((key, ""));
    let (subsection, name) = rest.rsplit_once('.').unwrap_or(("", rest));
    if section == "remote" && REMOTE.contains(&name) && !subsection.is_empty() {
        let remote = format!("remote.person-{subsection}");
        let mut carried = vec![(format!("{remote}.{name}"), address(name, value, person.root()))];
        if name == "url" {
            carried.push((format!("{remote}.pushurl"), NO_PUSH.into()));
        }
        return carried;
    }
    if key == "lfs.storage" {
        return vec![(key.to_owned(), common.join(value).into_os_string())];
    }
    let wanted =
        SECTIONS.contains(&section) && key != "user.signingkey" || section == "core" && CORE.contains(&name);
    if wanted { vec![(key.to_owned(), value.to_owned())] } else { Vec::new() }
}

/// A remote's address, made absolute where it is a path beside the person's checkout.
fn address(name: &str, value: &OsStr, root: &Path) -> OsString {
    let path = PathBuf::from(value);
    let relative = name == "url" && (path.starts_with("..") || value.as_bytes().starts_with(b"./"));
    if relative { root.join(path).into_os_string() } else { value.to_owned() }
}
