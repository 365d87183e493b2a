//! What a landing is about to change, written down before it does, so that whoever comes after a crash can finish or undo it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::LandPlan;
use crate::workspace::WorkspaceError;

/// The journal's file in a mission's directory. It is there while a landing is under way, and after one that was cut short.
const FILE: &str = "landing.json";

/// The journal of one mission's landing.
#[derive(Debug)]
pub(super) struct Journal {
    file: PathBuf,
}

/// How far a landing is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// The merge is made and proven aside; nothing of the person's has changed.
    Merging { mission: String },
    /// The target and its checkout move.
    Moving(Moving),
}

/// A move of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moving {
    pub(super) mission: String,
    /// The branch.
    pub(super) target: String,
    /// The commits it moves from and to.
    pub(super) before: String,
    pub(super) after: String,
    /// The checkout that is on it and moves with it.
    pub(super) checkout: Option<PathBuf>,
}

impl Journal {
    /// The journal of a mission's directory, whether there is one or not.
    pub(super) fn of(dir: &Path) -> Self {
        Self { file: dir.join(FILE) }
    }

    /// Begins one.
    pub(super) fn begin(dir: &Path, plan: &LandPlan) -> Result<Self, WorkspaceError> {
        let journal = Self::of(dir);
        journal.write(&Stage::Merging { mission: plan.mission.clone() })?;
        Ok(journal)
    }

    /// Writes how far the landing is, and returns when that is on the disk.
    pub(super) fn write(&self, stage: &Stage) -> Result<(), WorkspaceError> {
        let fault = || WorkspaceError::io("write", &self.file);
        let text = serde_json::to_vec_pretty(stage).map_err(|error| fault()(error.into()))?;
        let fresh = self.file.with_extension("new");
        File::create(&fresh)
            .and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&fresh, &self.file))
            .and_then(|()| File::open(self.file.parent().unwrap_or(&self.file))?.sync_all())
            .map_err(fault())
    }

    /// How far it is; `None` when there is none.
    pub(super) fn read(&self) -> Result<Option<Stage>, WorkspaceError> {
        let text = match fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(WorkspaceError::io("read", &self.file)(error)),
        };
        let stage = serde_json::from_slice(&text);
        stage.map(Some).map_err(|error| WorkspaceError::io("read", &self.file)(error.into()))
    }

    /// When it was last written.
    pub(super) fn written(&self) -> Option<SystemTime> {
        fs::metadata(&self.file).and_then(|metadata| metadata.modified()).ok()
    }

    /// Ends it.
    pub(super) fn close(&self) {
        if let Err(error) = fs::remove_file(&self.file)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, file = %self.file.display(), "the journal of a landing stays");
        }
    }
}

/// Whether a landing of the mission in this directory was cut short, or is under way.
pub fn is_cut_short(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Has the journal name the checkout at its new place, when the repository was moved with a landing half done.
///
/// # Errors
/// When it cannot be read or written.
pub fn move_journal(dir: &Path, from: &Path, to: &Path) -> Result<(), WorkspaceError> {
    let journal = Journal::of(dir);
    let Some(Stage::Moving(moving)) = journal.read()? else { return Ok(()) };
    let moved = moving.checkout.as_ref().and_then(|checkout| checkout.strip_prefix(from).ok());
    match moved.map(|below| to.join(below)) {
        Some(checkout) => journal.write(&Stage::Moving(Moving { checkout: Some(checkout), ..moving })),
        None => Ok(()),
    }
}
