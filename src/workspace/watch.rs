//! Notices that files change: an edited contract, a theme. Nothing wakes up while none does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use super::WorkspaceError;

/// A watch over files and directories, for as long as it lives.
pub struct Watch {
    changes: UnboundedReceiver<Vec<PathBuf>>,
    debounce: Duration,
    /// What changed and was not given out yet: the wait for it may be broken off in between.
    gathered: BTreeSet<PathBuf>,
    _watcher: RecommendedWatcher,
}

/// How long nothing must change before what did is given out.
pub const DEBOUNCE: Duration = Duration::from_millis(200);
/// What changes without a pause is given out after so many times that long.
const PATIENCE: u32 = 5;

/// Watches paths, and directories with all that is below them.
///
/// # Errors
/// When a path does not exist or the system allows no more watches.
pub fn watch(paths: &[&Path], debounce: Duration) -> Result<Watch, WorkspaceError> {
    begin(paths, debounce, RecursiveMode::Recursive)
}

/// Watches what lies in these directories, not what is below it. Where one does not exist yet, the nearest above it is
/// watched, so that its making is noticed.
///
/// # Errors
/// When the system allows no more watches.
pub fn watch_folders(folders: &[&Path], debounce: Duration) -> Result<Watch, WorkspaceError> {
    let there: BTreeSet<&Path> =
        folders.iter().filter_map(|folder| folder.ancestors().find(|above| above.is_dir())).collect();
    let there: Vec<&Path> = there.into_iter().collect();
    begin(&there, debounce, RecursiveMode::NonRecursive)
}

fn begin(paths: &[&Path], debounce: Duration, mode: RecursiveMode) -> Result<Watch, WorkspaceError> {
    let (sender, changes) = unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |result| {
        let paths = changed_paths(result);
        // Nobody listening any more means that the watch is about to be dropped.
        if !paths.is_empty() && sender.send(paths).is_err() {
            tracing::debug!("a file watch has no listener");
        }
    })?;
    for path in paths {
        watcher.watch(path, mode)?;
    }
    Ok(Watch { changes, debounce, gathered: BTreeSet::new(), _watcher: watcher })
}

impl Watch {
    /// The next paths that changed, once they have been left alone for a moment.
    pub async fn changed(&mut self) -> BTreeSet<PathBuf> {
        if self.gathered.is_empty() {
            match self.changes.recv().await {
                Some(paths) => self.gathered.extend(paths),
                // The watcher's thread is gone, so nothing more will come.
                None => std::future::pending().await,
            }
        }
        let latest = Instant::now() + self.debounce * PATIENCE;
        loop {
            let quiet = latest.min(Instant::now() + self.debounce);
            match timeout_at(quiet, self.changes.recv()).await {
                Ok(Some(paths)) => self.gathered.extend(paths),
                Ok(None) | Err(_) => return std::mem::take(&mut self.gathered),
            }
        }
    }
}

/// Reading is no change, though the system reports it.
fn changed_paths(result: notify::Result<Event>) -> Vec<PathBuf> {
    match result {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => Vec::new(),
        Ok(event) => event.paths,
        Err(error) => {
            tracing::warn!(%error, "watching files failed");
            Vec::new()
        }
    }
}
