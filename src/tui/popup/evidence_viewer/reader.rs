//! How a piece is read: what is folded, what is set out, and which failure one looks at.

use super::text_of;
use crate::domain::evidence::EvidenceDoc;
use crate::tui::action::Action;
use crate::view::evidence::{Form, Headers, Page, Reading, Shown};
use crate::view::style_role::StyleRole;

/// The reader's place and taste.
#[derive(Debug, Default)]
pub struct Reader {
    pub how: Reading,
    /// Which failure was gone to, from 0; none before one was.
    failure: Option<usize>,
}

impl Reader {
    /// Another piece is looked at; the taste stays.
    pub fn begin(&mut self) {
        self.failure = None;
    }

    /// Shows headers, or folds them.
    pub fn fold(&mut self) {
        self.how.headers = match self.how.headers {
            Headers::Folded => Headers::Open,
            Headers::Open => Headers::Folded,
        };
    }

    /// Sets the text out, or shows it as it came.
    pub fn turn(&mut self) {
        self.how.form = match self.how.form {
            Form::SetOut => Form::Raw,
            Form::Raw => Form::SetOut,
        };
    }

    /// The row of the next failure, or the one before, around the end.
    pub fn next(&mut self, failures: &[usize], action: Action) -> Option<usize> {
        let last = failures.len().checked_sub(1)?;
        let next = match (self.failure, action) {
            (None, Action::PreviousFailure) => last,
            (None, _) => 0,
            (Some(at), Action::PreviousFailure) => at.checked_sub(1).unwrap_or(last),
            (Some(at), _) => {
                if at >= last {
                    0
                } else {
                    at + 1
                }
            }
        };
        self.failure = Some(next);
        failures.get(next).copied()
    }

    /// Lights the failure that was gone to.
    pub fn mark(&self, page: &mut Page) {
        let row = self.failure.and_then(|at| page.failures.get(at).copied());
        if let (Some(row), Shown::Rows(rows)) = (row, &mut page.shown)
            && let Some(lead) = rows.get_mut(row).and_then(|row| row.left.first_mut())
        {
            lead.style = StyleRole::Match;
        }
    }

    /// What is copied of a piece.
    pub fn text(&self, doc: &EvidenceDoc) -> String {
        text_of(doc, self.how)
    }
}
