//! A text in the person's own editor.

use std::fs;

use anyhow::{Context as _, Result, bail};

use super::context::Context;
use super::fault::misuse;
use crate::workspace::Program;

/// Opens a text in `$VISUAL` or `$EDITOR` and reads what was saved. `name` ends in the suffix that the editor
/// recognises the language by. Where the editor fails, its file is kept.
pub fn edit_text(context: &Context, text: &str, name: &str) -> Result<String> {
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| context.variables.get(name));
    let editor = editor.ok_or_else(|| misuse("no editor is set: set VISUAL or EDITOR"))?;
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let file = std::env::temp_dir().join(format!("flightdeck-{}-{safe}", std::process::id()));
    let named = || format!("failed to use {}", file.display());
    fs::write(&file, text).with_context(named)?;
    let program = Program::shell(format!("{editor} \"$FLIGHTDECK_SHEET\"")).env("FLIGHTDECK_SHEET", &file);
    let exit = program.run_in_foreground()?;
    if !exit.is_success() {
        bail!("the editor ended with {exit}; nothing has changed");
    }
    let saved = fs::read_to_string(&file).with_context(named)?;
    fs::remove_file(&file).with_context(named)?;
    Ok(saved)
}
