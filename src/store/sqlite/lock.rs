//! One engine writes one mission: an advisory lock on `engine.lock`, which the system drops with the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
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
    _file: File,
}

impl Lock {
    /// Takes the lock and leaves this process's id in it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the process that has it.
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(FILE);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(|error| StoreError::io(&path, error))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    write_pid(&mut file).map_err(|error| StoreError::io(&path, error))?;
                    return Ok(Self { _file: file });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(StoreError::io(&path, error)),
            }
        }
        Err(StoreError::Locked { path: dir.to_owned(), pid: read_pid(&mut file) })
    }
}

/// The process that writes a mission now, if one does; 0 when it has not said its id yet.
pub(super) fn holder(dir: &Path) -> Option<u32> {
    let path: PathBuf = dir.join(FILE);
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read_pid(&mut file).unwrap_or(0)),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
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
}
