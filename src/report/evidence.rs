//! Evidence on a page: pictures as they are, everything else as the console reads it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::mission::Mission;
use crate::domain::verdict::{EvidenceRef, Verdict};
use crate::view::assertion::try_words;
use crate::view::evidence::shown;
use crate::view::row::Row;
use crate::view::words::one_line;

/// Columns of a page.
const COLUMNS: usize = 110;
/// Rows of one piece that a page shows at most.
const MOST_ROWS: usize = 200;
/// Bytes of pictures, as base64, that one page holds at most: browsers and mail take no more with ease.
const MOST_PICTURES: usize = 32 << 20;

/// Gives evidence by its reference, or says why it cannot be read.
pub type Pieces<'a> = dyn Fn(&EvidenceRef) -> Result<EvidenceDoc, String> + 'a;

/// A piece of evidence.
#[derive(Debug, Clone, Serialize)]
pub struct Piece {
    pub reference: String,
    pub title: String,
    /// The assertion whose verdict rests on it, and that verdict in a few words.
    pub assertion: String,
    pub verdict: String,
    pub kind: Option<EvidenceKind>,
    /// The recording of the session that a terminal's screen is of, or what the page of a picture read.
    pub beside: Option<String>,
    /// A PNG as base64.
    pub picture: Option<String>,
    pub rows: Vec<Vec<Span>>,
    /// Why there is less to see than was taken; empty where everything is there.
    pub missing: String,
}

/// A run of text in one style role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    pub style: &'static str,
    pub text: String,
}

/// Every piece that a verdict or a check of the mission rests on, in the order of the contract.
pub(super) fn pieces(mission: &Mission, read: &Pieces<'_>) -> Vec<Piece> {
    let mut room = MOST_PICTURES;
    let mut seen = BTreeSet::new();
    let ids = mission.contract.keys().chain(mission.sealed.keys());
    let mut pieces = Vec::new();
    for id in ids {
        let verdicts = mission.verdicts.get(id).into_iter().flatten();
        let rested = verdicts.flat_map(|verdict| verdict.pieces().map(move |piece| (verdict, piece)));
        for (verdict, reference) in rested.filter(|(_, reference)| seen.insert((*reference).clone())) {
            pieces.push(of_verdict(verdict, piece(mission, reference, read, &mut room)));
        }
        let tries = mission.assertion(id).map(|known| mission.tries_of(known)).unwrap_or_default();
        for one in tries {
            let Some(reference) = one.evidence.clone().map(EvidenceRef) else { continue };
            if seen.insert(reference.clone()) {
                let words = format!("tried in a copy {}", try_words(&one));
                let shown = piece(mission, &reference, read, &mut room);
                pieces.push(Piece { assertion: id.to_string(), verdict: words, ..shown });
            }
        }
    }
    pieces
}

fn of_verdict(verdict: &Verdict, piece: Piece) -> Piece {
    let Verdict { outcome, milestone, round, attempt, commit, .. } = verdict;
    let words = format!("{} by {attempt} in {milestone} round {round} at {commit}", outcome.word());
    Piece { assertion: verdict.assertion.to_string(), verdict: words, ..piece }
}

fn piece(mission: &Mission, reference: &EvidenceRef, read: &Pieces<'_>, room: &mut usize) -> Piece {
    let gone = mission.lost_evidence.contains(reference);
    let nothing = |missing: String| Piece {
        reference: reference.0.clone(),
        title: String::new(),
        assertion: String::new(),
        verdict: String::new(),
        kind: None,
        beside: None,
        picture: None,
        rows: Vec::new(),
        missing,
    };
    let doc = match read(reference) {
        Ok(doc) => doc,
        Err(why) => return nothing(why),
    };
    let missing = if gone { "it was changed or removed after it was taken" } else { "" };
    let beside = doc.beside.as_ref().map(|beside| beside.0.clone());
    let title = one_line(&doc.title);
    let whole = Piece { title, kind: Some(doc.kind), beside, ..nothing(missing.to_owned()) };
    if doc.kind != EvidenceKind::Screenshot {
        let rows = shown(&doc, COLUMNS).into_rows();
        if rows.iter().all(|row| row.plain().trim().is_empty()) {
            let nothing = "there was nothing to read on it".to_owned();
            let missing = if gone { whole.missing.clone() } else { nothing };
            return Piece { missing, ..whole };
        }
        let left_out = rows.len().saturating_sub(MOST_ROWS);
        let missing = if left_out > 0 { format!("{left_out} more lines") } else { whole.missing.clone() };
        return Piece { rows: rows.iter().take(MOST_ROWS).map(spans).collect(), missing, ..whole };
    }
    if doc.content.len() > *room {
        return Piece {
            missing: "this page holds no more pictures; a bundle has them all".to_owned(),
            ..whole
        };
    }
    *room -= doc.content.len();
    Piece { picture: Some(doc.content), ..whole }
}

fn spans(row: &Row) -> Vec<Span> {
    let apart = (!row.right.is_empty()).then(|| Span { style: "text", text: "  ".to_owned() });
    let span = |piece: &crate::view::row::Piece| Span { style: piece.style.into(), text: piece.text.clone() };
    row.left.iter().map(span).chain(apart).chain(row.right.iter().map(span)).collect()
}
