//! Notices that files change: an edited contract, a new prompt.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::WorkspaceError;

/// A watch over files and directories, for as long as it lives.
pub struct Watch {
    changes: UnboundedReceiver<BTreeSet<PathBuf>>,
    _debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
}

/// How long changes are gathered before they are told.
pub const DEBOUNCE: Duration = Duration::from_millis(200);

/// Watches paths, and directories with all that is below them.
///
/// # Errors
/// When a path does not exist or the system allows no more watches.
pub fn watch(paths: &[&Path], debounce: Duration) -> Result<Watch, WorkspaceError> {
    let (sender, receiver) = unbounded_channel();
    let tell = move |result: DebounceEventResult| {
        let changed = changed_paths(result);
        // Nobody listening any more means that the watch is about to be dropped.
        if !changed.is_empty() && sender.send(changed).is_err() {
            tracing::debug!("a file watch has no listener");
        }
    };
    let mut debouncer = new_debouncer(debounce, None, tell)?;
    for path in paths {
        debouncer.watch(path, RecursiveMode::Recursive)?;
    }
    Ok(Watch { changes: receiver, _debouncer: debouncer })
}

impl Watch {
    /// The next paths that changed.
    pub async fn changed(&mut self) -> BTreeSet<PathBuf> {
        match self.changes.recv().await {
            Some(paths) => paths,
            // The watcher's thread is gone, so nothing will ever be told.
            None => std::future::pending().await,
        }
    }
}

/// Reading is no change, though the system tells of it.
fn changed_paths(result: DebounceEventResult) -> BTreeSet<PathBuf> {
    match result {
        Ok(events) => events
            .into_iter()
            .filter(|event| !matches!(event.kind, EventKind::Access(_)))
            .flat_map(|event| event.paths.clone())
            .collect(),
        Err(errors) => {
            for error in errors {
                tracing::warn!(%error, "watching files failed");
            }
            BTreeSet::new()
        }
    }
}
