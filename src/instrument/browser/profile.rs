//! The folder of a running browser, which goes with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::starting::failed;
use crate::instrument::InstrumentError;

/// The folder of one browser: its profile and what it downloaded. What it printed stands where it cannot lead it elsewhere.
pub(super) struct Profile {
    dir: PathBuf,
    log: PathBuf,
}

impl Profile {
    /// Makes one in a folder, with a log in another, and removes what an engine before this one left.
    pub fn make(profiles: &Path, logs: &Path) -> Result<Self, InstrumentError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let own = format!("browser-{}-", std::process::id());
        for left in fs::read_dir(profiles).into_iter().flatten().flatten() {
            let name = left.file_name().to_string_lossy().into_owned();
            // What an engine before this one left when it was killed.
            if name.starts_with("browser-") && !name.starts_with(&own) {
                drop(fs::remove_dir_all(left.path()));
            }
        }
        let name = format!("{own}{}", MADE.fetch_add(1, Ordering::Relaxed));
        let dir = profiles.join(&name);
        drop(fs::remove_dir_all(&dir));
        let log = if profiles == logs { dir.join("browser.log") } else { logs.join(name + ".log") };
        let profile = Self { dir, log };
        fs::create_dir_all(profile.downloads())
            .map_err(|error| failed(&format!("its profile cannot be made: {error}")))?;
        Ok(profile)
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where what it prints is kept.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Where downloads are kept.
    pub fn downloads(&self) -> PathBuf {
        self.dir.join("downloads")
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.log));
        // The browser was killed a moment ago; until its last process is gone files may still appear.
        for _ in 0..50 {
            if fs::remove_dir_all(&self.dir).is_ok() || !self.dir.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        tracing::debug!(dir = %self.dir.display(), "a browser's profile stays until the next one is made");
    }
}
