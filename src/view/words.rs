//! Numbers, times and sentences in the words that both edges use.

use crate::domain::budget::{Budget, dollars};
use crate::domain::event::Actor;
use crate::domain::message::Party;
use crate::domain::mission::Mission;
use crate::domain::tally::Tally;
use crate::domain::usage::Usage;
use crate::view::text::clean;

/// What is written with a dot in the middle of a sentence.
const ABBREVIATIONS: [&str; 6] = ["e.g", "i.e", "cf", "vs", "no", "approx"];

/// What stands beside a number of proven assertions: `, of them 3 not seen red, 1 at an older commit`.
pub fn of_proven(tally: Tally) -> String {
    let some = [(tally.unseen, "not seen red"), (tally.older, "at an older commit")];
    let some: Vec<String> = some
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{number} {words}"))
        .collect();
    if some.is_empty() { String::new() } else { format!(", of them {}", some.join(", ")) }
}

/// The same where there is little room: ` · 3 not seen red`.
pub fn unseen_beside(tally: Tally) -> String {
    match tally.unseen {
        0 => String::new(),
        some => format!(" · {some} not seen red"),
    }
}

/// A count for reading: `950`, `3.0K`, `221M`.
pub fn count(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..10_000 => format!("{}.{}K", n / 1_000, n % 1_000 / 100),
        10_000..1_000_000 => format!("{}K", n / 1_000),
        1_000_000..10_000_000 => format!("{}.{}M", n / 1_000_000, n % 1_000_000 / 100_000),
        10_000_000..1_000_000_000 => format!("{}M", n / 1_000_000),
        _ => format!("{}.{}G", n / 1_000_000_000, n % 1_000_000_000 / 100_000_000),
    }
}

/// A span of milliseconds for reading, as exact as a person needs: `0.4s`, `36s`, `8m 36s`, `1h 12m`, `3d 4h`.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0 if ms < 100 => format!("{ms}ms"),
        0..10 => format!("{}.{}s", seconds, ms % 1_000 / 100),
        10..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// A long time, which nobody counts in seconds: `<1m`, `12m`, `1h 12m`, `3d 4h`.
pub fn long_span(ms: u64) -> String {
    match ms / 60_000 {
        0 => "<1m".to_owned(),
        minutes @ 1..60 => format!("{minutes}m"),
        _ => span(ms),
    }
}

