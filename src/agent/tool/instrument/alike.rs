//! What a tester's steps show each time, and whether another time shows something else. What differs although nothing was
//! changed, such as a time of day, is left out of the comparison.

use std::fmt::Write as _;

use crate::instrument::Facts;
use crate::workspace::Exit;

/// Words that a sentence has room for.
const WORDS: usize = 8;

/// What the same steps showed several times, with nothing changed in between.
#[derive(Debug, Clone)]
pub struct Alike {
    times: Vec<Vec<Facts>>,
}

impl Alike {
    /// From the first time.
    pub fn new(first: Vec<Facts>) -> Self {
        Self { times: vec![first] }
    }

    /// With another time.
    pub fn and(&mut self, again: Vec<Facts>) {
        self.times.push(again);
    }

    /// Whether each time showed the very same.
    pub fn is_steady(&self) -> bool {
        self.times.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// Why the steps tell nothing, where that is so: they did not end the same, or nothing of them can be compared.
    pub fn flaw(&self) -> Option<String> {
        let first = self.first();
        if first.is_empty() {
            return Some("the verdict rests on no step".to_owned());
        }
        let ends = |facts: &Facts| (facts.statuses.clone(), facts.exit);
        for time in &self.times {
            if time.len() != first.len() {
                return Some("they did not come to their end".to_owned());
            }
            let unlike = first.iter().zip(time).find(|(one, other)| ends(one) != ends(other));
            if let Some((one, other)) = unlike {
                return Some(format!(
                    "they show {} with nothing changed",
                    unlike_ends(one, other).unwrap_or_default()
                ));
            }
        }
        let told = |index: usize| {
            let facts = &first[index];
            !facts.statuses.is_empty()
                || facts.exit.is_some()
                || self.words(index).iter().flatten().any(|word| word.starts_with(char::is_alphanumeric))
        };
        let tells = (0..first.len()).any(told);
        (!tells).then(|| "they show something else each time".to_owned())
    }

    /// What another time shows that no time before did, in words; nothing where it is the same as far as that can be
    /// compared.
    pub fn against(&self, seen: &[Facts]) -> Option<String> {
        let first = self.first();
        for (index, one) in first.iter().enumerate() {
            let Some(other) = seen.get(index) else {
                return Some("nothing, where there was an answer".to_owned());
            };
            let unlike = unlike_ends(one, other).or_else(|| self.unlike_words(index, other));
            if unlike.is_some() {
                return unlike;
            }
        }
        None
    }

    fn first(&self) -> &[Facts] {
        self.times.first().map_or(&[], Vec::as_slice)
    }

    /// The words of a step's text, without those that differ from time to time; nothing where their number does.
    fn words(&self, index: usize) -> Vec<Option<&str>> {
        let mut all =
            self.times.iter().map(|time| time.get(index).map_or(Vec::new(), |facts| words(&facts.text)));
        let mut known: Vec<Option<&str>> = all.next().unwrap_or_default().into_iter().map(Some).collect();
        for other in all {
            if other.len() != known.len() {
                return Vec::new();
            }
            for (word, other) in known.iter_mut().zip(other) {
                *word = word.filter(|word| *word == other);
            }
        }
        known
    }

    fn unlike_words(&self, index: usize, other: &Facts) -> Option<String> {
        let known = self.words(index);
        if known.is_empty()
            && self.times.iter().any(|time| time.get(index).is_some_and(|it| !words(&it.text).is_empty()))
        {
            return None;
        }
        let seen = words(&other.text);
        let differs = |(known, seen): (Option<&str>, &&str)| known.is_some_and(|known| known != *seen);
        let at = known.iter().copied().zip(&seen).position(differs);
        let at = at.or_else(|| (known.len() != seen.len()).then(|| known.len().min(seen.len())))?;
        let known: Vec<&str> = known.into_iter().map(|word| word.unwrap_or("\u{2026}")).collect();
        Some(format!("{} instead of {}", excerpt(&seen, at), excerpt(&known, at)))
    }
}

/// Whether what was seen once is seen when the same is done again, by two other looks; the second is wanted only where the
/// first shows something else, to tell what differs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recurring {
    Same,
    /// What was seen the first time, instead of what is seen now.
    Other(String),
    /// Too little of it can be compared.
    Untold,
}

