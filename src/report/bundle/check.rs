//! Finding what is not as it was written.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::statement::rests_on;
use super::sums::{LONGEST, hash, hash_file, read};
use super::{Bundle, FACTS, SUMS};
use crate::report::ReportError;

/// How a folder differs from the bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Its bytes are others.
    Changed(String),
    Missing(String),
    Added(String),
    /// It is no plain file: a link, or something stranger.
    NoFile(String),
    /// The file of hashes cannot be read as one.
    Hashes(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "changed: {path}"),
            Self::Missing(path) => write!(f, "missing: {path}"),
            Self::Added(path) => write!(f, "added: {path}"),
            Self::NoFile(path) => write!(f, "no plain file: {path}"),
            Self::Hashes(why) => write!(f, "{SUMS}: {why}"),
        }
    }
}

/// Looks whether every file of a bundle is what it was when it was written, and nothing was added. It needs nothing but
/// the folder.
///
/// # Errors
/// When the folder cannot be read or is no bundle. What differs is no error: it is what was asked.
pub fn check(folder: &Path) -> Result<Result<Bundle, Vec<Difference>>, ReportError> {
    let sums_file = folder.join(SUMS);
    if !fs::symlink_metadata(&sums_file).is_ok_and(|found| found.is_file()) {
        return Err(ReportError::NoBundle { folder: folder.to_owned() });
    }
    let mut text = Vec::new();
    let file = fs::File::open(&sums_file).map_err(ReportError::io("open", &sums_file))?;
    file.take(LONGEST).read_to_end(&mut text).map_err(ReportError::io("read", &sums_file))?;
    let sums = match read(&String::from_utf8_lossy(&text)) {
        Ok(sums) => sums,
        Err(why) => return Ok(Err(vec![Difference::Hashes(why)])),
    };
    let mut there = BTreeSet::new();
    let mut differences = Vec::new();
    walk(folder, "", &mut there, &mut differences)?;
    // Hashes of nothing would be right of any folder.
    if !sums.contains_key(FACTS) {
        differences.push(Difference::Missing(FACTS.to_owned()));
    }
    differences.extend(sums.keys().filter(|path| !there.contains(*path)).cloned().map(Difference::Missing));
    for path in &there {
        match sums.get(path) {
            None if path == SUMS => {}
            None => differences.push(Difference::Added(path.clone())),
            Some(wanted) if hash_file(&folder.join(path))? == *wanted => {}
            Some(_) => differences.push(Difference::Changed(path.clone())),
        }
    }
    // Who changes a file and its line of the hashes has still to change every statement that rests on it.
    for path in there.iter().filter(|path| path.starts_with("statements/")) {
        let statement = fs::read(folder.join(path)).map_err(ReportError::io("read", &folder.join(path)))?;
        for (file, hash) in rests_on(&statement).unwrap_or_default() {
            match sums.get(&file) {
                None => differences.push(Difference::Missing(file)),
                Some(known) if *known == hash => {}
                Some(_) => differences.push(Difference::Changed(file)),
            }
        }
    }
    if differences.is_empty() {
        let bundle = Bundle { folder: folder.to_owned(), files: sums.len(), digest: hash(&text) };
        return Ok(Ok(bundle));
    }
    differences.sort();
    differences.dedup();
    // What is no plain file is said to be that, not that it is missing too.
    let odd: BTreeSet<String> = differences
        .iter()
        .filter_map(|found| match found {
            Difference::NoFile(path) => Some(path.clone()),
            Difference::Changed(_)
            | Difference::Missing(_)
            | Difference::Added(_)
            | Difference::Hashes(_) => None,
        })
        .collect();
    differences.retain(|found| !matches!(found, Difference::Missing(path) if odd.contains(path)));
    Ok(Err(differences))
}

/// The plain files below a folder; links are not followed.
fn walk(
    folder: &Path,
    above: &str,
    there: &mut BTreeSet<String>,
    odd: &mut Vec<Difference>,
) -> Result<(), ReportError> {
    let mut is_empty = true;
    for entry in fs::read_dir(folder).map_err(ReportError::io("read", folder))? {
        let entry = entry.map_err(ReportError::io("read", folder))?;
        is_empty = false;
        let path = format!("{above}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(ReportError::io("look at", &entry.path()))?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), there, odd)?;
        } else if kind.is_file() && entry.file_name().to_str().is_some() {
            there.insert(path);
        } else {
            odd.push(Difference::NoFile(path));
        }
    }
    if is_empty && !above.is_empty() {
        odd.push(Difference::Added(above.to_owned()));
    }
    Ok(())
}
