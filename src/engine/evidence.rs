//! What instruments saw becomes the mission's evidence.

use std::sync::Arc;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::agent::tool::EvidenceSink;
use crate::domain::command::Command;
use crate::domain::evidence::EvidenceKind;
use crate::domain::verdict::EvidenceRef;
use crate::instrument::Evidence;
use crate::store::{Store, StoreError};

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
