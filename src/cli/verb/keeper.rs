//! `keeper` (hidden): the first process of a sandbox, which an engine starts.

use crate::cli::prelude::*;

/// Serves the engine until it is gone. It must be called before this process has threads.
pub fn run() -> Result<Exit> {
    #[cfg(target_os = "linux")]
    crate::workspace::sandbox::keep()?;
    Ok(Exit::Done)
}
