//! Whether the mission's record is as the engine wrote it: looked at when an engine starts, and before each round.

use std::sync::Arc;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::domain::command::Command;
use crate::domain::text::Line;

/// Looks, and has the mission know what came of it.
///
/// # Errors
/// When the record cannot be read.
pub(super) async fn look(engine: &Arc<EngineContext>) -> Result<(), EngineError> {
    let task_engine = Arc::clone(engine);
    let check = blocking(move || Ok(task_engine.store.verify()?)).await?;
    let why = check.words().map(Line::clipped);
    if engine.cell.with(|mission| mission.record_doubt != why) {
        engine.dispatcher.record_if_due(Command::DoubtRecord { why }).await?;
    }
    Ok(())
}
