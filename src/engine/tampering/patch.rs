//! The lines that show a suspicion, marked as a diff marks them.

use similar::TextDiff;

/// Lines that are shown of one change.
const MOST: usize = 24;
/// Characters of one line.
const WIDEST: usize = 160;

/// What differs between two pieces of a file.
pub fn of<S: AsRef<str>>(path: &str, before: &[S], after: &[S]) -> String {
    let text = |lines: &[S]| lines.iter().flat_map(|line| [line.as_ref(), "\n"]).collect::<String>();
    let (before, after) = (text(before), text(after));
    let diff = TextDiff::from_lines(&before, &after);
    let mut rows: Vec<String> = vec![path.to_owned()];
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line: String = change.value().trim_end().chars().take(WIDEST).collect();
            rows.push(format!("{}{line}", change.tag()));
        }
    }
    let more = rows.len().saturating_sub(MOST + 1);
    rows.truncate(MOST + 1);
    if more > 0 {
        rows.push(format!("[… {more} more lines …]"));
    }
    rows.join("\n") + "\n"
}
