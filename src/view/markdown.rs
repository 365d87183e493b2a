//! Words of agents and people in a Markdown document: they stand there as text and never as markup.

use super::words::one_line;

/// Words of agents and people on one line of Markdown.
pub fn text(words: &str) -> String {
    escaped(&one_line(words))
}

/// Text that no Markdown makes anything else of: no table cell ends in it, nobody is mentioned, no issue is closed by it.
pub fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' => escaped.extend(['\\', c]),
            // A joiner of no width keeps the sign and takes its meaning.
            '@' | '#' => escaped.extend([c, '\u{2060}']),
            _ => escaped.push(c),
        }
    }
    escaped
}
