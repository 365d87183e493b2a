//! What a plan says otherwise than the one that the person refused.

use similar::{ChangeTag, TextDiff};

use crate::domain::refusal::{Difference, DifferenceKind, PartDifference, RefusedPlan};

use super::prelude::*;
use super::words::actor;

/// What the section and the item of the plan gate are called.
pub const CHANGED: &str = "What changed since the plan you refused";

/// Whether there is something to compare the plan with.
pub fn is_shown(mission: &Mission) -> bool {
    mission.refused.is_some() && !mission.milestones.is_empty()
}

/// How much is different, in a few words.
pub fn count(mission: &Mission) -> String {
    match mission.since_refusal().map_or(0, |found| found.len()) {
        0 => "nothing".to_owned(),
        number => plural(number, "change"),
    }
}

/// The note of the NO-GO, how it was answered, and every difference.
pub fn rows(mission: &Mission, width: usize) -> Vec<Row> {
    let (Some(refused), Some(found)) = (&mission.refused, mission.since_refusal()) else { return Vec::new() };
    let mut rows = note(mission, refused, width);
    if found.is_empty() {
        rows.push(Row::of(StyleRole::Warn, "nothing: plan, contract and environment are as they were"));
    }
    rows.extend(found.iter().flat_map(|difference| difference_rows(mission, difference, width)));
    rows
}

fn note(mission: &Mission, refused: &RefusedPlan, width: usize) -> Vec<Row> {
    let mut rows = labelled("NO-GO", &quoted(refused.note.as_str()), width);
    rows.extend(match &mission.answer {
        Some(answer) => labelled("answered", answer.as_str(), width),
        None => labelled("answered", "only by the changes below", width),
    });
    rows
}

fn difference_rows(mission: &Mission, found: &Difference, width: usize) -> Vec<Row> {
    let (mark, style, word) = match found.kind {
        DifferenceKind::Added => ("+ ", StyleRole::Added, "added"),
        DifferenceKind::Dropped => ("− ", StyleRole::Removed, "dropped"),
        DifferenceKind::Changed => ("~ ", StyleRole::Accent, "changed"),
    };
    let head = Row::of(style, format!("{mark}{} ", found.subject))
        .then(StyleRole::Text, &found.title)
        .end(StyleRole::Dim, word);
    let parts = found.parts.iter().flat_map(|part| part_rows(mission, part, width.saturating_sub(2)));
    std::iter::once(head).chain(indented(parts.collect(), 2)).collect()
}

fn part_rows(mission: &Mission, part: &PartDifference, width: usize) -> Vec<Row> {
    let by = part.by.map(|by| format!(" (by {})", actor(mission, by))).unwrap_or_default();
    labelled(&part.part, &format!("{}{by}", word_diff(&part.old, &part.new)), width)
}

/// Both wordings in one text: `The page [-works-]{+lists every entry+}.`
pub fn word_diff(old: &str, new: &str) -> String {
    let (mut text, mut gone, mut come) = (String::new(), String::new(), String::new());
    let mut blank = String::new();
    let diff = TextDiff::from_words(old, new);
    for change in diff.iter_all_changes() {
        let word = change.value();
        match change.tag() {
            // A blank between two changed words belongs to both wordings.
            ChangeTag::Equal if word.trim().is_empty() && !(gone.is_empty() && come.is_empty()) => {
                blank += word;
            }
            ChangeTag::Equal => {
                text += &marked(&mut gone, &mut come);
                text += &std::mem::take(&mut blank);
                text += word;
            }
            ChangeTag::Delete | ChangeTag::Insert => {
                let between = std::mem::take(&mut blank);
                gone += &between;
                come += &between;
                if change.tag() == ChangeTag::Delete { gone += word } else { come += word }
            }
        }
    }
    text += &marked(&mut gone, &mut come);
    text + &blank
}

/// What went and what came in its place, each in its marks.
fn marked(gone: &mut String, come: &mut String) -> String {
    let mark = |text: String, open: &str, close: &str| {
        if text.is_empty() { text } else { format!("{open}{text}{close}") }
    };
    mark(std::mem::take(gone), "[-", "-]") + &mark(std::mem::take(come), "{+", "+}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_wordings_are_read_as_one_text() {
        let table = [
            ("The page works.", "The page lists it.", "The page [-works.-]{+lists it.+}"),
            ("the HTTP exchange", "a new page", "[-the HTTP exchange-]{+a new page+}"),
            ("a b c", "a x c", "a [-b-]{+x+} c"),
            ("", "make", "{+make+}"),
            ("make", "", "[-make-]"),
            ("same", "same", "same"),
        ];
        for (old, new, read) in table {
            assert_eq!(word_diff(old, new), read);
        }
    }
}