impl Recurring {
    /// By one look; nothing where another one is wanted.
    pub fn by_one(first: &[Facts], again: &[Facts]) -> Option<Self> {
        Alike::new(first.to_vec()).against(again).is_none().then_some(Self::Same)
    }

    /// By two.
    pub fn by_two(first: &[Facts], again: &[Facts], other: &[Facts]) -> Self {
        let first_like_other = Alike::new(other.to_vec()).against(first).is_none();
        let mut both = Alike::new(again.to_vec());
        if !first_like_other {
            both.and(other.to_vec());
        }
        match both.against(first) {
            Some(words) => Self::Other(words),
            None if both.flaw().is_some() => Self::Untold,
            None => Self::Same,
        }
    }
}

fn unlike_ends(one: &Facts, other: &Facts) -> Option<String> {
    let codes = |facts: &Facts| match facts.statuses.as_slice() {
        [] => "no status".to_owned(),
        some => format!("status {}", some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    let end = |exit: Option<Exit>| {
        exit.map_or_else(|| "a program that goes on".to_owned(), |exit| exit.to_string())
    };
    if one.statuses != other.statuses {
        return Some(format!("{} instead of {}", codes(other), codes(one)));
    }
    (one.exit != other.exit).then(|| format!("{} instead of {}", end(other.exit), end(one.exit)))
}

/// Runs of letters and digits, and each other sign; blanks are none. A number is one with its fraction:
/// two looks within one second share the seconds of a clock and not its moment.
fn words(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let length = if sign.is_alphanumeric() { run(rest) } else { sign.len_utf8() };
        let (word, after) = rest.split_at(length);
        if !sign.is_whitespace() {
            all.push(word);
        }
        rest = after;
    }
    all
}

/// How many bytes of a text that begins with a letter or a digit are one word.
fn run(text: &str) -> usize {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let ends = |(at, c): &(usize, char)| {
        let within = *c == '.'
            && digit(text[..*at].chars().next_back())
            && digit(text[at + c.len_utf8()..].chars().next());
        !c.is_alphanumeric() && !within
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

fn excerpt(words: &[&str], at: usize) -> String {
    let mut text = String::new();
    for word in words.iter().skip(at.saturating_sub(2)).take(WORDS) {
        let gap = text.ends_with(char::is_alphanumeric) && word.starts_with(char::is_alphanumeric);
        let gap = if gap { " " } else { "" };
        let _ = write!(text, "{gap}{word}");
    }
    if text.is_empty() { "nothing".to_owned() } else { format!("\u{201c}{text}\u{201d}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_one_word() {
        let expected =
            ["it", "is", "1795745381.625866", "at", "12", ":", "30", ",", "v2.0", "-", "beta", "."];
        assert_eq!(words("it is 1795745381.625866 at 12:30, v2.0-beta."), expected);
        let same_second = (answer(200, "it is 17.25"), answer(200, "it is 17.99"));
        let earlier = answer(200, "it is 12.01");
        assert_eq!(Recurring::by_two(&earlier, &same_second.0, &same_second.1), Recurring::Same);
    }

    fn answer(status: u16, text: &str) -> Vec<Facts> {
        vec![Facts { statuses: vec![status], text: text.to_owned(), exit: None }]
    }

    fn screen(text: &str) -> Vec<Facts> {
        vec![Facts { text: text.to_owned(), ..Facts::default() }]
    }

    #[test]
    fn another_status_exit_or_word_is_something_else() {
        let same = Alike::new(answer(200, r#"{"name":"Ada","n":3}"#));
        assert_eq!((same.flaw(), same.is_steady()), (None, true));
        assert_eq!(same.against(&answer(200, r#"{"name":"Ada","n":3}"#)), None);
        let unlike = |seen: Vec<Facts>| same.against(&seen).unwrap();
        assert_eq!(unlike(answer(404, "")), "status 404 instead of status 200");
        assert_eq!(
            unlike(answer(200, r#"{"name":"Ada","n":2}"#)),
            "\u{201c}\":2}\u{201d} instead of \u{201c}\":3}\u{201d}"
        );
        assert_eq!(unlike(vec![]), "nothing, where there was an answer");
        let ended = |code| vec![Facts { exit: Some(Exit::Code(code)), ..Facts::default() }];
        let program = Alike::new(ended(0));
        assert!(program.against(&ended(1)).is_some_and(|words| words.contains('1')));
        assert!(
            program.against(&screen("")).is_some_and(|words| words.starts_with("a program that goes on"))
        );
        let blank = Alike::new(screen("")).against(&screen("now there is something"));
        assert_eq!(blank.unwrap(), "\u{201c}now there is something\u{201d} instead of nothing");
    }

    #[test]
    fn what_differs_by_itself_is_left_out_and_known_to_be() {
        let mut timed = Alike::new(answer(200, "hello at 18:20:05"));
        timed.and(answer(200, "hello at 18:20:09"));
        assert_eq!((timed.flaw(), timed.is_steady()), (None, false));
        assert_eq!(timed.against(&answer(200, "hello at 18:20:11")), None);
        assert!(timed.against(&answer(200, "bye at 18:20:11")).is_some());
        assert!(timed.against(&answer(200, "hello at 18:21:01")).is_some(), "as long as no time shows it");
        timed.and(answer(200, "hello at 18:21:00"));
        assert_eq!(timed.against(&answer(200, "hello at 18:21:01")), None);

        let mut listed = Alike::new(screen("1 2 3"));
        listed.and(screen("1 2"));
        assert_eq!(listed.flaw().unwrap(), "they show something else each time");
        assert_eq!(listed.against(&screen("9")), None);

        let mut created = Alike::new(answer(201, ""));
        created.and(answer(409, "there already"));
        let flaw = created.flaw().unwrap();
        assert_eq!(flaw, "they show status 409 instead of status 201 with nothing changed");
        assert!(Alike::new(vec![]).flaw().is_some());
    }

    #[test]
    fn what_comes_again_is_told_from_what_does_not_and_from_what_cannot_be_compared() {
        use Recurring::{Other, Same, Untold};

        let failed = answer(500, "no such list at 18:20:05");
        assert_eq!(Recurring::by_one(&failed, &failed), Some(Same));
        assert_eq!(Recurring::by_one(&failed, &answer(500, "no such list at 18:20:09")), None);
        let by_two = |one: Vec<Facts>, other: Vec<Facts>| Recurring::by_two(&failed, &one, &other);
        let at = |time: &str| answer(500, &format!("no such list at {time}"));
        assert_eq!(by_two(at("18:20:09"), at("18:21:31")), Same, "a clock goes on by itself");
        let well = |time: &str| answer(200, &format!("the list at {time}"));
        let other = Other("status 500 instead of status 200".to_owned());
        assert_eq!(by_two(well("18:20:09"), well("18:21:31")), other);
        assert_eq!(by_two(well("18:20:09"), failed.clone()), other, "it comes and goes");
        assert_eq!(by_two(well("18:20:09"), answer(404, "")), other);
        let words = |text: &str| answer(500, text);
        assert_eq!(
            Recurring::by_two(&words("red at 1"), &words("green at 2"), &words("green at 3")),
            Other("\u{201c}red at 1\u{201d} instead of \u{201c}green at\u{2026}\u{201d}".to_owned())
        );
        assert_eq!(Recurring::by_two(&screen("1 2"), &screen("1 2 3"), &screen("1 2 3 4")), Untold);
        assert_eq!(Recurring::by_two(&answer(200, "x"), &[], &[]), Untold,);
    }
}
