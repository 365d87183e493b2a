//! What a text says that something showed: 7 in `it prints 7`, Ada in `the page shows "Ada"`.

/// Words behind which stands what was shown.
const SHOWS: &[&str] = &[
    "shows",
    "showed",
    "got",
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

/// Numbers as words.
const NUMBERS: [(&str, &str); 13] = [
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
];
/// Words before a number that is held against the evidence by itself: a status, an exit code.
const BY_ITSELF: &[&str] =
    &["status", "code", "http", "exit", "exits", "exited", "answers", "answered", "with"];

/// The values of an assertion's wording that a text tells of as well, and that nothing shows: numbers, in figures or
/// words. What a number counts need not be shown beside it, but not with another number.
pub fn unshown(text: &str, wording: &str, shown: &str) -> Vec<String> {
    let known = values(wording);
    let is_wanted = |value: &Told| known.iter().any(|known| known.value == value.value);
    let lower = shown.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_shown = |told: &Told| match &told.counts {
        None => has(shown, &told.value),
        Some(noun) => {
            let mut counted =
                words.windows(2).filter(|pair| pair[1] == noun && figures(pair[0]).is_some()).peekable();
            counted.peek().is_none() || counted.any(|pair| figures(pair[0]).as_ref() == Some(&told.value))
        }
    };
    let told = values(text).into_iter().filter(is_wanted).filter(|told| !is_shown(told));
    told.map(|told| told.value).collect()
}

/// A value of a text, and for a number what it counts.
struct Told {
    value: String,
    counts: Option<String>,
}

/// A number in figures, however it is written.
fn figures(word: &str) -> Option<String> {
    let named = NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| (*number).to_owned());
    let is_figure = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    named.or_else(|| is_figure.then(|| word.to_owned()))
}

/// The numbers of a text. What it quotes may be what was typed.
fn values(text: &str) -> Vec<Told> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let numbers = words.iter().enumerate().filter_map(|(at, word)| {
        let value = figures(&bare(word))?;
        let before =
            at.checked_sub(1).and_then(|at| words.get(at)).map(|word| bare(word)).unwrap_or_default();
        let next = words.get(at + 1).map(|next| bare(next)).unwrap_or_default();
        let ends = word.ends_with(['.', ',', ';', ':', ')', '!', '"', '`'])
            || next.is_empty()
            || GO_ON.contains(&next.as_str());
        let counts = (!ends).then_some(next);
        (!BY_ITSELF.contains(&before.as_str())).then_some(Told { value, counts })
    });
    numbers.collect()
}

/// Whether something shows a value, a small number also as a word: the same words, whatever stands between them and however large their letters are. An
/// ellipsis stands for what was left out.
pub fn has(shown: &str, value: &str) -> bool {
    let word = NUMBERS.iter().find(|(_, number)| *number == value).map(|(word, _)| *word);
    stands(shown, value) || word.is_some_and(|word| stands(shown, word))
}

fn stands(shown: &str, value: &str) -> bool {
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
    fn what_an_assertion_wants_and_a_text_tells_of_is_shown() {
        let wording = "The program prints 2 words for the text `a b`, with status 200.";
        for (text, shown) in [
            ("words = 2", "3"),
            ("Output: \"2\"", "3"),
            ("The page shows 2 words.", "3 words"),
            ("it prints two words", "there are 3 words"),
        ] {
            assert!(!unshown(text, wording, shown).is_empty(), "{text}: {shown}");
        }
        for (text, shown) in [
            ("words = 2", "2"),
            ("The two words are listed.", "a\nb"),
            ("it prints two words", "2 words"),
            ("I tried it 2 times, status 200.", "fine"),
            ("It is as the statement says: 3.", "fine"),
            ("`a b` is kept", "kept: A B"),
        ] {
            assert!(unshown(text, wording, shown).is_empty(), "{text}: {shown}");
        }
        assert!(has("there are two words", "2") && has("2 words", "2") && !has("3", "2"));
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
