//! One engine writes one mission: advisory locks that the system drops with the process.
//!
//! The lock that counts is on the mission's directory itself: a file can be deleted and made anew, and then two
//! processes would each hold a lock on "it". `engine.lock` beside it says which process has it, and keeps out engines of
//! a flightdeck that knows no other lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::store::StoreError;

const FILE: &str = "engine.lock";
/// Somebody who only asks whether an engine runs holds the lock for microseconds; an engine does not give up on that.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// The right to write a mission, for as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    dir: PathBuf,
    _directory: File,
    file: Mutex<File>,
}

impl Lock {
    /// Takes the lock and leaves this process's id beside it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the process that has it.
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let directory = File::open(dir).map_err(|error| StoreError::io(dir, error))?;
        match try_lock(&directory) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(dir)),
            // A file system that locks no directories, as some of a network: the file has to do.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the mission's directory cannot be locked; engine.lock alone is");
            }
        }
        let file = Mutex::new(take_file(dir)?);
        Ok(Self { dir: dir.to_owned(), _directory: directory, file })
    }

    /// Puts `engine.lock` back where it was deleted or replaced, so that others see who flies the mission.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process holds the one that is there now.
    pub(super) fn mend(&self) -> Result<(), StoreError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if is_at(&file, &self.dir.join(FILE)) {
            return Ok(());
        }
        *file = take_file(&self.dir)?;
        tracing::warn!("engine.lock was gone or replaced; it is put back");
        Ok(())
    }
}

/// The process that writes a mission now, if one does; 0 when it does not say its id.
pub(super) fn holder(dir: &Path) -> Option<u32> {
    let is_held = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let held = |path: &Path| File::open(path).is_ok_and(is_held);
    (held(dir) || held(&dir.join(FILE))).then(|| pid_in(dir).unwrap_or(0))
}

/// Whether an open file is the one that stands at a path.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

fn take_file(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(FILE);
    let failed = |error| StoreError::io(&path, error);
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = file.map_err(failed)?;
    match try_lock(&file) {
        Ok(()) => write_pid(&mut file).map_err(failed)?,
        Err(TryLockError::WouldBlock) => return Err(locked(dir)),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    Ok(file)
}

fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            done => return done,
        }
    }
    file.try_lock()
}

fn locked(dir: &Path) -> StoreError {
    StoreError::Locked { path: dir.to_owned(), pid: pid_in(dir) }
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn pid_in(dir: &Path) -> Option<u32> {
    let mut text = String::new();
    File::open(dir.join(FILE)).ok()?.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_taker_is_told_who_was_first_and_a_dropped_lock_is_free() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(holder(dir.path()), None);
        let first = Lock::take(dir.path()).unwrap();
        let refused = Lock::take(dir.path()).unwrap_err();
        assert!(matches!(refused, StoreError::Locked { pid: Some(pid), .. } if pid == std::process::id()));
        assert_eq!(holder(dir.path()), Some(std::process::id()));
        drop(first);
        assert_eq!(holder(dir.path()), None);
        assert!(Lock::take(dir.path()).is_ok());
    }

    #[test]
    fn a_deleted_or_replaced_file_lets_nobody_in_and_is_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let first = Lock::take(dir.path()).unwrap();
        for replacement in [None, Some("77\n")] {
            fs::remove_file(&path).unwrap();
            if let Some(text) = replacement {
                fs::write(&path, text).unwrap();
            }
            assert!(matches!(Lock::take(dir.path()), Err(StoreError::Locked { .. })), "{replacement:?}");
            assert!(holder(dir.path()).is_some(), "{replacement:?}");
            first.mend().unwrap();
            assert_eq!(holder(dir.path()), Some(std::process::id()), "{replacement:?}");
        }
    }

    #[test]
    fn an_older_flightdeck_that_holds_the_file_alone_keeps_us_out() {
        let dir = tempfile::tempdir().unwrap();
        let older = take_file(dir.path()).unwrap();
        assert!(matches!(Lock::take(dir.path()), Err(StoreError::Locked { .. })));
        drop(older);
        assert!(Lock::take(dir.path()).is_ok());
    }
}
