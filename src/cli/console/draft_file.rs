//! Where the drafts of a mission's consoles are kept between two of them.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cli::prelude::*;
use crate::domain::id::MissionId;
use crate::tui::drafts::{DraftChange, Drafts, Kept};

/// The file of one mission's drafts; none while no mission is shown, or only its record.
#[derive(Debug, Clone, Default)]
pub struct DraftFile(Option<PathBuf>);

impl DraftFile {
    /// The file of a mission.
    pub fn of(context: &Context, mission: &MissionId) -> Self {
        Self(Some(context.home.state.join("drafts").join(format!("{mission}.json"))))
    }

    /// What was kept. A file that cannot be read is left as it is, and the person is told.
    pub fn read(&self) -> Drafts {
        if self.0.is_none() {
            return Drafts::default();
        }
        match self.kept() {
            Ok(kept) => Drafts::kept(kept),
            Err(error) => Drafts::lost(format!("{error:#}")),
        }
    }

    /// Takes changes in. Two consoles of a mission share the file: each changes only what was written in it.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn take(&self, changes: Vec<DraftChange>) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let mut kept = self.kept()?;
        kept.apply(changes);
        let failed = || format!("failed to write {}", path.display());
        if kept.is_empty() {
            return match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).with_context(failed),
                _ => Ok(()),
            };
        }
        let directory = path.parent().unwrap_or(path);
        std::fs::create_dir_all(directory).with_context(failed)?;
        // Written beside it first, readable by the person alone: what was kept before is not lost half way.
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        let mut options = OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o600).open(&beside).with_context(failed)?;
        file.write_all(&serde_json::to_vec_pretty(&kept)?).with_context(failed)?;
        file.sync_all().and_then(|()| std::fs::rename(&beside, path)).with_context(failed)
    }

    fn kept(&self) -> Result<Kept> {
        let Some(path) = &self.0 else { return Ok(Kept::default()) };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Kept::default()),
            Err(error) => return Err(error).with_context(|| format!("failed to read {}", path.display())),
        };
        serde_json::from_slice(&bytes).with_context(|| {
            format!("{} is no list of drafts; move it away to begin without them", path.display())
        })
    }
}