/// How long ago, in one unit: `now`, `7m`, `31m`, `1h`, `2d`.
pub fn ago(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..60 => "now".to_owned(),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// The time on a mission's clock, which starts with it: `0:07`, `12:30`, `1:02:03`, `2d 03:14:15`.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let seconds = seconds % 60;
    match (days, hours) {
        (0, 0) => format!("{minutes}:{seconds:02}"),
        (0, _) => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{days}d {hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// What usage cost: `$0.12`, `≈$0.12` where some of it is estimated, `unpriced` where nothing is known, `$0.12 + unpriced`
/// where some models have no price.
pub fn money(usage: &Usage) -> String {
    let about = if usage.estimated_micro_dollars > 0 { "≈" } else { "" };
    if usage.unpriced > 0 && usage.money() > 0 {
        return format!("{} + unpriced", money(&Usage { unpriced: 0, ..*usage }));
    }
    match usage.money() {
        0 if usage.tokens() > 0 => "unpriced".to_owned(),
        1..=9_999 => format!("{about}<$0.01"),
        amount => format!("{about}{}", dollars(amount)),
    }
}

/// What something used: `34K tokens · $0.12`; no money where nobody asked for any, as of a rehearsal.
pub fn used(usage: &Usage) -> String {
    let tokens = format!("{} tokens", count(usage.tokens()));
    if usage.money() == 0 && usage.unpriced == 0 { tokens } else { format!("{tokens} · {}", money(usage)) }
}

/// What usage cost, for a column: money, or tokens where it cost none.
pub fn cost(usage: &Usage) -> String {
    match usage.tokens() {
        tokens @ 1.. if usage.money() == 0 && usage.unpriced == 0 => format!("{} tok", count(tokens)),
        _ => money(usage),
    }
}

/// Money that is expected and not counted: `≈$9.60`.
pub fn about(micro_dollars: u64) -> String {
    format!("≈{}", dollars(micro_dollars))
}

/// A budget: `$5.00 · 200000 tokens · 2h 00m of agents' time`, or `no limit`.
pub fn budget_words(budget: &Budget) -> String {
    let parts = [
        budget.micro_dollars.map(dollars),
        budget.tokens.map(|tokens| format!("{tokens} tokens")),
        budget.agent_ms.map(|ms| format!("{} of agents' time", span(ms))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no limit".to_owned() } else { parts.join(" · ") }
}

/// Who speaks or is spoken to.
pub fn party(party: Party) -> String {
    match party {
        Party::Person => "you".to_owned(),
        Party::Orchestrator => "the orchestrator".to_owned(),
        Party::Attempt(id) => id.to_string(),
    }
}

/// Who caused something.
pub fn actor(mission: &Mission, actor: Actor) -> String {
    match actor {
        Actor::Person => "you".to_owned(),
        Actor::Engine => "the engine".to_owned(),
        Actor::Attempt(id) => {
            let role = mission.attempts.get(&id).map(|attempt| attempt.role);
            role.map_or_else(|| id.to_string(), |role| format!("the {role} {id}"))
        }
    }
}

/// A text in quotes; nothing where nothing is said.
pub fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("“{text}”") }
}

/// A text on one line, clean.
pub fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first sentence of a text, on one line.
pub fn first_sentence(text: &str) -> String {
    let flat = one_line(text);
    // A dot inside a name or a number is followed by no blank; the number of a list and an abbreviation end nothing.
    let end = flat.char_indices().find(|(at, c)| {
        let next_is_blank = flat[at + c.len_utf8()..].chars().next().is_none_or(|next| next == ' ');
        let word = flat[..*at].rsplit(' ').next().unwrap_or("");
        let goes_on = ABBREVIATIONS.contains(&word) || word.len() == *at && word.parse::<u32>().is_ok();
        matches!(c, '.' | '!' | '?' | ':') && next_is_blank && !goes_on
    });
    match end {
        Some((at, ':')) => flat[..at].to_owned(),
        Some((at, c)) => flat[..at + c.len_utf8()].to_owned(),
        None => flat,
    }
}

/// Words after each other, with `and` before the last: `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_reading() {
        assert_eq!([count(999), count(3_000), count(221_400_000)], ["999", "3.0K", "221M"]);
        assert_eq!([span(400), span(516_000), span(4_320_000)], ["0.4s", "8m 36s", "1h 12m"]);
        assert_eq!([ago(30_000), ago(420_000), ago(90_000_000)], ["now", "7m", "1d"]);
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    #[test]
    fn money_that_is_not_known_is_never_shown_as_none() {
        let used = |micro_dollars, estimated_micro_dollars| Usage {
            input: 5_000,
            micro_dollars,
            estimated_micro_dollars,
            ..Usage::default()
        };
        let table = [
            (used(1_230_000, 0), "$1.23", "$1.23"),
            (used(1_000_000, 230_000), "≈$1.23", "≈$1.23"),
            (used(0, 4_000), "≈<$0.01", "≈<$0.01"),
            (used(0, 0), "unpriced", "5.0K tok"),
            (Usage::default(), "$0.00", "$0.00"),
        ];
        let unpriced = |usage| Usage { unpriced: 5_000, ..usage };
        let table = table.into_iter().chain([
            (unpriced(used(0, 0)), "unpriced", "unpriced"),
            (unpriced(used(1_230_000, 0)), "$1.23 + unpriced", "$1.23 + unpriced"),
        ]);
        for (usage, header, column) in table {
            assert_eq!((money(&usage).as_str(), cost(&usage).as_str()), (header, column));
        }
    }

    #[test]
    fn a_clock_is_as_long_as_it_needs_to_be() {
        let table =
            [(7_400, "0:07"), (750_000, "12:30"), (3_723_000, "1:02:03"), (184_455_000, "2d 03:14:15")];
        for (milliseconds, words) in table {
            assert_eq!(clock(milliseconds), words);
        }
    }

    #[test]
    fn the_first_sentence_ends_where_a_person_would_end_it() {
        let table = [
            ("I read src/main.rs. Then I wrote.", "I read src/main.rs."),
            ("Version 1.2 works, e.g. here.\nNext", "Version 1.2 works, e.g. here."),
            ("Let me look at these files:\n- a\n- b", "Let me look at these files"),
            ("no end\nat all", "no end at all"),
            ("Done! Really.", "Done!"),
            ("It is 42. Then", "It is 42."),
            ("1. First this. 2. Then", "1. First this."),
            ("\u{1b}[2JI will read the code. Then I write.", "I will read the code."),
            (" \n", ""),
        ];
        for (text, sentence) in table {
            assert_eq!(first_sentence(text), sentence);
        }
    }
}
