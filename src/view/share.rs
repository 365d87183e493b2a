//! How much of what was written is tests, counted in the lines that a diff adds.

use std::path::Path;

use crate::domain::diff::{DiffDoc, DiffFile, FileChange};
use crate::view::style_role::StyleRole;

use super::row::Row;

/// Endings of files that are no code: texts, data, what tools write.
const NO_CODE: &[&str] =
    &["md", "txt", "lock", "json", "toml", "yaml", "yml", "csv", "svg", "snap", "html", "xml", "ini", "cfg"];

/// Added lines of code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TestShare {
    pub tests: u64,
    /// Tests and everything else.
    pub all: u64,
}

/// Counts the lines that a diff adds. A file is of the tests when its name, or a folder it is in, says so; of a Rust file
/// what follows the mark of its tests.
pub fn test_share(diff: &DiffDoc) -> TestShare {
    let mut share = TestShare::default();
    for file in diff.files.iter().filter(|file| is_code(file)) {
        let added = u64::from(file.additions);
        share.all += added;
        share.tests += if is_test(&file.path) { added } else { tests_within(file) };
    }
    share
}

fn tests_within(file: &DiffFile) -> u64 {
    if Path::new(&file.path).extension().is_none_or(|ending| ending != "rs") {
        return 0;
    }
    let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
    let tests = lines.skip_while(|line| line.get(1..).is_none_or(|line| line.trim() != "#[cfg(test)]"));
    tests.filter(|line| line.starts_with('+')).count() as u64
}

fn is_code(file: &DiffFile) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    file.change != FileChange::Binary && !ending.is_empty() && !NO_CODE.contains(&ending)
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part.to_ascii_lowercase().contains("test"))
}

/// The line under the forecast, with a bar: `tests  ███░░░░░  412 of 1230 added lines of code  33%`.
pub fn share_row(share: TestShare, room: usize) -> Row {
    if share.all == 0 {
        return Row::of(StyleRole::Dim, "no code was added yet");
    }
    let cells = room.saturating_sub(54).clamp(8, 40) as u64;
    let filled = usize::try_from(share.tests * cells / share.all).unwrap_or(0);
    let rest = usize::try_from(cells).unwrap_or(0).saturating_sub(filled);
    Row::of(StyleRole::Dim, "tests in the code  ")
        .then(StyleRole::Accent, "█".repeat(filled))
        .then(StyleRole::Faint, "░".repeat(rest))
        .end(StyleRole::Dim, format!("{} of {} added lines  ", share.tests, share.all))
        .end(StyleRole::Text, format!("{}%", share.tests * 100 / share.all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diff::DiffHunk;

    fn file(path: &str, additions: u32) -> DiffFile {
        DiffFile { path: path.into(), additions, ..DiffFile::default() }
    }

    #[test]
    fn tests_are_known_by_their_path_and_texts_do_not_count() {
        let files = vec![
            file("src/login.rs", 60),
            file("tests/login.rs", 20),
            file("web/page.test.js", 15),
            file("app/test_login.py", 5),
            file("README.md", 900),
            file("Cargo.lock", 900),
            file("LICENSE", 20),
        ];
        let share = test_share(&DiffDoc { files, ..DiffDoc::default() });
        assert_eq!(share, TestShare { tests: 40, all: 100 });
        assert!(share_row(share, 80).plain().ends_with("40 of 100 added lines  40%"));
    }

    #[test]
    fn the_tests_of_a_rust_file_stand_at_its_end() {
        let lines = ["+fn a() {}", " ", "+#[cfg(test)]", "+mod tests {", "-gone", "+}"].map(str::to_owned);
        let hunk = DiffHunk { header: String::new(), lines: lines.into() };
        let files = vec![DiffFile { hunks: vec![hunk], ..file("src/a.rs", 4) }];
        assert_eq!(test_share(&DiffDoc { files, ..DiffDoc::default() }), TestShare { tests: 3, all: 4 });
    }
}
