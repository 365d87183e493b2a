//! What the programs of a mission may touch: the checkout they work in, what of the mission's repository git needs there,
//! and folders of their own. The mission's directory is out of their reach.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::context::EngineContext;
use super::error::EngineError;
use super::role::OwnPlace;
use crate::domain::command::Command;
use crate::domain::text::Line;
use crate::workspace::Project;
use crate::workspace::sandbox::copy_home;
use crate::workspace::services::DATA_DIR;
use crate::workspace::{Access, Jail, Reach, remove_directory};

/// The variables of an attempt that name folders of its own.
const OWN_FOLDERS: [&str; 2] = [DATA_DIR, "TMPDIR"];

impl EngineContext {
    /// The jail of the programs that work in a directory.
    ///
    /// # Errors
    /// When the folders cannot be made, or there must be a sandbox and this machine has none.
    pub fn jail(&self, dir: &Path, access: Access, own: &[(String, String)]) -> Result<Jail, EngineError> {
        let own_home = OwnPlace::home_beside(own).filter(|_| access == Access::Proof);
        let Some(home) = own_home.filter(|_| self.sandbox.missing().is_ok_and(|missing| missing.is_none()))
        else {
            return self.jail_with_home(self.home(access.word()), dir, access, own);
        };
        if !home.exists() {
            // One at a time: the first of them fills what the others copy.
            let _first = self.set_up.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = self.beginning_of_homes(dir);
            self.jail_with_home(begin.clone(), dir, access, own)?;
            copy_home(&begin, &home)?;
        }
        self.jail_with_home(home, dir, access, own)
    }

    /// The jail of the commands that set a directory up: what they leave in their home, all who work there begin with.
    ///
    /// # Errors
    /// As [`Self::jail`].
    pub fn jail_of_set_up(
        &self,
        dir: &Path,
        access: Access,
        own: &[(String, String)],
    ) -> Result<Jail, EngineError> {
        let home = if access == Access::Proof { self.home_of_set_up(dir) } else { self.home(access.word()) };
        self.jail_with_home(home, dir, access, own)
    }

    /// Takes away what an earlier set-up of a directory left in its home.
    ///
    /// # Errors
    /// When something of it stays.
    pub fn empty_home_of_set_up(&self, dir: &Path) -> Result<(), EngineError> {
        Ok(remove_directory(&self.home_of_set_up(dir))?)
    }

    pub(super) fn home(&self, name: &str) -> PathBuf {
        self.dir.join("home").join(name)
    }

    fn home_of_set_up(&self, dir: &Path) -> PathBuf {
        let inside = dir.strip_prefix(&self.dir).unwrap_or(dir);
        let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        self.home("set-up").join(parts.join("+"))
    }

    /// The home that those who work in a directory begin with: what its set-up left, or one that nobody has worked in.
    fn beginning_of_homes(&self, dir: &Path) -> PathBuf {
        let set_up = self.home_of_set_up(dir);
        if set_up.is_dir() { set_up } else { self.home("unused") }
    }

    fn jail_with_home(
        &self,
        home: PathBuf,
        dir: &Path,
        access: Access,
        own: &[(String, String)],
    ) -> Result<Jail, EngineError> {
        Ok(self.sandbox.jail(&self.reach(home, dir, access, own)?)?)
    }

    /// What programs may touch that work in a directory.
    pub(super) fn reach(
        &self,
        home: PathBuf,
        dir: &Path,
        access: Access,
        own: &[(String, String)],
    ) -> Result<Reach, EngineError> {
        let is_folder = |name: &str| OWN_FOLDERS.contains(&name);
        let folders = own.iter().filter(|(name, _)| is_folder(name)).map(|(_, folder)| PathBuf::from(folder));
        let mut reach = Reach {
            access,
            // What the engine writes there it writes for them to read: a link of theirs would lead it elsewhere.
            reads: vec![dir.to_owned(), self.scratch_of(access)?],
            writes: folders.collect(),
            git: Vec::new(),
            programs: self.browser.found().path().map(Path::to_owned).into_iter().collect(),
            home,
            temporary: self.temporary.path().join(access.word()),
        };
        reach.reads.extend(self.skill_dirs.iter().cloned());
        if access == Access::Proof {
            reach.reads.push(self.beginning_of_homes(dir));
        }
        if access != Access::Read {
            reach.writes.push(dir.to_owned());
        }
        self.repo.reach(dir, &mut reach)?;
        Ok(reach)
    }

    /// Has the mission know whether its programs are sandboxed here.
    ///
    /// # Errors
    /// When the engine is going down, or there must be a sandbox and this machine has none.
    pub async fn note_sandbox(&self) -> Result<(), EngineError> {
        let missing = self.sandbox.missing()?.map(Line::clipped);
        if self.cell.with(|mission| mission.unsandboxed != missing) {
            self.dispatcher.record_if_due(Command::NoteSandbox { missing }).await?;
        }
        Ok(())
    }

    /// Has the mission know which prompts are not the built-in ones, and what the repository brings along and is not used.
    ///
    /// # Errors
    /// When the engine is going down.
    pub async fn note_overrides(&self) -> Result<(), EngineError> {
        let prompts = self.prompts.overrides().into_iter();
        let told =
            prompts.map(|(name, file)| format!("the prompt `{name}` is not the built-in one but {file}"));
        let unused = self.project.iter().flat_map(Project::unused);
        let overrides: Vec<Line> = told.chain(unused).map(Line::clipped).collect();
        if self.cell.with(|mission| mission.overrides != overrides) {
            self.dispatcher.record_if_due(Command::NoteOverrides { overrides }).await?;
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
