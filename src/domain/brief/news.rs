//! What of a brief is new to somebody who was briefed before and goes on.

use std::collections::{BTreeMap, BTreeSet};

/// The sections of `now` that say something else than the texts that were told, in their order, or that were not told at
/// all. What stands in `own` is their own work, which they know.
pub fn news(told: &[&str], own: &str, now: &str) -> String {
    let mut known = BTreeMap::new();
    for text in told {
        known.extend(sections(text));
    }
    let own: BTreeSet<&str> = sections(own).into_iter().map(|(_, section)| section).collect();
    let is_new = |(place, section): &((&str, usize), &str)| {
        !section.is_empty() && known.get(place) != Some(section) && !own.contains(section)
    };
    let new = sections(now).into_iter().filter(is_new);
    new.flat_map(|(_, section)| ["\n", section, "\n"]).collect()
}

/// The sections of a text, each by its heading and how often that was there before.
fn sections(text: &str) -> Vec<((&str, usize), &str)> {
    let begins = |line: &str| line.starts_with("# ") || line.starts_with("## ");
    let (mut starts, mut at) = (vec![0], 0);
    for line in text.split_inclusive('\n') {
        if begins(line) && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let found = starts.iter().zip(ends).map(|(start, end)| {
        let section = text[*start..end].trim();
        let heading = section.lines().next().filter(|line| begins(line)).unwrap_or_default();
        let times = seen.entry(heading).or_default();
        *times += 1;
        ((heading, *times), section)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_not_told_again_and_what_changed_is_told_whole() {
        let told = "# Goal\nGreet.\n\n## Talk\nyou asked: whom?\n\n## Directives\n- be kind\n";
        let now = "# Goal\nGreet.\n\n## Contract\nVAL-1\n\n## Talk\nyou asked: whom?\nanswer: Ada\n\n## Directives\n- be kind\n## New\nx\n";
        let own = "\n## Contract\nVAL-1\n";
        assert_eq!(
            news(&[told], own, now),
            "\n## Talk\nyou asked: whom?\nanswer: Ada\n\n## New\nx\n",
            "its own work is known to it"
        );
        let later = news(&[told, "You go on.\n\n## Talk\nyou asked: whom?\nanswer: Ada\n"], own, now);
        assert_eq!(later, "\n## New\nx\n");
        assert_eq!(news(&[now], "", now), "");
    }

    #[test]
    fn headings_that_come_twice_are_told_apart() {
        let text = "## Diff\n# a\n1\n# a\n2\n";
        assert_eq!(news(&[text], "", text), "");
        assert_eq!(news(&[text], "", "## Diff\n# a\n1\n# a\n3\n"), "\n# a\n3\n");
    }
}
