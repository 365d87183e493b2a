//! Making the mission's own repository.

use std::fs;
use std::path::Path;

use super::RepoPlan;
use crate::workspace::git::Git;
use crate::workspace::worktree::{metadata_below, remove_directory};
use crate::workspace::{Repo, WorkspaceError};

/// Agents commit under no signature, since the key is the person's; no upkeep runs beside them; and the person's own hooks
/// and monitors, which their global configuration may name, are not the mission's.
const SETTINGS: [(&str, &str); 8] = [
    ("core.fsmonitor", "false"),
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("core.logAllRefUpdates", "true"),
    ("include.path", super::carry::FILE),
    ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
];

/// Makes it at a path, or nothing.
pub(super) fn make(path: &Path, person: &Repo, plan: &RepoPlan) -> Result<(), WorkspaceError> {
    let doing = "make the mission's repository";
    let half = path.with_extension("half");
    remove_directory(&half)?;
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(WorkspaceError::io("create", parent))?;
    let git = Git::of_mission(parent);
    // Whatever format the person prefers for new repositories, it must be the one of the objects it borrows.
    let git = git.setting("init.defaultRefFormat=files").setting("init.defaultObjectFormat=sha1");
    git.env("GIT_DEFAULT_HASH", "sha1").run(
        doing,
        ["init".as_ref(), "--quiet".as_ref(), "--bare".as_ref(), "--template=".as_ref(), half.as_os_str()],
    )?;
    for directory in ["hooks", "info"] {
        let directory = half.join(directory);
        fs::create_dir_all(&directory).map_err(WorkspaceError::io("create", &directory))?;
    }
    // Made beforehand, so that a sandbox can hold it: an agent that could write it would redirect the configuration.
    write(&half.join("commondir"), "./\n")?;
    super::carry::borrow_objects(&half, person)?;
    for name in ["info/exclude", "info/attributes", "shallow"] {
        let theirs = person.common_dir()?.join(name);
        if theirs.exists() {
            fs::copy(&theirs, half.join(name)).map_err(WorkspaceError::io("copy", &theirs))?;
        }
    }
    let git = Git::of_mission(&half);
    git.clone().input(refs(person, plan)?).run(doing, ["update-ref", "--stdin"])?;
    git.run(doing, ["symbolic-ref", "HEAD", &format!("refs/heads/{}", plan.branch)])?;
    for (key, value) in SETTINGS {
        git.run(doing, ["config", key, value])?;
    }
    git.run(doing, ["config".as_ref(), "core.hooksPath".as_ref(), path.join("hooks").as_os_str()])?;
    forget_old_worktrees(person, parent)?;
    fs::rename(&half, path).map_err(WorkspaceError::io("put in place", path))
}

/// The refs that it begins with: the mission's branch, where its target stood, and the tags that versions are made from. A
/// mission that an earlier flightdeck flew stands where its branch does.
fn refs(person: &Repo, plan: &RepoPlan) -> Result<String, WorkspaceError> {
    let branch = format!("refs/heads/{}", plan.branch);
    let tip = if plan.head == plan.base { None } else { person.resolve(&branch).ok() };
    let tip = tip.unwrap_or_else(|| plan.head.clone());
    let mut refs = format!(
        "create {branch} {tip}\ncreate refs/remotes/origin/{} {}\ncreate refs/flightdeck/accepted {}\n",
        plan.target, plan.base, plan.head
    );
    let merged = format!("--merged={}", plan.base);
    let tags = Git::of_person(person.root()).run(
        "read the tags",
        ["for-each-ref", &merged, "--format=create %(refname) %(objectname)", "refs/tags"],
    )?;
    refs.push_str(&String::from_utf8_lossy(&tags));
    Ok(refs)
}

/// An earlier flightdeck made its worktrees in the person's repository. The checkouts that are used on are taken over one
/// by one; the others go.
fn forget_old_worktrees(person: &Repo, mission: &Path) -> Result<(), WorkspaceError> {
    for (metadata, directory) in metadata_below(&person.common_dir()?) {
        let used_on = ["checkout", "proof"].iter().any(|name| directory == mission.join(name));
        if directory.starts_with(mission) && !used_on {
            remove_directory(&directory)?;
            remove_directory(&metadata)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), WorkspaceError> {
    fs::write(path, text).map_err(WorkspaceError::io("write", path))
}
