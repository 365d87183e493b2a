//! A port that is in use although nobody should have it: what a mission left there whose engine is gone is ended.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::waiting::{Obstacle, PORT};
use crate::agent::tool::{App, BusyPorts};
use crate::domain::attempt::Work;
use crate::domain::wait::WaitCause;
use crate::store::Catalogue;
use crate::workspace::WorkspaceError;
use crate::workspace::services::{ServiceStatus, mission_on};
use crate::workspace::sweep::{MARK, sweep};

/// Between two tries to start an app whose port somebody holds.
const PACE: Duration = Duration::from_secs(2);

/// What a start does in the middle of a tester's work, or of steps that are done again, when somebody holds its port.
pub struct Busy {
    engine: Arc<EngineContext>,
    patience: Patience,
}

enum Patience {
    /// As long as the engine waits for a port; the log tells of it.
    Of(Work),
    /// So many tries are left.
    Tries(AtomicU32),
}

impl Busy {
    /// For a tester at work.
    pub fn of(engine: &Arc<EngineContext>, work: Work) -> Arc<Self> {
        Arc::new(Self { engine: Arc::clone(engine), patience: Patience::Of(work) })
    }

    /// For steps that are done again.
    pub fn tries(engine: &Arc<EngineContext>, tries: u32) -> Arc<Self> {
        let patience = Patience::Tries(AtomicU32::new(tries));
        Arc::new(Self { engine: Arc::clone(engine), patience })
    }
}

impl fmt::Debug for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Busy").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl BusyPorts for Busy {
    async fn wait(&self, port: u16, why: String) -> bool {
        match freed(&self.engine, port).await {
            Ok(Holder::Freed) => return true,
            // What the tester itself left there is for the tester to end.
            Ok(Holder::Own) | Err(_) => return false,
            Ok(Holder::Other) => {}
        }
        match &self.patience {
            Patience::Of(work) if self.engine.waited_for(*work) >= PORT => false,
            Patience::Of(work) => {
                let obstacle = Obstacle { cause: WaitCause::Port, sentence: why, after: None };
                self.engine.wait_out(*work, obstacle).await;
                true
            }
            Patience::Tries(left) => {
                let spend = |left: u32| left.checked_sub(1);
                let may = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok();
                if may {
                    sleep(PACE).await;
                }
                may
            }
        }
    }

    async fn over(&self) {
        if let Patience::Of(work) = &self.patience {
            self.engine.waited(*work, |cause| cause == WaitCause::Port).await;
        }
    }
}

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
        if freed(engine, *port).await? != Holder::Freed {
            sleep(PACE).await;
        }
        started = app.start().await;
    }
    Ok(started)
}

/// Who held a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// A mission that nobody flies: it was ended.
    Freed,
    /// This mission.
    Own,
    /// A mission in flight, or no mission at all.
    Other,
}

/// Frees a port that a program of a mission holds which nobody flies any more, and says whose it is: what belongs to a
/// mission in flight, or to no mission, is left alone.
///
/// # Errors
/// When the task breaks.
async fn freed(engine: &Arc<EngineContext>, port: u16) -> Result<Holder, EngineError> {
    let engine = Arc::clone(engine);
    blocking(move || {
        let Some(mission) = mission_on(port, &engine.sandbox.loopback()) else { return Ok(Holder::Other) };
        if mission == engine.dir {
            return Ok(Holder::Own);
        }
        if is_flown(engine.missions.as_ref(), &mission) {
            return Ok(Holder::Other);
        }
        let swept = sweep((MARK, &mission.display().to_string()));
        tracing::info!(port, mission = %mission.display(), ?swept, "ended what a mission left on a port");
        Ok(Holder::Freed)
    })
    .await
}

/// Whether the mission of a directory has an engine. One of another home is not ours to judge, as long as it is there.
fn is_flown(missions: &dyn Catalogue, dir: &Path) -> bool {
    let known = missions.ids().into_iter().find(|id| missions.dir(id) == dir);
    known.map_or_else(|| dir.exists(), |id| missions.engine(&id).is_some())
}
