//! Files in the mission's directory that a person may read: plan, environment and `contract.md`.
//!
//! They follow the log. Only the contract is read back: whoever changed it there, the changes wait for the person to
//! accept them. What a person edits through the console or a verb is a copy of their own and does not come this way.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::domain::command::Command;
use crate::domain::document::{changes_of_file, write_contract};
use crate::domain::mission::Mission;
use crate::workspace::watch::{DEBOUNCE, Watch, watch};

/// Where the files are: apart from the databases, whose every write would wake the watch.
const FOLDER: &str = "documents";
const CONTRACT: &str = "contract.md";
/// Changes of the mission are gathered for this long before the files are written.
const GATHER: Duration = Duration::from_millis(300);

/// Stands above the contract in the file.
const NOTE: &str = "Changes that are saved in this file wait until the person accepts them: `flightdeck proposal list`. They edit the
contract at once with `E` in the console or `flightdeck contract edit`.

";

/// Keeps the files of one mission.
pub struct DocumentSync {
    engine: Arc<EngineContext>,
    folder: PathBuf,
    /// The contract as it was last written.
    known: String,
    /// A changed contract that was looked at, and what came of it.
    seen: Option<(String, Seen)>,
}

/// What came of a changed contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Its changes are proposals, or are settled: the file may be written again once none waits.
    TakenIn,
    /// It cannot be read, or was refused: it stays to be mended.
    Refused,
}

impl DocumentSync {
    /// Over what the engine's tasks share.
    pub fn new(engine: Arc<EngineContext>) -> Self {
        let folder = engine.dir.join(FOLDER);
        Self { engine, folder, known: String::new(), seen: None }
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

    /// A changed contract becomes proposals. One that cannot be read, or is refused, stays as it is.
    async fn take_in_edits(&mut self) {
        let text = match fs::read_to_string(self.folder.join(CONTRACT)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => return self.warn(&format!("it cannot be read: {error}; nothing was changed")),
        };
        if self.known.is_empty() || self.seen.as_ref().is_some_and(|(seen, _)| *seen == text) {
            return;
        }
        let restored = text == self.known;
        match self.propose(&text).await {
            Ok(()) if restored => self.seen = None,
            Ok(()) => self.seen = Some((text, Seen::TakenIn)),
            Err(sentence) => {
                self.warn(&sentence);
                self.seen = Some((text, Seen::Refused));
            }
        }
    }

    /// Proposes what a changed contract asks for; what it asks for no longer is withdrawn.
    async fn propose(&self, text: &str) -> Result<(), String> {
        let changes = self.engine.cell.with(|mission| changes_of_file(mission, &self.known, text));
        let changes = changes.map_err(|error| error.to_string())?;
        let waits = self.engine.cell.with(Mission::has_changed_document);
        if changes.is_empty() && !waits {
            return Ok(());
        }
        let asked = changes.len();
        let sent = self.engine.dispatcher.record(Command::ProposeDocument { changes }).await;
        sent.map_err(|refused| format!("{refused}; nothing was changed"))?;
        if asked == 0 {
            return Ok(());
        }
        if self.engine.cell.with(Mission::has_changed_document) {
            let id = &self.engine.mission;
            self.warn(&format!(
                "it was changed on disk; its changes wait until you accept them: flightdeck proposal list -m {id}"
            ));
        } else {
            self.warn("you have decided on its changes before: the contract stays as it is");
        }
        Ok(())
    }

    fn warn(&self, sentence: &str) {
        self.engine.feed.warning(format!("{CONTRACT}: {sentence}"));
        tracing::warn!("{CONTRACT}: {sentence}");
    }

    /// Writes what changed. The contract is left alone while a change of it waits for the person or is to be mended.
    async fn write(&mut self) {
        let (contract, waits, others) = self.engine.cell.with(|mission| {
            (
                format!("{NOTE}{}", write_contract(mission)),
                mission.has_changed_document(),
                other_files(mission),
            )
        });
        let taken_in = self.seen.as_ref().filter(|(_, seen)| *seen == Seen::TakenIn);
        let settled: Vec<String> = std::iter::once(&self.known)
            .chain(taken_in.map(|(text, _)| text).filter(|_| !waits))
            .cloned()
            .collect();
        let (folder, wanted) = (self.folder.clone(), contract.clone());
        let written = blocking(move || {
            let path = folder.join(CONTRACT);
            let present = fs::read(&path).ok();
            // An editor empties a file before it writes: only a missing one holds no change.
            let untouched =
                present.as_ref().is_none_or(|found| settled.iter().any(|text| *found == text.as_bytes()));
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
            Ok(true) => {
                self.known = contract;
                self.seen = None;
            }
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
