//! A piece of evidence, fetched when it is looked at, and drawn below what it is to prove.

use super::prelude::*;
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::EvidenceRef;
use crate::view::evidence::shown;

/// The evidence of an assertion's verdicts, newest first, and the one that is looked at.
#[derive(Debug, Default)]
pub struct EvidenceViewer {
    references: Vec<EvidenceRef>,
    at: usize,
    doc: Option<Result<EvidenceDoc, String>>,
}

impl EvidenceViewer {
    /// The evidence of an assertion.
    pub fn of(mission: &Mission, assertion: &AssertionId) -> Self {
        Self { references: references(mission, assertion), at: 0, doc: None }
    }

    /// Whether this is still the evidence of an assertion, and all of it.
    pub fn is_of(&self, mission: &Mission, assertion: &AssertionId) -> bool {
        self.references == references(mission, assertion)
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.references.len()
    }

    /// Asks for the piece that is looked at.
    pub fn fetch(&mut self) -> PopupResult {
        self.doc = None;
        let Some(reference) = self.references.get(self.at).cloned() else { return PopupResult::stay() };
        PopupResult::ask(Call::Evidence { reference })
    }

    /// Looks at the next piece, around the end.
    pub fn forward(&mut self) -> PopupResult {
        self.go(1)
    }

    /// Looks at the piece before, around the beginning.
    pub fn back(&mut self) -> PopupResult {
        self.go(self.references.len().saturating_sub(1))
    }

    fn go(&mut self, by: usize) -> PopupResult {
        if self.references.len() < 2 {
            return PopupResult::stay();
        }
        self.at = (self.at + by) % self.references.len();
        self.fetch()
    }

    /// Takes the piece in, when it is the one that is looked at.
    pub fn answered(&mut self, call: &Call, result: &Answer) {
        let Call::Evidence { reference } = call else { return };
        if self.references.get(self.at) != Some(reference) {
            return;
        }
        self.doc = match result {
            Ok(Reply::Evidence { evidence }) => Some(Ok(evidence.clone())),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
    }

    /// The piece, once it is here.
    pub fn doc(&self) -> Option<&EvidenceDoc> {
        self.doc.as_ref()?.as_ref().ok()
    }

    /// Opens it in another program.
    pub fn outside(&self) -> PopupResult {
        let Some(doc) = self.doc() else { return PopupResult::stay() };
        let (ending, content) = match doc.kind {
            EvidenceKind::Screenshot => ("png", decode(&doc.content)),
            EvidenceKind::Command
            | EvidenceKind::Http
            | EvidenceKind::Terminal
            | EvidenceKind::Page
            | EvidenceKind::App => ("json", doc.content.clone().into_bytes()),
            EvidenceKind::Recording => ("cast", doc.content.clone().into_bytes()),
            EvidenceKind::Unknown => ("txt", doc.content.clone().into_bytes()),
        };
        PopupResult::effect(Effect::Outside { name: format!("{}.{ending}", doc.reference.0), content })
    }

    /// Its heading, and what it shows.
    pub fn sections(&self, width: usize) -> Vec<Section> {
        if self.references.is_empty() {
            return Vec::new();
        }
        let number = format!("{} of {}", self.at + 1, self.references.len());
        let heading = Row::of(StyleRole::Accent, "▣ ");
        let doc = match &self.doc {
            None => heading.then(StyleRole::Dim, "fetching the evidence …"),
            Some(Err(sentence)) => heading.then(StyleRole::Bad, sentence),
            Some(Ok(doc)) => {
                let number = format!("{}  {number}", doc.reference.0);
                let heading = heading.then(StyleRole::Strong, &doc.title).end(StyleRole::Dim, number);
                return vec![vec![heading, Row::new()].into(), shown(doc, width)];
            }
        };
        vec![vec![doc.end(StyleRole::Dim, number)].into()]
    }
}

fn references(mission: &Mission, assertion: &AssertionId) -> Vec<EvidenceRef> {
    let verdicts = mission.verdicts.get(assertion).into_iter().flatten().rev();
    verdicts.flat_map(|verdict| verdict.evidence.iter().cloned()).collect()
}

fn decode(base64: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64.trim()).unwrap_or_default()
}
