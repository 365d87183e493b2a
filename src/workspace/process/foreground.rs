//! Programs that have the person's terminal: an editor.

use std::process::Command;

use super::program::Program;
use super::run::Exit;
use crate::workspace::WorkspaceError;

impl Program {
    /// Runs it to its end on this process's own terminal, with this process's environment.
    ///
    /// # Errors
    /// When it cannot be started.
    #[expect(clippy::disallowed_methods, reason = "this room is the one that starts programs")]
    pub fn run_in_foreground(&self) -> Result<Exit, WorkspaceError> {
        let argv = self.argv();
        let (command, arguments) = argv.split_first().ok_or_else(|| WorkspaceError::Start {
            program: self.command_line().to_owned(),
            reason: "it has no name".to_owned(),
        })?;
        let status = Command::new(command)
            .args(arguments)
            .current_dir(self.directory())
            .envs(self.environment())
            .status()
            .map_err(|error| self.start_error(&error))?;
        Ok(Exit::from(status))
    }
}
