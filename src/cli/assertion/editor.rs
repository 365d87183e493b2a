//! An assertion in the person's own editor, as a small TOML file.

use std::fs;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::wording::{Heft, Via, WordingArgs};
use crate::cli::context::Context;
use crate::cli::fault::misuse;
use crate::domain::contract::{Assertion, Weight};
use crate::workspace::Program;

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
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| context.variables.get(name));
    let editor = editor.ok_or_else(|| misuse("no editor is set: set VISUAL or EDITOR"))?;
    let file = std::env::temp_dir().join(format!("flightdeck-{}-{}.toml", present.id, std::process::id()));
    let named = || format!("failed to use {}", file.display());
    fs::write(&file, toml::to_string_pretty(&sheet(present, flags))?).with_context(named)?;
    let exit = Program::shell(format!("{editor} \"$FLIGHTDECK_SHEET\""))
        .env("FLIGHTDECK_SHEET", &file)
        .run_in_foreground()?;
    if !exit.is_success() {
        bail!("the editor ended with {exit}; nothing has changed");
    }
    let text = fs::read_to_string(&file).with_context(named)?;
    let sheet: Sheet = toml::from_str(&text)
        .with_context(|| format!("what you wrote is kept in {}, but it is not understood", file.display()))?;
    let args = args(sheet)?;
    fs::remove_file(&file).with_context(named)?;
    Ok(args)
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
            Heft::from_str(&sheet.weight, true)
                .map_err(|_| misuse("`weight` must be blocking or non-blocking"))?,
        ),
    })
}
