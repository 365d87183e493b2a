//! Making the merge, by git itself and with the person's settings, in a worktree that holds next to nothing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::person::{self, paths};
use super::target::Target;
use super::{LandPlace, LandPlan, MERGE};
use crate::workspace::WorkspaceError;
use crate::workspace::git::Git;

/// The worktree has only what tells git how files are merged, whatever of the person's checkout is sparse; and a merge that
/// fails leaves no memory of itself.
const SETTINGS: [&str; 4] = [
    "core.sparseCheckout=true",
    "core.sparseCheckoutCone=false",
    "index.sparse=false",
    "rerere.enabled=false",
];
const WITH: &str = ".gitattributes\n";

/// Options of `branch.<name>.mergeoptions` that say how a merge is made. Others say what becomes of it, which a landing knows.
const KEPT_OPTIONS: [&str; 10] = [
    "--ff",
    "--no-ff",
    "--strategy=",
    "--strategy-option=",
    "--signoff",
    "-S",
    "--gpg-sign",
    "--no-gpg-sign",
    "--verify-signatures",
    "--log",
];

/// How the target comes to a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It has nothing that the mission lacks, and moves forward.
    Forward,
    Merge,
}

impl Kind {
    /// The hooks that git would have run.
    pub(super) fn hooks(self) -> &'static [&'static str] {
        match self {
            Self::Forward => &["post-merge", "reference-transaction"],
            Self::Merge => &[
                "pre-merge-commit",
                "prepare-commit-msg",
                "commit-msg",
                "post-merge",
                "reference-transaction",
            ],
        }
    }
}

/// Makes sure that the person's repository has the commit, wherever its branch is by now.
pub(super) fn bring_in(place: &LandPlace, plan: &LandPlan) -> Result<(), WorkspaceError> {
    let git = Git::of_person(place.person.root());
    let object = format!("{}^{{commit}}", plan.commit);
    if git.outcome(["cat-file", "-e", &object])?.exit.is_success() {
        return Ok(());
    }
    let from = place.own.git_dir();
    let fetch: [OsString; 6] = [
        "fetch".into(),
        "--quiet".into(),
        "--no-tags".into(),
        "--no-write-fetch-head".into(),
        from.into(),
        plan.commit.clone().into(),
    ];
    git.run("fetch the commit of the final gate", fetch).map(drop)
}

/// The commit that the target becomes: the mission's own where the target has nothing that it lacks, else a merge.
///
/// # Errors
/// [`WorkspaceError::NothingToLand`], [`WorkspaceError::Conflict`], [`WorkspaceError::Unmerged`].
pub(super) fn merge(place: &LandPlace, plan: &LandPlan, target: &Target) -> Result<String, WorkspaceError> {
    let root = place.person.root();
    if is_ancestor(root, &plan.commit, &target.commit)? {
        let (branch, target) = (plan.branch.clone(), plan.target.clone());
        return Err(WorkspaceError::NothingToLand { branch, target });
    }
    let options = options(place, plan)?;
    if moves_forward(&options) && is_ancestor(root, &target.commit, &plan.commit)? {
        return Ok(plan.commit.clone());
    }
    let made = in_a_worktree(place, plan, target, &options);
    if let Err(error) = remove_worktree(place) {
        tracing::warn!(%error, "the worktree of a merge stays behind");
    }
    made
}

fn in_a_worktree(
    place: &LandPlace,
    plan: &LandPlan,
    target: &Target,
    options: &[String],
) -> Result<String, WorkspaceError> {
    const DOING: &str = "merge the mission's commit";
    let directory = place.dir.join(MERGE);
    remove_worktree(place)?;
    let git = |at: &PathBuf| SETTINGS.iter().fold(person::git(at), |git, setting| git.setting(*setting));
    let mut add: Vec<OsString> =
        ["worktree", "add", "--quiet", "--detach", "--no-checkout"].map(OsString::from).into();
    add.extend([directory.clone().into(), target.commit.clone().into()]);
    git(&place.person.root().to_owned()).run(DOING, add)?;
    let info = person::git_dir(&directory)?.join("info");
    fs::create_dir_all(&info)
        .and_then(|()| fs::write(info.join("sparse-checkout"), WITH))
        .map_err(WorkspaceError::io("write to", &info))?;
    let (name, email) = place.person.identity();
    let git = git(&directory).setting(format!("user.name={name}")).setting(format!("user.email={email}"));
    git.run(DOING, ["read-tree", "-m", "-u", "HEAD"])?;
    let message = format!("Land flightdeck mission {}: {}", plan.mission, plan.title);
    let mut merge = vec!["merge", "--quiet", "--no-stat", "--no-edit", "-m", &message];
    merge.extend(options.iter().map(String::as_str));
    merge.push(&plan.commit);
    let outcome = git.outcome(merge)?;
    if outcome.exit.is_success() {
        return git.line(DOING, ["rev-parse", "HEAD"]);
    }
    let unmerged = git.run(DOING, ["diff", "--name-only", "-z", "--diff-filter=U"])?;
    let files: Vec<PathBuf> = paths(&unmerged).collect();
    let commit = plan.commit.get(..12).unwrap_or(&plan.commit).to_owned();
    if files.is_empty() {
        let said = outcome.git_words();
        let signs = git.outcome(["config", "--type=bool", "--get", "commit.gpgSign"])?.output == b"true\n";
        let is_about_signing =
            signs && ["sign", "gpg", "write commit"].iter().any(|word| said.contains(word));
        return Err(if is_about_signing {
            WorkspaceError::Unsigned { said, commit }
        } else {
            WorkspaceError::Unmerged { said }
        });
    }
    let directory = target.checkout.clone().unwrap_or_else(|| place.person.root().to_owned());
    Err(WorkspaceError::Conflict { files, directory, target: plan.target.clone(), commit })
}

