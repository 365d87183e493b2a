//! The folder of a running browser, which goes with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::starting::failed;
use crate::instrument::InstrumentError;

/// The folder of one browser: its profile, what it downloaded, what it printed.
pub(super) struct Profile(PathBuf);

impl Profile {
    /// Makes one, and removes what an engine before this one left.
    pub fn make(scratch: &Path) -> Result<Self, InstrumentError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let own = format!("browser-{}-", std::process::id());
        for left in fs::read_dir(scratch).into_iter().flatten().flatten() {
            let name = left.file_name().to_string_lossy().into_owned();
            // What an engine before this one left when it was killed.
            if name.starts_with("browser-") && !name.starts_with(&own) {
                drop(fs::remove_dir_all(left.path()));
            }
        }
        let dir = scratch.join(format!("{own}{}", MADE.fetch_add(1, Ordering::Relaxed)));
        drop(fs::remove_dir_all(&dir));
        let profile = Self(dir);
        fs::create_dir_all(profile.downloads())
            .map_err(|error| failed(&format!("its profile cannot be made: {error}")))?;
        Ok(profile)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// Where downloads are kept.
    pub fn downloads(&self) -> PathBuf {
        self.0.join("downloads")
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // The browser was killed a moment ago; until its last process is gone files may still appear.
        for _ in 0..50 {
            if fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        tracing::debug!(dir = %self.0.display(), "a browser's profile stays until the next one is made");
    }
}
