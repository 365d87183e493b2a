//! A landing that was cut short is finished where git had done all but the last step, and undone otherwise.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::journal::{Journal, Moving, Stage};
use super::person::{self, paths};
use super::stale;
use super::target::{Touched, TouchedKind, touched};
use super::{LandPlace, clear};
use crate::workspace::WorkspaceError;

/// Where files go that a landing found neither as they were nor as they were to be.
const RESCUED: &str = "landing-rescued";
/// Paths in one command.
const AT_ONCE: usize = 200;

/// What became of a landing that was cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// There was none.
    Nothing,
    /// The target stands where it was to: what is left is to record it, and then [`forget`].
    Landed { target: String, commit: String },
    /// Everything of the person's is as it was before. `rescued` are files of theirs that were changed in between, or
    /// written in part; they stand there as they were found.
    Undone { rescued: Option<PathBuf> },
    /// The person moved the target meanwhile, and it is theirs.
    Overtaken { target: String },
}

/// Finishes or undoes a landing that was cut short.
///
/// # Errors
/// [`WorkspaceError::GitAtWork`] while a git of that landing, or of the person's, is still at work; whatever git says. The journal
/// stays then, and the next call tries again.
pub fn recover(place: &LandPlace) -> Result<Recovered, WorkspaceError> {
    let journal = Journal::of(&place.dir);
    let moving = match journal.read()? {
        None => return Ok(Recovered::Nothing),
        Some(Stage::Merging { mission }) => {
            clear(place, &mission);
            journal.close();
            return Ok(Recovered::Undone { rescued: None });
        }
        Some(Stage::Moving(moving)) => moving,
    };
    stale::remove_locks(&place.person, &moving, journal.written())?;
    let recovered = match standing(place, &moving)? {
        Standing::After => Recovered::Landed { target: moving.target, commit: moving.after },
        Standing::Elsewhere => {
            journal.close();
            Recovered::Overtaken { target: moving.target }
        }
        Standing::Before if is_written(&moving)? => {
            finish(place, &moving)?;
            Recovered::Landed { target: moving.target, commit: moving.after }
        }
        Standing::Before => {
            let rescued = undo(place, &moving)?;
            clear(place, &moving.mission);
            journal.close();
            Recovered::Undone { rescued }
        }
    };
    Ok(recovered)
}

/// Forgets a landing whose end is recorded.
pub fn forget(place: &LandPlace) {
    let journal = Journal::of(&place.dir);
    if let Ok(Some(Stage::Moving(moving))) = journal.read() {
        clear(place, &moving.mission);
    }
    journal.close();
}

/// Where the target stands.
enum Standing {
    Before,
    /// At the merge, or later.
    After,
    Elsewhere,
}

fn standing(place: &LandPlace, moving: &Moving) -> Result<Standing, WorkspaceError> {
    let git = person::git(place.person.root());
    let name = format!("refs/heads/{}^{{commit}}", moving.target);
    let now = git.outcome(["rev-parse", "--verify", "--quiet", &name])?;
    let now = String::from_utf8_lossy(&now.output).trim().to_owned();
    if now == moving.before {
        return Ok(Standing::Before);
    }
    let contains = git.outcome(["merge-base", "--is-ancestor", &moving.after, &now])?;
    Ok(if contains.exit.is_success() { Standing::After } else { Standing::Elsewhere })
}

/// Whether git had written files and index, and only the branch had not followed.
fn is_written(moving: &Moving) -> Result<bool, WorkspaceError> {
    let Some(directory) = moving.checkout.as_ref().filter(|directory| directory.is_dir()) else {
        return Ok(false);
    };
    let touched = touched(directory, &moving.before, &moving.after)?;
    let arguments = ["diff-index", "--cached", "--name-only", "-z", "--no-renames", &moving.before];
    let listed = person::git(directory).run("read the index", arguments)?;
    let staged: BTreeSet<PathBuf> = paths(&listed).collect();
    Ok(touched.iter().all(|file| staged.contains(&file.path)))
}