/// Removes the worktree of a merge and git's note of it; that there is none is fine.
pub(super) fn remove_worktree(place: &LandPlace) -> Result<(), WorkspaceError> {
    let directory = place.dir.join(MERGE);
    match fs::remove_dir_all(&directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(WorkspaceError::io("remove", &directory)(error));
        }
        _ => {}
    }
    let git = person::git(place.person.root());
    let listed = git.line("look for the worktree of a merge", ["worktree", "list", "--porcelain"])?;
    // git tells the real path of a directory; that of one which is gone follows from its parent's.
    let real = place.dir.canonicalize().unwrap_or_else(|_| place.dir.clone()).join(MERGE);
    let known = listed.lines().filter_map(|line| line.strip_prefix("worktree ")).map(PathBuf::from);
    for known in known.filter(|known| *known == real || *known == directory) {
        let mut remove: Vec<OsString> =
            ["worktree", "remove", "--force", "--force"].map(OsString::from).into();
        remove.push(known.into());
        git.run("remove the worktree of a merge", remove)?;
    }
    Ok(())
}

/// How a merge into the target was made.
pub(super) fn kind(plan: &LandPlan, merged: &str) -> Kind {
    if plan.commit == merged { Kind::Forward } else { Kind::Merge }
}

/// Commits that stand on the mission's branch after the one that lands.
pub(super) fn left_behind(place: &LandPlace, plan: &LandPlan) -> Vec<String> {
    let mut notes = Vec::new();
    let gits = [Git::of_mission(place.own.git_dir()), Git::of_person(place.person.root())];
    for git in gits {
        let range = format!("{}..refs/heads/{}", plan.commit, plan.branch);
        let count = git.line("count later commits", ["rev-list", "--count", &range]).unwrap_or_default();
        let short = plan.commit.get(..7).unwrap_or(&plan.commit);
        let what = match count.as_str() {
            "" | "0" => continue,
            "1" => "1 commit that the final gate did not see; it".to_owned(),
            more => format!("{more} commits that the final gate did not see; they"),
        };
        let note = format!("{} has {what} did not land: `git log {short}..{}`", plan.branch, plan.branch);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// What the person's settings say of merges into the target.
fn options(place: &LandPlace, plan: &LandPlan) -> Result<Vec<String>, WorkspaceError> {
    let git = person::git(place.person.root());
    let read = |key: &str| -> Result<String, WorkspaceError> {
        Ok(String::from_utf8_lossy(&git.outcome(["config", "--get", key])?.output).trim().to_owned())
    };
    let mut options = Vec::new();
    match read("merge.ff")?.as_str() {
        "false" | "no" | "off" | "0" => options.push("--no-ff".to_owned()),
        "only" => options.push("--ff-only".to_owned()),
        _ => {}
    }
    let of_branch = read(&format!("branch.{}.mergeoptions", plan.target))?;
    let kept = |word: &&str| KEPT_OPTIONS.iter().any(|option| word.starts_with(option));
    options.extend(of_branch.split_whitespace().filter(kept).map(str::to_owned));
    Ok(options)
}

/// Whether a target without commits of its own moves forward: the last word on it counts.
fn moves_forward(options: &[String]) -> bool {
    options.iter().rev().find(|word| word.contains("-ff")).is_none_or(|word| word != "--no-ff")
}

fn is_ancestor(root: &Path, earlier: &str, later: &str) -> Result<bool, WorkspaceError> {
    let outcome = Git::of_person(root).outcome(["merge-base", "--is-ancestor", earlier, later])?;
    match outcome.exit {
        crate::workspace::Exit::Code(0) => Ok(true),
        crate::workspace::Exit::Code(1) => Ok(false),
        _ => Err(outcome.git_fault("compare the target with the mission")),
    }
}
