//! Asking the person on the terminal.

use std::io;

use anyhow::{Context as _, Result};

use super::context::{Context, write};
use super::fault::misuse;
use super::print::Printable;

/// Asks for a yes. Where nobody can be asked, only `--yes` is one.
pub fn confirm(context: &Context, question: &str) -> Result<Confirmation> {
    if !context.is_interactive() {
        return Err(misuse("nobody can be asked here; add --yes to go ahead"));
    }
    write(&Printable::from(format!("{question} [y/N] ")))?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("failed to read the answer")?;
    Ok(if matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Confirmation::Yes
    } else {
        Confirmation::No
    })
}

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    Yes,
    No,
}
