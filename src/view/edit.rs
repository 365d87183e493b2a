//! Changes to the contract in rows: what is asked, what it would do, what came of it.

use crate::domain::consequence::ContractChange;
use crate::view::glyph::Glyph;
use crate::view::style_role::StyleRole;
use crate::view::text::wrap;

use super::row::Row;

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

    /// The change in words: `VAL-AUTH-001 is worded anew`.
    pub fn words(&self) -> String {
        match &self.change {
            ContractChange::Edit { assertion, .. } => format!("{assertion} is worded anew"),
            ContractChange::Add { draft, feature } => format!("{} is new, for {feature}", draft.id),
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
        for line in below.iter().flat_map(|(_, sentence)| wrap(sentence, width.saturating_sub(2))) {
            let style = below.map_or(StyleRole::Dim, |(style, _)| style);
            rows.push(Row::of(StyleRole::Text, "  ").then(style, line));
        }
    }
    rows
}
