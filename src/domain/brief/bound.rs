//! How long accounts are kept short: what is newest stays whole, what is older keeps its first line.

/// Characters of a first line.
const HEAD: usize = 160;
/// First lines that are kept; of what is older still, only the number is said.
const HEADS: usize = 40;

/// Entries, oldest first, as one text. The newest ones are whole as far as they fit into `room` bytes, and the last one
/// is whole in any case; each older one is its first line.
pub(super) fn newest_whole(entries: &[String], room: usize) -> String {
    let mut left = room;
    let fits = |entry: &&String| {
        let fits = entry.len() <= left || left == room;
        left = left.saturating_sub(entry.len());
        fits
    };
    let whole = entries.iter().rev().take_while(fits).count();
    let (older, newest) = entries.split_at(entries.len() - whole);
    let untold = older.len().saturating_sub(HEADS);
    let mut text = String::new();
    if untold > 0 {
        text += &format!("({untold} older ones are left out)\n");
    }
    for entry in older.iter().skip(untold) {
        text += &head(entry);
    }
    text + &newest.concat()
}

/// The first line of an entry, marked where something is cut.
fn head(entry: &str) -> String {
    let first = entry.lines().next().unwrap_or_default();
    let kept: String = first.chars().take(HEAD).collect();
    let cut = if kept.len() < entry.trim_end().len() { " …" } else { "" };
    format!("{kept}{cut}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_whole_and_the_older_keep_their_first_line() {
        let entries: Vec<String> = (1..=3).map(|n| format!("you said: {n}\nand more of {n}\n")).collect();
        let all = newest_whole(&entries, 1_000);
        assert_eq!(all, entries.concat());
        let some = newest_whole(&entries, 60);
        assert_eq!(some, format!("you said: 1 …\n{}{}", entries[1], entries[2]));
    }

    #[test]
    fn the_last_is_whole_whatever_its_size_and_the_text_is_bounded() {
        let mut entries: Vec<String> = (1..=100).map(|n| format!("{n} {}\n", "x".repeat(500))).collect();
        entries.push(format!("the last word {}\n", "y".repeat(5_000)));
        let text = newest_whole(&entries, 1_000);
        assert!(text.ends_with(&entries[100]));
        assert!(text.starts_with("(60 older ones are left out)\n61 xxx"), "{}", &text[..60]);
        assert!(text.len() < 5_000 + 40 * 180, "{}", text.len());
    }
}
