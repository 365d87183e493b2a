//! Bytes made visible: what a plain rendering of a text hides.

use std::fmt::Write as _;

/// The most that is written out of one text, in bytes.
const SHOWN: usize = 8 * 1024;

/// Every byte of a text, line by line between quotes, with escapes for what cannot be seen; the rest of a long one is
/// counted.
pub fn marked(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let mut text: Vec<String> = shown.split_inclusive(|byte| *byte == b'\n').map(marked_line).collect();
    if shown.len() < bytes.len() {
        text.push(format!("[… {} bytes more …]", bytes.len() - shown.len()));
    }
    text.join("\n")
}

/// What a plain rendering of this text would not show, in words; nothing when it shows all.
pub fn hidden(bytes: &[u8]) -> Option<String> {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let returns = lines.iter().filter(|line| line.ends_with(b"\r")).count();
    let blanks = lines.iter().filter(|line| line.trim_ascii_end().len() < without_return(line).len()).count();
    let parts = |byte: u8| bytes.split(|found| *found == byte).count() - 1;
    let (tabs, inner_returns) = (parts(b'\t'), parts(b'\r') - returns);
    let controls = bytes.iter().filter(|byte| is_control(**byte)).count() + inner_returns;
    let unseen = String::from_utf8_lossy(bytes).chars().filter(|c| is_unseen(*c)).count();
    let strange = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let counted: Vec<String> = [
        (returns, "line ends with CR"),
        (blanks, "lines with blanks at their end"),
        (tabs, "tabs"),
        (controls, "control characters"),
        (unseen, "characters without width or that look like a blank"),
        (strange, "bytes that are not UTF-8"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{what}: {count}"))
    .collect();
    (!counted.is_empty()).then(|| counted.join(", "))
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A control character that is neither a line's end nor a tab.
fn is_control(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t')) || byte == 0x7f
}

/// A character that nobody sees, or that is no blank although it looks like one.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{a0}' | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}')
        || matches!(c, '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}' | '\u{80}'..='\u{9f}')
}

fn marked_line(line: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' | '\n' | '\r' | '\t' => text.extend(c.escape_default()),
                c if c.is_ascii_control() => {
                    let _ = write!(text, "\\x{:02x}", u32::from(c));
                }
                c if is_unseen(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_from_every_other() {
        for (bytes, shown) in [
            (&b"a \r\n\tb"[..], "\"a \\r\\n\"\n\"\\tb\""),
            (b"\x1b[1m\xff\"\\", "\"\\x1b[1m\\xff\\\"\\\\\""),
            ("é\u{200b}\u{a0}".as_bytes(), "\"é\\u{200b}\\u{a0}\""),
            (b"", ""),
        ] {
            assert_eq!(marked(bytes), shown);
        }
        assert!(marked(&[b'x'; SHOWN + 5]).ends_with("[… 5 bytes more …]"));
    }

    #[test]
    fn what_plain_text_hides_is_counted() {
        assert_eq!(hidden(b"plain\ntext\n"), None);
        assert_eq!(
            hidden(b"a \r\nb\t\r\nc\rd\x07\xfe").unwrap(),
            "line ends with CR: 2, lines with blanks at their end: 2, tabs: 1, control characters: 2, bytes that are not UTF-8: 1"
        );
        let zero_width = hidden("a\u{200b}b".as_bytes()).unwrap();
        assert_eq!(zero_width, "characters without width or that look like a blank: 1");
    }
}
