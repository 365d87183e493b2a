//! An assertion in the person's own editor, as a small TOML file.

use std::fs;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::wording::{Via, WeightArg, WordingArgs};
use crate::cli::context::Context;
use crate::cli::editor::edit_text;
use crate::cli::fault::misuse;
use crate::domain::contract::{Assertion, Weight};

/// What stands in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    title: String,
    statement: String,
    how: String,
    via: String,
    command: Option<String>,
    evidence: String,
    weight: String,
}

/// Opens the wording, with the flags' changes already in it, and reads what the person left.
///
/// # Errors
/// When no editor is set, it fails, or its file is no longer understood; the file is kept then.
pub(super) fn edited(context: &Context, present: &Assertion, flags: &WordingArgs) -> Result<WordingArgs> {
    if !context.is_interactive() {
        return Err(misuse(
            "an editor needs a terminal; use --title, --statement, --how or --evidence instead",
        ));
    }
    let text = toml::to_string_pretty(&sheet(present, flags))?;
    let saved = edit_text(context, &text, &format!("{}.toml", present.id))?;
    let sheet: Sheet = toml::from_str(&saved).with_context(|| {
        let kept =
            std::env::temp_dir().join(format!("flightdeck-{}-{}.toml", present.id, std::process::id()));
        let place = fs::write(&kept, &saved).map(|()| kept.display().to_string());
        format!("what you wrote is kept in {}, but it is not understood", place.unwrap_or_default())
    })?;
    args(sheet)
}

fn sheet(present: &Assertion, flags: &WordingArgs) -> Sheet {
    let wording = &present.wording;
    let or = |flag: &Option<String>, text: &str| flag.clone().unwrap_or_else(|| text.to_owned());
    let weight = flags.weight.map_or(wording.weight, Weight::from);
    Sheet {
        title: or(&flags.title, wording.title.as_str()),
        statement: or(&flags.statement, wording.statement.as_str()),
        how: or(&flags.how, wording.check.how.as_str()),
        via: flags.via.map_or(wording.check.via, Into::into).word().to_owned(),
        command: flags.command.clone().or_else(|| wording.check.command.as_ref().map(ToString::to_string)),
        evidence: or(&flags.evidence, wording.evidence.as_str()),
        weight: if weight == Weight::Blocking { "blocking" } else { "non-blocking" }.to_owned(),
    }
}

fn args(sheet: Sheet) -> Result<WordingArgs> {
    Ok(WordingArgs {
        title: Some(sheet.title),
        statement: Some(sheet.statement),
        how: Some(sheet.how),
        via: Some(
            Via::from_str(&sheet.via, true)
                .map_err(|_| misuse("`via` must be command, http, terminal or browser"))?,
        ),
        command: sheet.command,
        evidence: Some(sheet.evidence),
        weight: Some(
            WeightArg::from_str(&sheet.weight, true)
                .map_err(|_| misuse("`weight` must be blocking or non-blocking"))?,
        ),
    })
}
