//! What a text says that something showed: 7 in `it prints 7`, Ada in `the page shows "Ada"`.

/// Words behind which stands what was shown.
const SHOWS: &[&str] = &[
    "shows",
    "showed",
    "prints",
    "printed",
    "says",
    "said",
    "displays",
    "displayed",
    "outputs",
    "reads",
    "returns",
    "returned",
    "gives",
    "gave",
];
/// What may stand between such a word and what was shown.
const BETWEEN: &[&str] = &[
    "exactly", "just", "only", "now", "still", "again", "the", "a", "an", "number", "value", "result",
    "text", "line", "word", "message", "total", "count", "output", "me", "us",
];
/// Words behind a number that are not what it counts.
const GO_ON: &[&str] = &[
    "and", "then", "for", "as", "when", "with", "instead", "to", "but", "again", "in", "on", "at", "after",
    "not", "where", "while", "because", "which", "that", "is", "by", "from", "there", "here", "now",
];
/// What quotes, with its end.
const MARKS: [(char, char); 5] =
    [('`', '`'), ('"', '"'), ('\u{201c}', '\u{201d}'), ('\u{2018}', '\u{2019}'), ('\'', '\'')];

/// What a text says that was shown: quotations, and numbers that count nothing.
pub fn told(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut told = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = index.saturating_sub(3);
        if !SHOWS.contains(&bare(word).as_str()) || words[before..index].iter().any(|word| denies(word)) {
            continue;
        }
        let mut after = words[index + 1..].iter().skip_while(|word| BETWEEN.contains(&bare(word).as_str()));
        let Some(first) = after.next() else { continue };
        let at = first.as_ptr().addr() - text.as_ptr().addr();
        told.extend(quotation(&text[at..]).or_else(|| number(first, after.next().copied())));
    }
    told
}

/// Whether something shows a value: the same words, whatever stands between them and however large their letters are. An
/// ellipsis stands for what was left out.
pub fn has(shown: &str, value: &str) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let joined = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let (words, letters) = (squeezed(shown), joined(shown));
    let value = value.replace("...", "\u{2026}");
    value.split('\u{2026}').all(|part| {
        let (part, bare) = (squeezed(part), joined(part));
        // What is short is found in anything that is long enough.
        if bare.chars().count() > 3 { letters.contains(&bare) } else { stands_alone(&words, &part) }
    })
}

fn stands_alone(text: &str, value: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric();
    value.is_empty()
        || text.match_indices(value).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + value.len()..].chars().next();
            let joins = |inner: Option<char>, outer: Option<char>| {
                inner.is_some_and(is_part) && outer.is_some_and(is_part)
            };
            !joins(value.chars().next(), before) && !joins(value.chars().next_back(), after)
        })
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn denies(word: &str) -> bool {
    let word = bare(word);
    ["no", "not", "never", "nothing", "longer", "should", "must", "would", "if"].contains(&word.as_str())
        || word.ends_with("n't")
        || word.ends_with("n\u{2019}t")
}

/// What is quoted at the beginning of a text.
fn quotation(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let (_, close) = MARKS.iter().find(|(open, _)| *open == first)?;
    let inner = &text[first.len_utf8()..];
    let ends = inner.match_indices(*close).find(|(at, mark)| {
        // An apostrophe stands within a word.
        let next = inner[at + mark.len()..].chars().next();
        !next.is_some_and(char::is_alphanumeric)
    });
    ends.map(|(at, _)| inner[..at].trim()).filter(|quote| !quote.is_empty())
}

/// A number, unless it says how many of something there are.
fn number<'a>(word: &'a str, next: Option<&str>) -> Option<&'a str> {
    let value = word.trim_end_matches(['.', ',', ';', ':', ')', '!']);
    let is_number = value.strip_prefix('-').unwrap_or(value).starts_with(|c: char| c.is_ascii_digit())
        && value.chars().all(|c| c.is_ascii_digit() || "-.,:/%".contains(c));
    let ends = value.len() < word.len()
        || next.is_none_or(|next| {
            GO_ON.contains(&bare(next).as_str()) || !next.starts_with(char::is_alphabetic)
        });
    (is_number && ends).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_stands_behind_a_word_that_says_so() {
        let table: [(&str, &[&str]); 12] = [
            ("It shows 2.", &["2"]),
            ("The screen shows `2`, as it should.", &["2"]),
            ("It printed exactly \"5 EUR\" and exits 0", &["5 EUR"]),
            ("shows 2 words", &[]),
            ("The list shows 3 notes, and says \u{201c}3 open\u{201d}.", &["3 open"]),
            ("it no longer shows 7", &[]),
            ("It should print 7 and prints 8", &["8"]),
            ("reads 'it's fine' now", &["it's fine"]),
            ("returns -1.5 for that", &["-1.5"]),
            ("It works, status 200.", &[]),
            ("I typed \"Ada\"; it says Hello", &[]),
            ("prints", &[]),
        ];
        for (text, wanted) in table {
            assert_eq!(told(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_short_value_stands_alone_and_a_long_one_may_be_wrapped() {
        for (shown, value) in [
            ("words: 2\n", "2"),
            ("{\"count\":2}", "2"),
            ("hello\n  world", "Hello World"),
            ("a very lo\nng line", "a very long line"),
            ("one two three", "one … three"),
        ] {
            assert!(has(shown, value), "{shown}: {value}");
        }
        for (shown, value) in [("12", "2"), ("x2", "2"), ("3", "2"), ("hello", "hello world")] {
            assert!(!has(shown, value), "{shown}: {value}");
        }
    }
}
