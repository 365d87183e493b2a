//! The file of hashes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::report::ReportError;

/// The hash of each file by its path in the bundle, with `/` between folders.
pub(super) type Sums = BTreeMap<String, String>;

/// Bytes of a file of hashes at most.
pub(super) const LONGEST: u64 = 16 << 20;

/// The SHA-256 of a file in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub(super) fn hash_file(path: &Path) -> Result<String, ReportError> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path).map_err(ReportError::io("open", path))?;
    io::copy(&mut file, &mut HashWriter(&mut hasher)).map_err(ReportError::io("read", path))?;
    Ok(hex::encode(hasher.finalize()))
}

/// The SHA-256 of bytes in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// As `sha256sum` writes it.
pub(super) fn written(sums: &Sums) -> String {
    sums.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect::<Vec<_>>().concat()
}

/// Reads it strictly: a line that is not of its form, or a path that is named twice or leads out of the bundle, is given
/// as an error.
pub(super) fn read(text: &str) -> Result<Sums, String> {
    let mut sums = Sums::new();
    for line in text.lines() {
        let odd = || format!("no line of hashes: {}", line.chars().take(80).collect::<String>());
        let (hash, path) = line.split_once("  ").ok_or_else(odd)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let stays = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_hash || !stays || sums.insert(path.to_owned(), hash.to_owned()).is_some() {
            return Err(odd());
        }
    }
    Ok(sums)
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
