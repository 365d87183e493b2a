//! Bounded tool output: the beginning and the end are what a reader needs.

use std::collections::BTreeSet;

use super::history::History;
use crate::agent::model::Item;

/// How many of the newest results stay whole when older ones are shortened.
pub(super) const WHOLE_RESULTS: usize = 6;
/// What is left of an older result, in bytes.
const SHORT_RESULT: usize = 1_200;

/// The text itself when it is short enough, else its head and tail with a note of what is missing between them.
pub fn bounded(text: String, limit: usize) -> String {
    bounded_of(text, limit, "")
}

fn bounded_of(text: String, limit: usize, of: &str) -> String {
    if text.len() <= limit {
        return text;
    }
    let head = text.floor_char_boundary(limit * 2 / 3);
    let tail = text.ceil_char_boundary(text.len() - limit / 3);
    let missing = tail - head;
    format!("{}\n[… {missing} bytes left out{of} …]\n{}", &text[..head], &text[tail..])
}

/// The beginning of a text, at most `limit` bytes of it; an ellipsis says that there is more.
pub fn clipped(text: &str, limit: usize) -> String {
    let end = text.floor_char_boundary(limit);
    if end == text.len() { text.to_owned() } else { format!("{}…", &text[..end]) }
}

/// Shortens all but the newest results and those that are kept.
pub(super) fn shorten_results(history: &mut History, kept: &BTreeSet<String>) {
    let mut newer = 0;
    for (item, number) in history.items.iter_mut().zip(&history.numbers).rev() {
        if let Item::ToolResult { output, call_id, .. } = item {
            newer += 1;
            if newer > WHOLE_RESULTS && !kept.contains(call_id) {
                *output = bounded_of(std::mem::take(output), SHORT_RESULT, &format!(" of entry {number}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::model::ResultStatus;

    #[test]
    fn head_and_tail_stay_and_no_letter_is_cut() {
        let text = format!("{}{}{}", "a".repeat(50), "é".repeat(100), "z".repeat(50));
        let short = bounded(text.clone(), 61);
        assert!(short.starts_with('a') && short.ends_with('z') && short.contains("left out"));
        assert_eq!(bounded(text.clone(), text.len()), text);
    }

    #[test]
    fn only_older_results_are_shortened() {
        let result = |id: usize| Item::ToolResult {
            call_id: id.to_string(),
            tool: "read".into(),
            output: "x".repeat(5_000),
            status: ResultStatus::Done,
        };
        let mut history = History::new((0..9).map(result).collect());
        let kept = BTreeSet::from(["0".to_owned()]);
        shorten_results(&mut history, &kept);
        assert!(format!("{:?}", history.items[1]).contains("left out of entry 2"));
        let lengths: Vec<_> = history
            .items
            .iter()
            .map(|item| if let Item::ToolResult { output, .. } = item { output.len() } else { 0 })
            .collect();
        assert_eq!(lengths[0], 5_000, "it is kept");
        assert!(lengths[1..3].iter().all(|length| *length < 1_300), "{lengths:?}");
        assert!(lengths[3..].iter().all(|length| *length == 5_000), "{lengths:?}");
        let again = history.items.clone();
        shorten_results(&mut history, &kept);
        assert!(again.iter().zip(&history.items).skip(3).all(|(before, after)| before == after));
    }
}
