//! A port that is in use although nobody should have it: what a mission left there whose engine is gone is ended.

use std::path::Path;
use std::sync::Arc;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::store::Catalogue;
use crate::workspace::services::mission_on;
use crate::workspace::sweep::{MARK, sweep};

/// Frees a port that a program of a mission holds which nobody flies any more. Says whether it did: what belongs to a
/// mission in flight, or to no mission, is left alone.
///
/// # Errors
/// When the task breaks.
pub async fn freed(engine: &Arc<EngineContext>, port: u16) -> Result<bool, EngineError> {
    let engine = Arc::clone(engine);
    blocking(move || {
        let Some(mission) = mission_on(port) else { return Ok(false) };
        if mission == engine.dir || is_flown(engine.missions.as_ref(), &mission) {
            return Ok(false);
        }
        let swept = sweep((MARK, &mission.display().to_string()));
        tracing::info!(port, mission = %mission.display(), ?swept, "ended what a mission left on a port");
        Ok(true)
    })
    .await
}

/// Whether the mission of a directory has an engine. One of another home is not ours to judge, as long as it is there.
fn is_flown(missions: &dyn Catalogue, dir: &Path) -> bool {
    let known = missions.ids().into_iter().find(|id| missions.dir(id) == dir);
    known.map_or_else(|| dir.exists(), |id| missions.engine(&id).is_some())
}
