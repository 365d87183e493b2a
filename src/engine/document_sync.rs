//! Files in the mission's directory that a person may read, and one that they may edit: `contract.md`.
//!
//! They follow the log and are never read back, but for the contract: what a person saves there becomes the same
//! commands, with the same refusals, as an edit in the console.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::domain::command::Command;
use crate::domain::consequence::{ContractChange, consequences};
use crate::domain::document::{contract_changes, write_contract};
use crate::domain::event::Actor;
use crate::domain::mission::Mission;
use crate::workspace::watch::{DEBOUNCE, Watch, watch};

/// Where the files are: apart from the databases, whose every write would wake the watch.
const FOLDER: &str = "documents";
const CONTRACT: &str = "contract.md";
/// Changes of the mission are gathered for this long before the files are written.
const GATHER: Duration = Duration::from_millis(300);

/// Keeps the files of one mission.
pub struct DocumentSync {
    engine: Arc<EngineContext>,
    folder: PathBuf,
    /// The contract as it was last written or taken in.
    known: String,
    /// A saved contract that was refused: it waits for the person to mend it.
    refused: String,
}

impl DocumentSync {
    /// Over what the engine's tasks share.
    pub fn new(engine: Arc<EngineContext>) -> Self {
        let folder = engine.dir.join(FOLDER);
        Self { engine, folder, known: String::new(), refused: String::new() }
    }

    /// Runs until it is stopped. A fault is logged: a mission flies without its documents.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut files = match self.begin() {
            Ok(files) => files,
            Err(error) => {
                tracing::warn!(%error, "the mission's documents are not kept");
                return;
            }
        };
        let mut seq = self.engine.cell.follow();
        // An edit may have been made while no engine ran.
        self.take_in_edits().await;
        self.write().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                // Only a save is looked at, and only once it is over: whatever else happens may fall into the middle of
                // one, and half a contract would read as if the rest had been removed.
                changed = seq.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(GATHER).await;
                    seq.mark_unchanged();
                }
                paths = files.changed() => {
                    if !paths.iter().any(|path| path.ends_with(CONTRACT)) {
                        continue;
                    }
                    self.take_in_edits().await;
                }
            }
            self.write().await;
        }
    }

    fn begin(&mut self) -> Result<Watch, EngineError> {
        fs::create_dir_all(&self.folder).map_err(|error| {
            EngineError::Unfit(format!("failed to make {}: {error}", self.folder.display()))
        })?;
        // By this, an edit that was made while no engine ran differs from a file that was only left over.
        self.known = fs::read_to_string(self.folder.join(".known")).unwrap_or_default();
        Ok(watch(&[&self.folder], DEBOUNCE)?)
    }

    /// A saved contract becomes commands. One that cannot be read, or is refused, stays as the person left it.
    async fn take_in_edits(&mut self) {
        let text = match fs::read_to_string(self.folder.join(CONTRACT)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => return self.warn(&format!("it cannot be read: {error}; nothing was changed")),
        };
        if text == self.known {
            self.refused.clear();
        }
        if text == self.known || text == self.refused || self.known.is_empty() {
            return;
        }
        match self.apply_edits(&text).await {
            Ok(()) => {
                self.refused.clear();
                self.known = text;
            }
            Err(sentence) => {
                self.warn(&sentence);
                self.refused = text;
            }
        }
    }

    /// Sends what a saved contract changes, and says what each change makes of the work that rests on it.
    async fn apply_edits(&self, text: &str) -> Result<(), String> {
        let told = self.engine.cell.with(|mission| {
            let changes = contract_changes(mission, text).map_err(|error| error.to_string())?;
            let tell = |change: ContractChange| {
                let sentence = consequences(mission, &change).sentence();
                (format!("{}: {sentence}", change.assertion()), Command::from(change))
            };
            Ok::<_, String>(changes.into_iter().map(tell).unzip::<_, _, Vec<_>, Vec<_>>())
        });
        let (sentences, commands) = told?;
        if !commands.is_empty() {
            let sent = self.engine.dispatcher.submit(Actor::Person, commands).await;
            sent.map_err(|refused| refused.to_string())?;
            for sentence in &sentences {
                self.warn(sentence);
            }
        }
        Ok(())
    }

    fn warn(&self, sentence: &str) {
        self.engine.feed.warning(format!("{CONTRACT}: {sentence}"));
        tracing::warn!("{CONTRACT}: {sentence}");
    }

    /// Writes what changed. The contract is left alone while an edit of it waits to be mended.
    async fn write(&mut self) {
        let (contract, others) = self.engine.cell.with(|m| (write_contract(m), other_files(m)));
        let (folder, known) = (self.folder.clone(), self.known.clone());
        let wanted = contract.clone();
        let written = blocking(move || {
            let path = folder.join(CONTRACT);
            let present = fs::read(&path).ok();
            // An editor empties a file before it writes: only a missing one holds no edit.
            let untouched = present.as_ref().is_none_or(|found| *found == known.as_bytes());
            if untouched && present.as_deref() != Some(wanted.as_bytes()) {
                replace(&path, &wanted)?;
                replace(&folder.join(".known"), &wanted)?;
            }
            for (name, text) in others {
                let path = folder.join(name);
                if fs::read_to_string(&path).unwrap_or_default() != text {
                    replace(&path, &text)?;
                }
            }
            Ok(untouched)
        });
        match written.await {
            Ok(true) => self.known = contract,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a document was not written"),
        }
    }
}

fn other_files(mission: &Mission) -> Vec<(&'static str, String)> {
    let mut files = vec![("plan.md", crate::domain::document::write_plan(mission))];
    if let Some(environment) = &mission.environment {
        match toml::to_string_pretty(environment) {
            Ok(text) => files.push(("environment.toml", text)),
            Err(error) => tracing::warn!(%error, "the environment was not written"),
        }
    }
    files
}

fn replace(path: &Path, text: &str) -> Result<(), EngineError> {
    let failed = |error| EngineError::Unfit(format!("failed to write {}: {error}", path.display()));
    let temporary = path.with_extension("new");
    fs::write(&temporary, text).map_err(failed)?;
    fs::rename(&temporary, path).map_err(failed)
}
