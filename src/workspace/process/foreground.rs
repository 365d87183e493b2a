//! Programs that have the person's terminal: an editor.

use super::program::Program;
use super::run::Exit;
use crate::workspace::WorkspaceError;

impl Program {
    /// Runs it to its end on this process's own terminal, with this process's environment.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run_in_foreground(&self) -> Result<Exit, WorkspaceError> {
        let status = self.plain_command().envs(self.environment()).status();
        status.map(Exit::from).map_err(|error| self.start_error(&error))
    }
}