fn finish(place: &LandPlace, moving: &Moving) -> Result<(), WorkspaceError> {
    let name = format!("refs/heads/{}", moving.target);
    let reason = format!("flightdeck: land {}", moving.mission);
    let update = ["update-ref", "-m", &reason, &name, &moving.after, &moving.before];
    person::git(place.person.root()).run("move the target branch", update).map(drop)
}

/// Puts the files back that git had written before it was cut short. The index is still the old one.
fn undo(place: &LandPlace, moving: &Moving) -> Result<Option<PathBuf>, WorkspaceError> {
    let Some(directory) = moving.checkout.as_ref().filter(|directory| directory.is_dir()) else {
        return Ok(None);
    };
    let git = person::git(directory);
    let arguments = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules"];
    let listed = git.run("look for changes in the checkout", arguments)?;
    let differing: BTreeSet<PathBuf> = paths(&listed).collect();
    let listed = git.run("read the index", ["ls-files", "-z"])?;
    let known: BTreeSet<PathBuf> = paths(&listed).collect();
    let (mut restored, mut rescued): (Vec<PathBuf>, Option<PathBuf>) = (Vec::new(), None);
    for file in touched(directory, &moving.before, &moving.after)? {
        let found = directory.join(&file.path);
        let is_there = fs::symlink_metadata(&found).is_ok_and(|found| !found.is_dir());
        let (is_known, differs) = (known.contains(&file.path), differing.contains(&file.path));
        if file.kind == TouchedKind::Submodule || (is_known && !differs) {
            continue;
        }
        if is_there && !is_as_merged(directory, &file)? {
            let at = place.dir.join(RESCUED);
            move_to(&found, &at.join(&file.path))?;
            rescued = Some(at);
        } else if is_there {
            fs::remove_file(&found).map_err(WorkspaceError::io("remove", &found))?;
        }
        if is_known {
            restored.push(file.path);
        } else {
            remove_empty_parents(directory, &file.path);
        }
    }
    for some in restored.chunks(AT_ONCE) {
        let mut arguments: Vec<OsString> =
            ["checkout-index", "--force", "--quiet", "--"].map(OsString::from).into();
        arguments.extend(some.iter().map(OsString::from));
        git.run("restore the checkout", arguments)?;
    }
    if !restored.is_empty() {
        // Only what git remembers of the files' times; a failure costs it a look at each of them.
        let refreshed = git.outcome(["update-index", "--quiet", "--refresh"])?;
        tracing::debug!(exit = %refreshed.exit, "the index was refreshed");
    }
    Ok(rescued)
}

/// Whether the file is as the merge wants it: then git wrote it, and nothing of the person's is lost with it.
fn is_as_merged(directory: &Path, file: &Touched) -> Result<bool, WorkspaceError> {
    let found = directory.join(&file.path);
    let git = person::git(directory);
    if found.is_symlink() {
        let text = fs::read_link(&found).map_err(WorkspaceError::io("read", &found))?;
        let text = text.into_os_string().into_encoded_bytes();
        let blob = git.input(text).line("hash a link", ["hash-object", "--stdin"])?;
        return Ok(blob == file.blob);
    }
    let arguments: [OsString; 3] = ["hash-object".into(), "--".into(), file.path.clone().into()];
    let outcome = git.outcome(arguments)?;
    Ok(outcome.exit.is_success() && String::from_utf8_lossy(&outcome.output).trim() == file.blob)
}

fn move_to(from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let fault = || WorkspaceError::io("keep", from);
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(fault())?;
    // The mission's directory may be on another disk.
    fs::copy(from, to).map_err(fault())?;
    fs::remove_file(from).map_err(fault())
}

fn remove_empty_parents(top: &Path, path: &Path) {
    let parents = path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    for parent in parents {
        // One that holds something is not git's alone.
        if fs::remove_dir(top.join(parent)).is_err() {
            return;
        }
    }
}
