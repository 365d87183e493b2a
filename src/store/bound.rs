//! Bounded texts: an item of a transcript is talk, not a file.

use crate::domain::transcript::EntryBody;

/// The most bytes of one text of an item.
const MOST_BYTES: usize = 256 * 1024;

/// Cuts the texts of an item, and says how many bytes they have then.
pub(super) fn bounded(mut body: EntryBody) -> (EntryBody, usize) {
    let texts = match &mut body {
        EntryBody::Brief { text }
        | EntryBody::Message { text, .. }
        | EntryBody::Said { text }
        | EntryBody::Thought { text }
        | EntryBody::Noted { text } => vec![text],
        EntryBody::Called { call_id, tool, arguments } => vec![call_id, tool, arguments],
        EntryBody::Answered { call_id, tool, output, .. } => vec![call_id, tool, output],
        EntryBody::Unknown => Vec::new(),
    };
    let mut bytes = 0;
    for text in texts {
        cut(text, MOST_BYTES);
        bytes += text.len();
    }
    (body, bytes)
}

/// Shortens a text to at most `most` bytes at a character's boundary and says how much was cut.
fn cut(text: &mut String, most: usize) {
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
