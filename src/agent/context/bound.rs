//! Bounded tool output: the beginning and the end are what a reader needs.

use crate::agent::model::Item;

/// How many of the newest results stay whole when older ones are shortened.
const WHOLE_RESULTS: usize = 6;
/// What is left of an older result, in bytes.
const SHORT_RESULT: usize = 1_200;

/// The text itself when it is short enough, else its head and tail with a note of what is missing between them.
pub fn bounded(text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let head = text.floor_char_boundary(limit * 2 / 3);
    let tail = text.ceil_char_boundary(text.len() - limit / 3);
    let missing = tail - head;
    format!("{}\n[… {missing} bytes left out …]\n{}", &text[..head], &text[tail..])
}

/// The beginning of a text, at most `limit` bytes of it; an ellipsis says that there is more.
pub fn clipped(text: &str, limit: usize) -> String {
    let end = text.floor_char_boundary(limit);
    if end == text.len() { text.to_owned() } else { format!("{}…", &text[..end]) }
}

/// Shortens all but the newest results.
pub fn shorten_results(items: &mut [Item]) {
    let mut newer = 0;
    for item in items.iter_mut().rev() {
        if let Item::ToolResult { output, .. } = item {
            newer += 1;
            if newer > WHOLE_RESULTS {
                *output = bounded(std::mem::take(output), SHORT_RESULT);
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
        let mut items: Vec<_> = (0..8).map(result).collect();
        shorten_results(&mut items);
        let lengths: Vec<_> = items
            .iter()
            .map(|item| if let Item::ToolResult { output, .. } = item { output.len() } else { 0 })
            .collect();
        assert!(lengths[..2].iter().all(|length| *length < 1_300), "{lengths:?}");
        assert!(lengths[2..].iter().all(|length| *length == 5_000), "{lengths:?}");
        let again = items.clone();
        shorten_results(&mut items);
        assert!(again.iter().zip(&items).skip(2).all(|(before, after)| before == after));
    }
}
