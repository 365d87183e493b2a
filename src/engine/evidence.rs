//! What instruments saw becomes the mission's evidence.

use std::sync::Arc;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::agent::tool::EvidenceSink;
use crate::domain::command::Command;
use crate::domain::evidence::EvidenceKind;
use crate::domain::id::FeatureId;
use crate::domain::plan::Origin;
use crate::domain::verdict::EvidenceRef;
use crate::instrument::Evidence;
use crate::store::{Store, StoreError};

/// Bytes of one piece that a conversation is shown at most, of its beginning and of its end.
const EDGE: usize = 1_500;
/// Pieces that a brief shows.
const SHOWN: usize = 6;

/// A piece of evidence for a model: its title and what was seen, cut in the middle where it is long.
///
/// # Errors
/// When there is none of that name, or it is not what it was.
pub(super) fn shown(store: &Store, reference: &EvidenceRef) -> Result<String, StoreError> {
    let doc = store.evidence().get(reference)?.doc();
    let content = match doc.kind {
        EvidenceKind::Screenshot => "(a picture)".to_owned(),
        EvidenceKind::Command
        | EvidenceKind::Http
        | EvidenceKind::Terminal
        | EvidenceKind::App
        | EvidenceKind::Recording
        | EvidenceKind::Page
        | EvidenceKind::Unknown => cut(&doc.content),
    };
    Ok(format!("### {} {}\n```\n{content}\n```\n", reference.0, doc.title))
}

fn cut(text: &str) -> String {
    if text.len() <= 2 * EDGE {
        return text.to_owned();
    }
    let (start, end) = (text.floor_char_boundary(EDGE), text.ceil_char_boundary(text.len() - EDGE));
    format!("{}\n[… {} bytes left out …]\n{}", &text[..start], end - start, &text[end..])
}

/// What was seen of the findings that a fix mends, as a section of its worker's brief; nothing for another feature.
pub(super) fn of_findings(engine: &EngineContext, feature: FeatureId) -> String {
    let references: Vec<EvidenceRef> = engine.cell.with(|mission| {
        let Some(Origin::Fix { findings }) = mission.feature(feature).map(|found| &found.origin) else {
            return Vec::new();
        };
        let findings = findings.iter().filter_map(|id| mission.findings.get(id));
        findings.flat_map(|finding| mission.evidence_of(finding)).collect()
    });
    let pieces = references.iter().take(SHOWN).map(|reference| {
        // A piece that is gone or was changed is said to be: the finding stands without it.
        shown(&engine.store, reference).unwrap_or_else(|error| format!("### {}\n{error}\n", reference.0))
    });
    let text: String = pieces.collect();
    if text.is_empty() { text } else { format!("\n## What was seen of them\n{text}") }
}

/// Keeps what the instruments saw in the mission's store.
pub(super) struct StoreSink(pub(super) Arc<Store>);

/// Keeps a piece of evidence, durably.
///
/// # Errors
/// When the store cannot.
pub(super) fn keep(store: &Store, evidence: &Evidence) -> Result<EvidenceRef, StoreError> {
    store.evidence().keep(EvidenceKind::of_word(evidence.kind), &evidence.title, &evidence.bytes)
}

impl EvidenceSink for StoreSink {
    fn keep(&self, evidence: Evidence) -> Result<String, String> {
        keep(&self.0, &evidence).map(|reference| reference.0).map_err(|error| error.to_string())
    }
}

/// Looks whether what the contract rests on is still what it was, and records what is not.
///
/// # Errors
/// When the log cannot be written.
pub(super) async fn check(engine: &Arc<EngineContext>) -> Result<(), EngineError> {
    let relied: Vec<EvidenceRef> = engine.cell.with(|mission| mission.relied_evidence().cloned().collect());
    let store = Arc::clone(&engine.store);
    let lost = blocking(move || Ok(store.evidence().lost(&relied))).await?;
    if !lost.is_empty() {
        engine.dispatcher.record(Command::ReportLostEvidence { evidence: lost }).await?;
    }
    Ok(())
}
