//! What the programs of a mission may touch: the checkout they work in, what of the mission's repository git needs there,
//! and folders of their own. The mission's directory is out of their reach.

use std::path::{Path, PathBuf};

use super::context::EngineContext;
use super::error::EngineError;
use crate::domain::command::Command;
use crate::domain::text::Line;
use crate::workspace::services::DATA_DIR;
use crate::workspace::{Access, Hold, Reach};

/// The variables of an attempt that name folders of its own.
const OWN_FOLDERS: [&str; 2] = [DATA_DIR, "TMPDIR"];

impl EngineContext {
    /// What holds the programs that work in a directory, with the variables that are their own.
    ///
    /// # Errors
    /// When the folders cannot be made, or programs are to be held and this machine cannot.
    pub fn hold(&self, dir: &Path, access: Access, own: &[(String, String)]) -> Result<Hold, EngineError> {
        let is_folder = |name: &str| OWN_FOLDERS.contains(&name);
        let folders = own.iter().filter(|(name, _)| is_folder(name)).map(|(_, folder)| PathBuf::from(folder));
        let mut reach = Reach {
            access,
            reads: vec![dir.to_owned()],
            writes: folders.chain([self.scratch_of(access)?]).collect(),
            home: self.dir.join("home").join(access.word()),
            temporary: self.temporary.path().join(access.word()),
        };
        if access != Access::Read {
            reach.writes.push(dir.to_owned());
        }
        self.repo.reach(dir, &mut reach)?;
        Ok(self.sandbox.hold(&reach)?)
    }

    /// Has the mission know whether its programs are held here.
    ///
    /// # Errors
    /// When the engine is going down, or programs are to be held and this machine cannot.
    pub async fn note_sandbox(&self) -> Result<(), EngineError> {
        let missing = self.sandbox.missing()?.map(Line::clipped);
        if self.cell.with(|mission| mission.unheld != missing) {
            self.dispatcher.record_if_due(Command::NoteSandbox { missing }).await?;
        }
        Ok(())
    }

    /// Where long outputs and logs of an attempt go: what validators run does not read what workers printed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn scratch_of(&self, access: Access) -> Result<PathBuf, EngineError> {
        let scratch = self.scratch_dir().join(access.word());
        std::fs::create_dir_all(&scratch)
            .map_err(|error| EngineError::Unfit(format!("failed to make the scratch directory: {error}")))?;
        Ok(scratch)
    }
}
