//! Whether the check of an assertion was seen to fail: how, on what, or why not; and each time it was tried.

use crate::domain::contract::Assertion;
use crate::domain::red::HowRed;
use crate::domain::sabotage::{Reaction, Sabotage, SeenRed, Undone};
use crate::domain::verdict::Standing;
use crate::view::prelude::*;

/// Tries that are listed, beside those that were red.
const MOST: usize = 5;

/// Whether its check was seen to fail on this app, and how, in a sentence; empty where that is not to be asked yet.
pub fn seen_red(mission: &Mission, assertion: &Assertion) -> String {
    let seen = mission.seen_red(&assertion.id);
    let tried = mission.sabotage_of(assertion).map(|sabotage| format!("it {}", sabotage.sentence()));
    match seen {
        SeenRed::AtBase => {
            let base = mission.tries_of(assertion).into_iter().find(|one| one.reaction.is_red());
            let how = base.map(|base| format!(", where {}", red_words(&base.reaction)));
            format!("at the base commit, before anything was built{}", how.unwrap_or_default())
        }
        SeenRed::Failed => {
            let how = mission.how_red(&assertion.id).unwrap_or_default().note();
            format!("in a verdict at an earlier commit, before it was mended{how}")
        }
        SeenRed::Vacuous => tried
            .unwrap_or_else(|| "no: it holds before anything is built, so that it proves nothing".to_owned()),
        SeenRed::Sabotaged | SeenRed::Toothless => tried.unwrap_or_default(),
        SeenRed::Absent
        | SeenRed::Untold
        | SeenRed::OutOfTime
        | SeenRed::NotYet
        | SeenRed::Judged
        | SeenRed::Off => {
            let why = why_unseen(mission, assertion);
            if why.is_empty() { why } else { format!("no: {why}") }
        }
    }
}

/// Why the check of an assertion that passed was not seen red, in a clause; empty for one that was, and before it passed.
pub fn why_unseen(mission: &Mission, assertion: &Assertion) -> String {
    let tried = mission.sabotage_of(assertion);
    let words = match mission.seen_red(&assertion.id) {
        SeenRed::Untold => tried
            .and_then(|tried| tried.note.as_ref())
            .map_or_else(|| "nothing could be undone that would have told".to_owned(), ToString::to_string),
        SeenRed::OutOfTime => tried.map(out_of_time).unwrap_or_default(),
        SeenRed::Absent if passed(mission, assertion) => {
            format!("it failed only where {}", mission.how_red(&assertion.id).unwrap_or_default().clause())
        }
        SeenRed::Judged if passed(mission, assertion) => {
            "a tester judges it: no command, and no kept steps to do again".to_owned()
        }
        SeenRed::Off if passed(mission, assertion) => {
            "nothing is undone in this mission: `limits.sabotage_percent` is 0".to_owned()
        }
        SeenRed::NotYet if passed(mission, assertion) && !assertion.is_blocking() => {
            "what does not block is not tried".to_owned()
        }
        SeenRed::NotYet if passed(mission, assertion) => {
            "it is tried once its milestone has passed a round".to_owned()
        }
        SeenRed::NotYet
        | SeenRed::Absent
        | SeenRed::Judged
        | SeenRed::Off
        | SeenRed::AtBase
        | SeenRed::Failed
        | SeenRed::Sabotaged
        | SeenRed::Toothless
        | SeenRed::Vacuous => String::new(),
    };
    one_line(&words)
}

/// Below an assertion that passed, where that its check was seen red does not say it all: not at all, or not for its
/// statement.
pub fn doubt(mission: &Mission, assertion: &Assertion, width: usize) -> Vec<Row> {
    let for_it = mission.how_red(&assertion.id).is_some_and(HowRed::is_for_its_statement);
    let words = seen_red(mission, assertion);
    if for_it || words.is_empty() || !passed(mission, assertion) {
        return Vec::new();
    }
    labelled("seen red", &words, width)
}

/// Each time it was tried on an app that it should fail on, with the command that prints what it showed.
pub fn tries(mission: &Mission, assertion: &Assertion, width: usize) -> Vec<Row> {
    let (shown, left) = listed_tries(mission, assertion);
    let mut rows = Vec::new();
    for one in shown {
        rows.extend(labelled("tried", &try_words(&one), width));
        rows.extend(
            one.evidence
                .iter()
                .flat_map(|piece| labelled("evidence", &format!("flightdeck evidence {piece}"), width)),
        );
    }
    rows.extend(left.map(|left| Row::of(StyleRole::Dim, left)));
    rows
}

/// The tries that are listed, and how many more there are, in words.
pub fn listed_tries(mission: &Mission, assertion: &Assertion) -> (Vec<Undone>, Option<String>) {
    let all = mission.tries_of(assertion);
    let number = all.len();
    let told = |(index, one): &(usize, Undone)| *index < MOST || one.reaction.is_red();
    let shown: Vec<Undone> = all.into_iter().enumerate().filter(told).map(|(_, one)| one).collect();
    let left = number - shown.len();
    let words =
        format!("… {} more: `flightdeck log --json` has them", plural(left, "try").replace("trys", "tries"));
    (shown, (left > 0).then_some(words))
}

/// What was undone, and what the check did then: `without F1: red, what it works with was gone: exit 127`.
pub fn try_words(one: &Undone) -> String {
    let did = match &one.reaction {
        Reaction::Red { .. } | Reaction::Other { .. } => format!("red, {}", red_words(&one.reaction)),
        Reaction::Green => "it passed all the same".to_owned(),
        Reaction::Skipped { reason } => format!("it tells nothing: {reason}"),
    };
    one_line(&format!("without {}: {did}", one.what))
}

/// The sign and style of a try.
pub fn try_sign(one: &Undone) -> Sign {
    match &one.reaction {
        Reaction::Red { how, .. } | Reaction::Other { how, .. } if how.is_for_its_statement() => GOOD,
        Reaction::Red { .. } | Reaction::Other { .. } => (Glyph::Done, StyleRole::Warn),
        Reaction::Green => BAD,
        Reaction::Skipped { .. } => WARNING,
    }
}

fn red_words(reaction: &Reaction) -> String {
    format!("{}: {}", reaction.how().unwrap_or_default().clause(), reaction.saw())
}

fn out_of_time(tried: &Sabotage) -> String {
    let skipped = tried.undone.iter().find_map(|one| match &one.reaction {
        Reaction::Skipped { reason } => Some(format!("; {reason}")),
        Reaction::Red { .. } | Reaction::Other { .. } | Reaction::Green => None,
    });
    match tried.undone.len() {
        0 => "no time was left for it".to_owned(),
        some => {
            let undone = plural(some, "change");
            format!("the time for it was over after {undone}{}", skipped.unwrap_or_default())
        }
    }
}

fn passed(mission: &Mission, assertion: &Assertion) -> bool {
    mission.standing(&assertion.id) == Standing::Passed
}
