//! What a tester did up to a verdict is kept, and done again by the engine: in another checkout, with an app, a port and
//! data of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::busy_port::{self, Busy};
use super::context::EngineContext;
use super::error::EngineError;
use super::evidence::{Taken, keep};
use super::role::{OwnPlace, Ports};
use crate::agent::tool::{Again, EvidenceSink, Instruments, Steps, replay};
use crate::domain::id::AttemptId;
use crate::domain::verdict::EvidenceRef;
use crate::instrument::{Evidence, Facts, Settled};
use crate::store::{Store, StoreError};
use crate::workspace::{Access, WorkspaceError};

/// How long the steps of one verdict may take, with the start of the app.
pub const LIMIT: Duration = Duration::from_mins(5);

/// How often an app whose port somebody else holds is started again.
const TRIES: u32 = 15;

/// What the steps showed when they were done again.
pub struct Sight {
    /// Of the steps that the verdict rests on.
    pub facts: Vec<Facts>,
    /// Of each step, or why its instrument refused.
    pub all: Vec<Result<Facts, String>>,
    /// Why the app did not come up, where it did not.
    pub down: Option<String>,
    evidence: Vec<Evidence>,
}

impl Sight {
    /// What steps showed, with nothing kept of it.
    #[cfg(test)]
    pub fn of(all: Vec<Result<Facts, String>>, down: Option<String>) -> Self {
        Self { facts: Vec::new(), all, down, evidence: Vec::new() }
    }

    /// Keeps what was seen in the step that tells most: the last of those the verdict rests on.
    ///
    /// # Errors
    /// When the store cannot.
    pub fn keep(&self, store: &Store, taken: &Taken) -> Result<Vec<EvidenceRef>, StoreError> {
        self.evidence.iter().map(|piece| keep(store, piece, taken.clone())).collect()
    }
}

/// Keeps the steps of a verdict.
///
/// # Errors
/// When the store cannot.
pub fn keep_steps(
    store: &Store,
    attempt: AttemptId,
    steps: &Steps,
    taken: Taken,
) -> Result<EvidenceRef, EngineError> {
    let fault = |error| EngineError::Unfit(format!("a tester's steps are no JSON: {error}"));
    let title = format!("what {attempt} did, in {} steps", steps.steps.len());
    let bytes = serde_json::to_vec_pretty(steps).map_err(fault)?;
    let summary = title.clone();
    let piece = Evidence { kind: "steps", summary, title, bytes, settled: Settled::Ended, stranger: None };
    Ok(keep(store, &piece, taken)?)
}

/// The steps that were kept under a name; nothing where they are gone or no longer what they were.
pub fn steps_of(store: &Store, reference: &EvidenceRef) -> Option<Steps> {
    let file = store.evidence().get(reference).ok()?;
    serde_json::from_slice(&file.bytes).ok()
}

/// Does steps again against the app of a checkout; or says what stands in the way. An app that does not come up is what a
/// tester would meet: the steps are done all the same.
///
/// # Errors
/// When the disk fails.
pub async fn again(
    engine: &Arc<EngineContext>,
    dir: &Path,
    steps: &Steps,
    limit: Duration,
    cancel: &CancellationToken,
) -> Result<Result<Sight, String>, EngineError> {
    let own = OwnPlace::create(engine, "replay", Ports::AsDeclared).await?;
    let app = Arc::new(own.app(engine, dir, "replay")?.waiting(Busy::tries(engine, TRIES)));
    let instruments = Instruments {
        evidence: Arc::new(KeptLater),
        app: Arc::clone(&app),
        chromium: engine.chromium().await,
        steps: Arc::default(),
    };
    let env = engine.tool_env(dir, Access::Proof, &own.env)?;
    let names = own.names(dir);
    let work = async {
        let down = match busy_port::start(engine, &app, TRIES).await? {
            Err(error @ WorkspaceError::PortBusy { .. }) => return Ok(Err(error.to_string())),
            Err(error) => {
                tracing::debug!(%error, "the app did not start where a tester's steps are done again");
                Some(error.to_string())
            }
            Ok(_) => None,
        };
        let seen = replay(&env, &instruments, &steps.at(&names)).await;
        if let Some(why) = seen.iter().find_map(Again::blocked) {
            return Ok(Err(why.to_owned()));
        }
        let by_name = |facts: &Facts| Facts { text: names.named(&facts.text), ..facts.clone() };
        let all =
            seen.iter().map(|again| again.seen.as_ref().map(|it| by_name(&it.facts)).map_err(Clone::clone));
        let all = all.collect();
        let (shown, facts): (Vec<_>, Vec<Facts>) = steps.seen(&seen, &names).into_iter().unzip();
        let told = shown.into_iter().rev().find_map(|again| again.seen.as_ref().ok());
        let evidence = told.map(|seen| seen.evidence.clone()).unwrap_or_default();
        Ok(Ok(Sight { facts, all, down, evidence }))
    };
    let sight = tokio::select! {
        done = tokio::time::timeout(limit, work) => {
            done.unwrap_or_else(|_| Ok(Err(format!("its steps had not ended after {} s", limit.as_secs()))))
        }
        () = cancel.cancelled() => Ok(Err("it was interrupted".to_owned())),
    };
    app.stop().await;
    engine.sweep().await?;
    sight
}

/// What is seen is given back, and kept by whoever asked.
struct KeptLater;

impl EvidenceSink for KeptLater {
    fn keep(&self, _evidence: Evidence) -> Result<String, String> {
        Err("what is seen when steps are done again is kept afterwards".to_owned())
    }
}
