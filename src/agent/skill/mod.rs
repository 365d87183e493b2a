//! What a repository says to every agent that works in it: its guide (`AGENTS.md`) and its skills.
//!
//! Skills are shown by name and description; a body is read when an agent asks for it. Both are other people's text:
//! bounded, and never read through a link that leaves its directory.

mod guide;
mod library;

pub use guide::{Guide, nearest_guide};
pub use library::{Skill, SkillLibrary};

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads at most `limit` bytes of a regular file that lies inside `root`, links resolved. A longer text says so.
fn read_inside(root: &Path, file: &Path, limit: usize) -> Option<String> {
    let (root, file) = (root.canonicalize().ok()?, file.canonicalize().ok()?);
    if !file.starts_with(root) || !file.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).ok()?.saturating_add(1);
    File::open(file).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    let cut = bytes.len() > limit;
    bytes.truncate(limit);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if cut {
        text.push_str("\n[… the rest of the file is left out …]\n");
    }
    Some(text)
}
