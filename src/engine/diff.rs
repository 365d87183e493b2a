//! Which two commits a scope means, and their difference in the link's words.

use crate::domain::diff::{DiffDoc, DiffFile, DiffHunk, DiffScope, FileChange};
use crate::domain::id::{AttemptId, Commit, FeatureId, MilestoneId};
use crate::domain::mission::Mission;
use crate::domain::plan::FeatureState;
use crate::domain::rejection::Rejection;
use crate::engine::error::EngineError;
use crate::workspace::Repo;
use crate::workspace::diff::{Change, Content, FileDiff, Hunk, diff};

/// The two commits that a scope means.
///
/// # Errors
/// When it names nothing, or nothing that has been built yet.
pub(super) fn ends(mission: &Mission, scope: &DiffScope) -> Result<(String, String), Rejection> {
    match scope {
        DiffScope::Mission => {
            let base = mission.founding.as_ref().map(|founding| &founding.base);
            match (base, mission.head()) {
                (Some(base), Some(head)) => Ok((base.0.clone(), head.0.clone())),
                _ => Err(Rejection::out_of_turn("the mission has no commit yet")),
            }
        }
        DiffScope::Milestone(id) => of_milestone(mission, *id),
        DiffScope::Feature(id) => of_feature(mission, *id),
        DiffScope::Attempt(id) => of_attempt(mission, *id),
        DiffScope::Commits { from, to } => Ok((from.0.clone(), to.0.clone())),
    }
}

fn of_feature(mission: &Mission, id: FeatureId) -> Result<(String, String), Rejection> {
    let feature =
        mission.feature(id).ok_or_else(|| Rejection::unknown(format!("there is no feature {id}")))?;
    match &feature.state {
        FeatureState::Built { base, head, .. } => Ok((base.0.clone(), head.0.clone())),
        FeatureState::Pending | FeatureState::Cancelled { .. } => {
            Err(Rejection::out_of_turn(format!("{id} is not built, so there is no diff")))
        }
    }
}

/// From the base of its first built feature to the head of its last.
fn of_milestone(mission: &Mission, id: MilestoneId) -> Result<(String, String), Rejection> {
    let mut built: Vec<(AttemptId, &Commit, &Commit)> = mission
        .features_of(id)
        .filter_map(|feature| match &feature.state {
            FeatureState::Built { attempt, base, head, .. } => Some((*attempt, base, head)),
            FeatureState::Pending | FeatureState::Cancelled { .. } => None,
        })
        .collect();
    built.sort_by_key(|(attempt, ..)| *attempt);
    match (built.first(), built.last()) {
        (Some((_, base, _)), Some((_, _, head))) => Ok((base.0.clone(), head.0.clone())),
        _ => Err(Rejection::out_of_turn(format!("nothing of {id} is built yet"))),
    }
}

/// What an accepted attempt built, or what a failed one left under its ref.
fn of_attempt(mission: &Mission, id: AttemptId) -> Result<(String, String), Rejection> {
    let attempt =
        mission.attempts.get(&id).ok_or_else(|| Rejection::unknown(format!("there is no attempt {id}")))?;
    let built = mission.features.iter().find_map(|feature| match &feature.state {
        FeatureState::Built { attempt, base, head, .. } if *attempt == id => Some((base, head)),
        _ => None,
    });
    if let Some((base, head)) = built {
        return Ok((base.0.clone(), head.0.clone()));
    }
    let mission = mission.id().map(ToString::to_string).unwrap_or_default();
    Ok((attempt.base.0.clone(), format!("refs/flightdeck/{mission}/attempt-{}", id.0)))
}

/// The difference between two commits.
///
/// # Errors
/// When git knows one of them not.
pub(super) fn between(repo: &Repo, from: &str, to: &str) -> Result<DiffDoc, EngineError> {
    let found = diff(repo, from, to)?;
    Ok(DiffDoc {
        from: repo.resolve(from)?,
        to: repo.resolve(to)?,
        files: found.files.into_iter().map(file).collect(),
        omitted_lines: u64::try_from(found.left_out_lines).unwrap_or(u64::MAX),
    })
}

fn file(file: FileDiff) -> DiffFile {
    let (hunks, text) = match file.content {
        Content::Text { hunks, .. } => (hunks.into_iter().map(hunk).collect(), Some(file.change)),
        Content::Binary => (Vec::new(), None),
    };
    let change = match text {
        None => FileChange::Binary,
        Some(Change::Added) => FileChange::Added,
        Some(Change::Modified) => FileChange::Modified,
        Some(Change::Deleted) => FileChange::Deleted,
        Some(Change::Renamed) => FileChange::Renamed,
    };
    DiffFile {
        path: file.path,
        old_path: file.old_path,
        change,
        additions: u32::try_from(file.additions).unwrap_or(u32::MAX),
        deletions: u32::try_from(file.deletions).unwrap_or(u32::MAX),
        hunks,
    }
}

fn hunk(hunk: Hunk) -> DiffHunk {
    let lines = hunk.lines.into_iter().map(|line| format!("{}{}", line.kind.sign(), line.text)).collect();
    DiffHunk { header: hunk.header, lines }
}
