//! All evidence of an assertion as a list, so that nobody takes the piece that is printed for all there is.

use super::{Titles, try_words};
use crate::domain::id::{AssertionId, Timestamp};
use crate::domain::tries::TakenFor;
use crate::domain::verdict::EvidenceRef;
use crate::view::prelude::*;
use crate::view::work::outcome_sign;

/// A line a piece, the newest first, with the sign of the one that is printed; nothing where there is no other.
pub fn pieces(
    mission: &Mission,
    id: &AssertionId,
    printed: &EvidenceRef,
    (titles, now): (&Titles<'_>, Timestamp),
    width: usize,
) -> Vec<Row> {
    let all = mission.pieces_of(id);
    if all.len() < 2 {
        return Vec::new();
    }
    let words = format!(
        "{} of evidence of {id}, the newest first; `flightdeck evidence REF` prints another, ▸ is below:",
        plural(all.len(), "piece")
    );
    let mut rows = paragraph(StyleRole::Dim, &words, width);
    for (piece, taken) in &all {
        let mark = if piece == printed { "▸ " } else { "  " };
        let title = one_line(&titles(piece));
        let title = if title.is_empty() { title } else { format!(" · {title}") };
        let (style, words) = match taken {
            TakenFor::Verdict(given) => {
                let when = match ago(now.since(given.at)).as_str() {
                    "now" => "just now".to_owned(),
                    ago => format!("{ago} ago"),
                };
                let place = format!(
                    "{} · {} round {} · at {}",
                    given.attempt, given.milestone, given.round, given.commit
                );
                (
                    outcome_sign(given.outcome).1,
                    format!("{} by {place} · {when}{title}", given.outcome.word()),
                )
            }
            TakenFor::Try(one) => (StyleRole::Dim, format!("tried in a copy {}", try_words(one))),
        };
        rows.extend(hanging((StyleRole::Text, &format!("{mark}{}  ", piece.0)), style, &words, width));
    }
    rows
}
