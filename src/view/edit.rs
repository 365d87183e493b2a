//! Changes to the contract in rows: what is asked, what it would do, what came of it.

use crate::domain::consequence::ContractChange;
use crate::domain::part::{Part, Reworded, Worded, differing};

use super::contract::weight;
use super::prelude::*;

/// One change that was read from a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    pub change: ContractChange,
    /// What it would do, once that is known.
    pub told: Option<(StyleRole, String)>,
    pub fate: Fate,
}

/// How far a change is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Waiting,
    Sent,
    Done,
    Refused(String),
}

impl Edit {
    /// A change that nobody has sent.
    pub fn new(change: ContractChange) -> Self {
        Self { change, told: None, fate: Fate::Waiting }
    }

    /// The change in words: `VAL-AUTH-001 is edited`.
    pub fn words(&self) -> String {
        match &self.change {
            ContractChange::Edit { assertion, .. } => format!("{assertion} is edited"),
            ContractChange::Add { draft, feature } => format!("{} is added for {feature}", draft.id),
            ContractChange::Retire { assertion, .. } => format!("{assertion} is retired"),
        }
    }
}

/// All changes, each with its consequences or its refusal below it.
pub fn rows(edits: &[Edit], width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for edit in edits {
        let (sign, style, fate) = match &edit.fate {
            Fate::Waiting => (Glyph::Pending, StyleRole::Dim, ""),
            Fate::Sent => (Glyph::Active, StyleRole::Accent, "sent"),
            Fate::Done => (Glyph::Done, StyleRole::Good, "done"),
            Fate::Refused(_) => (Glyph::Failed, StyleRole::Bad, "refused"),
        };
        rows.push(Row::new().sign(style, sign).then(StyleRole::Text, edit.words()).end(style, fate));
        let below = match (&edit.fate, &edit.told) {
            (Fate::Refused(sentence), _) => Some((StyleRole::Bad, sentence.as_str())),
            (_, Some((style, sentence))) => Some((*style, sentence.as_str())),
            (_, None) => None,
        };
        if let Some((style, sentence)) = below {
            rows.extend(indented(paragraph(style, sentence, width.saturating_sub(2)), 2));
        }
    }
    rows
}

/// What a change of words does: of each part that differs, the old words and the new ones.
pub fn reworded<T: Worded>(old: &T, new: &T, width: usize) -> Vec<Row> {
    let changed = differing(old, new).into_iter();
    changed
        .flat_map(|Reworded { part, old, new }| {
            let (old, new) = (said(part, &old), said(part, &new));
            labelled(part.word(), &old, width).into_iter().chain(labelled("  →", &new, width))
        })
        .collect()
}

/// What a part says, for reading.
pub fn said(part: Part, words: &str) -> String {
    let known = words.parse().ok().filter(|_| part == Part::Weight);
    let said = known.map_or_else(|| words.to_owned(), |known| weight(known).to_owned());
    if said.is_empty() { "–".to_owned() } else { said }
}
