//! A port that is in use although nobody should have it: what a mission left there whose engine is gone is ended.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use crate::agent::tool::App;
use crate::store::Catalogue;
use crate::workspace::WorkspaceError;
use crate::workspace::services::{ServiceStatus, mission_on};
use crate::workspace::sweep::{MARK, sweep};

/// Between two tries to start an app whose port somebody holds.
const PACE: Duration = Duration::from_secs(2);

/// Starts an app. A port that is in use is freed where that may be, else waited for, and the start tried again so often.
///
/// # Errors
/// When the task breaks; why the app did not start is within.
pub async fn start(
    engine: &Arc<EngineContext>,
    app: &App,
    tries: u32,
) -> Result<Result<Vec<ServiceStatus>, WorkspaceError>, EngineError> {
    // A server that a worker left behind must not keep the app's port, or answer in its place.
    engine.sweep().await?;
    let mut started = app.start().await;
    for _ in 0..tries {
        let Err(WorkspaceError::PortBusy { port, .. }) = &started else { break };
        if !freed(engine, *port).await? {
            sleep(PACE).await;
        }
        started = app.start().await;
    }
    Ok(started)
}

/// Frees a port that a program of a mission holds which nobody flies any more. Says whether it did: what belongs to a
/// mission in flight, or to no mission, is left alone.
///
/// # Errors
/// When the task breaks.
async fn freed(engine: &Arc<EngineContext>, port: u16) -> Result<bool, EngineError> {
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
