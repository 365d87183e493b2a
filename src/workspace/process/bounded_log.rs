//! A log that does not fill the disk, whatever a program prints: its newest part stays, in two files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes of one file of the two.
const MOST: u64 = 4 * 1024 * 1024;

/// A log that is being written.
#[derive(Debug)]
pub(super) struct BoundedLog {
    path: PathBuf,
    file: File,
    written: u64,
    most: u64,
}

impl BoundedLog {
    /// A new log, with the directories above it.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Self::of(path, MOST)
    }

    fn of(path: &Path, most: u64) -> io::Result<Self> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        match fs::remove_file(older(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        Ok(Self { path: path.to_owned(), file: open(path)?, written: 0, most })
    }

    /// Adds to it. When a file is full, it takes the place of the one before.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.written >= self.most {
            fs::rename(&self.path, older(&self.path))?;
            self.file = open(&self.path)?;
            self.written = 0;
        }
        self.written = self.written.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.file.write_all(bytes)
    }
}

/// Where the part before the newest one is.
pub(super) fn older(log: &Path) -> PathBuf {
    let mut name = log.file_name().unwrap_or_default().to_owned();
    name.push(".older");
    log.with_file_name(name)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).write(true).truncate(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_part_stays_and_the_rest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("logs/web.log");
        let mut log = BoundedLog::of(&path, 100).unwrap();
        for number in 0..1000 {
            log.write(format!("{number:09}\n").as_bytes()).unwrap();
        }
        let size = |path: &Path| fs::metadata(path).unwrap().len();
        assert_eq!((size(&path), size(&older(&path))), (100, 100));
        let newest = fs::read_to_string(&path).unwrap();
        assert!(newest.ends_with("000000999\n") && newest.starts_with("000000990\n"), "{newest}");
        BoundedLog::create(&path).unwrap();
        assert!(!older(&path).exists() && size(&path) == 0, "a new log begins empty");
    }
}
