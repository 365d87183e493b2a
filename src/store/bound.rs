//! Small helpers of the file system and of bounded text.

use std::fs::File;
use std::path::Path;

use super::error::StoreError;

/// Puts the names in a directory on the disk: a new file survives a power cut only after that.
pub(super) fn sync_directory(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| StoreError::io(dir, error))
}

/// Shortens a text to at most `most` bytes at a character's boundary and says how much was cut.
pub(super) fn cut(text: &mut String, most: usize) {
    if text.len() <= most {
        return;
    }
    let kept = text.floor_char_boundary(most);
    let missing = text.len() - kept;
    *text = format!("{}\n[… {missing} bytes cut]", &text[..kept]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_falls_between_characters_and_says_what_is_missing() {
        let mut text = "aüüü".to_owned();
        cut(&mut text, 4);
        assert_eq!(text, "aü\n[… 4 bytes cut]");
        let mut short = "aü".to_owned();
        cut(&mut short, 3);
        assert_eq!(short, "aü");
    }
}
