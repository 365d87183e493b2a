//! Asking whether what a repository brings along may be used, with what it would change.

use serde::Serialize;

use super::context::{Context, Repository, print};
use super::person::{Confirmation, confirm};
use super::prelude::*;
use super::print::Printable;
use crate::config::{Settings, hooks_of};
use crate::view::text::plural;
use crate::workspace::project::{PROJECT_HOOKS, PROJECT_PROMPTS, PROJECT_SETTINGS};
use crate::workspace::{Project, ProjectFile};

/// A file that a repository brings along, and what it would change.
#[derive(Debug, Serialize)]
pub struct Wish {
    #[serde(flatten)]
    pub file: ProjectFile,
    /// Each in a sentence.
    pub changes: Vec<String>,
    /// Why it cannot be used as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// All that the repository of this directory wants.
///
/// # Errors
/// When a file of it cannot be read.
pub fn wishes(context: &Context, project: &Project) -> Result<Vec<Wish>> {
    let wish = |file: ProjectFile| {
        let (changes, fault) = match changes(context, project, &file) {
            Ok(changes) => (changes, None),
            Err(error) => (Vec::new(), Some(super::fault::sentence(&error))),
        };
        Wish { file, changes, fault }
    };
    Ok(project.files()?.into_iter().map(wish).collect())
}

/// A page of wishes.
pub fn page(wishes: &[Wish]) -> Printable {
    let told = wishes.iter().flat_map(|Wish { file, changes, fault }| {
        let why = file.standing.why_unused();
        let state = why.map_or_else(|| "used".to_owned(), |why| format!("not used: {why}"));
        let state = format!("{}  {state}", file.name);
        let changes = changes.iter().map(|change| format!("  {change}"));
        let fault = fault.iter().map(|fault| format!("  cannot be used: {fault}"));
        std::iter::once(state).chain(changes).chain(fault).collect::<Vec<_>>()
    });
    Printable::lines(told.map(|line| Printable::from(one_line(&line))))
}

/// A text whose own lines cannot be taken for lines of ours.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}'], " ⏎ ")
}

/// Asks once for what nobody was asked about yet, where somebody can be asked; else it is a note.
///
/// # Errors
/// When the answer cannot be read or written down.
pub fn ask_once(context: &Context, talks: bool) -> Result<()> {
    let Some(project) = context.project(Repository::OfThisDirectory) else { return Ok(()) };
    let open: Vec<Wish> = match wishes(context, &project) {
        Ok(wishes) => wishes.into_iter().filter(|wish| wish.file.is_open()).collect(),
        Err(error) => return print(format!("note: {}", super::fault::sentence(&error))),
    };
    if open.is_empty() {
        return Ok(());
    }
    if !talks {
        let notes = open.iter().filter_map(|wish| wish.file.unused()).map(|unused| format!("note: {unused}"));
        return print(Printable::lines(notes.map(Printable::from)));
    }
    print(
        Printable::from("This repository brings along what would steer flightdeck here:\n").then(page(&open)),
    )?;
    let is_trusted = ask(context, &open)? == Confirmation::Yes;
    decide(&project, &open, is_trusted)
}

/// Asks whether files may be used as they are.
pub fn ask(context: &Context, wishes: &[Wish]) -> Result<Confirmation> {
    confirm(context, &format!("Use {} of it?", plural(wishes.len(), "file")))
}

/// Writes down what was said. What cannot be used is not trusted either.
pub fn decide(project: &Project, wishes: &[Wish], is_trusted: bool) -> Result<()> {
    let of = |sound: bool| -> Vec<ProjectFile> {
        wishes.iter().filter(|wish| wish.fault.is_none() == sound).map(|wish| wish.file.clone()).collect()
    };
    project.decide(&of(true), is_trusted)?;
    if !is_trusted {
        project.decide(&of(false), false)?;
    }
    Ok(())
}

fn changes(context: &Context, project: &Project, file: &ProjectFile) -> Result<Vec<String>> {
    let path = project.root().join(&file.name);
    Ok(match &*file.name {
        PROJECT_SETTINGS => {
            let sources = context.sources(Repository::At(project.root()), Vec::new());
            settings_changes(&sources.load_with(None)?, &sources.load_with(Some(file))?)
        }
        PROJECT_HOOKS => {
            let rules = hooks_of(&file.text, &path)?;
            let told = rules.commands().map(|(when, command)| {
                format!(
                    "runs as you, outside of every sandbox, and may decide as you do, at {when}: {command} (what that starts may \
                     change without a question)"
                )
            });
            told.collect()
        }
        name => match name.strip_prefix(PROJECT_PROMPTS).and_then(|name| name.strip_suffix(".md")) {
            Some(prompt) => {
                let prompt = prompt.trim_start_matches('/');
                let lines = plural(file.text.lines().count(), "line");
                vec![format!("is what agents are told in place of the prompt `{prompt}`, {lines}")]
            }
            None => vec![format!(
                "is a skill that agents are offered, {}",
                plural(file.text.lines().count(), "line")
            )],
        },
    })
}

/// Each setting that would be another one, with what holds now.
fn settings_changes(now: &Settings, then: &Settings) -> Vec<String> {
    let held = |key: &str| {
        let set = now.origins().find(|set| set.key == key);
        set.map_or_else(|| "nothing".to_owned(), |set| set.value.to_string())
    };
    let changed = then.origins().map(|set| (&set.key, set.value.to_string(), held(&set.key)));
    let told = changed.filter(|(_, value, held)| value != held).map(|(key, value, held)| {
        let yours = if value.contains('$') { " (the value of your variable goes there)" } else { "" };
        format!("sets `{key}` to {value}{yours}; now it is {held}")
    });
    told.collect()
}
