//! Why a report or a bundle cannot be made or is not what it was.

use std::io;
use std::path::{Path, PathBuf};

/// Why a report or a bundle cannot be made or is not what it was.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("failed to set out the report: {0}")]
    Template(#[from] minijinja::Error),
    #[error("failed to write the test report: {0}")]
    Junit(#[from] quick_junit::SerializeError),
    #[error("failed to write JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("failed to {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is there already: name a folder that does not exist yet", .0.display())]
    FolderExists(PathBuf),
    #[error("{} is no bundle: it has no file {}", folder.display(), super::bundle::SUMS)]
    NoBundle { folder: PathBuf },
}

impl ReportError {
    /// The error of an operation on a path, for `map_err`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
