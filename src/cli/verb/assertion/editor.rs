//! An assertion in the person's own editor, as a small TOML file: the same parts as on the command line.

use std::fs;

use anyhow::{Context as _, Result};

use super::wording::WordingArgs;
use crate::cli::context::Context;
use crate::cli::editor::edit_text;
use crate::cli::fault::misuse;
use crate::domain::contract::Assertion;

/// Opens the wording, with the flags' changes already in it, and reads what the person left.
pub(super) fn edited(context: &Context, present: &Assertion, flags: &WordingArgs) -> Result<WordingArgs> {
    if !context.is_interactive() {
        return Err(misuse(
            "an editor needs a terminal; use --title, --statement, --how or --evidence instead",
        ));
    }
    let text = toml::to_string_pretty(&WordingArgs::of(&flags.over(&present.wording)?))?;
    let saved = edit_text(context, &text, &format!("{}.toml", present.id))?;
    toml::from_str(&saved).with_context(|| {
        let kept =
            std::env::temp_dir().join(format!("flightdeck-{}-{}.toml", present.id, std::process::id()));
        let place = fs::write(&kept, &saved).map(|()| kept.display().to_string());
        format!("what you wrote is kept in {}, but it is not understood", place.unwrap_or_default())
    })
}
