//! The worker builds in the mission's checkout, from a recorded commit and a clean tree.

use std::sync::Arc;

use super::attempt_env::AttemptEnv;
use crate::domain::attempt::AgentWork;
use crate::domain::id::{Commit, FeatureId};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::evidence::of_findings;
use crate::engine::mission_tools::HandoffSource;
use crate::engine::resume::Start;
use crate::engine::scripts;
use crate::workspace::{Access, Checkout, Cleanliness};

pub(super) async fn prepare(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
    start: Start,
) -> Result<AttemptEnv, EngineError> {
    let checkout = match start {
        Start::Afresh => at_head(engine, feature).await?,
        Start::GoingOn => open_checkout(engine).await?,
    };
    let note = scripts::set_up(engine, checkout.dir()).await? + &of_findings(engine, feature);
    let env = AttemptEnv::new(checkout.dir(), Access::Write);
    Ok(AttemptEnv { note, handoff_source: HandoffSource::Checkout(checkout), ..env })
}

/// The mission's checkout, made when it is first needed.
///
/// # Errors
/// When git cannot make or open it.
pub async fn open_checkout(engine: &Arc<EngineContext>) -> Result<Checkout, EngineError> {
    let engine = Arc::clone(engine);
    blocking(move || {
        let known = engine.cell.with(|mission| {
            let founding = mission.founding.as_ref()?;
            Some((founding.branch.to_string(), mission.head().unwrap_or(&founding.base).clone()))
        });
        let Some((branch, head)) = known else {
            return Err(EngineError::Unfit("the mission has no branch".to_owned()));
        };
        engine.repo.ensure_branch(&head.0)?;
        Ok(Checkout::create(engine.repo.own(), &engine.checkout_dir(), &branch)?)
    })
    .await
}

/// The checkout at the mission's head with a clean tree: what a failed or interrupted attempt left is kept under a
/// ref and rolled back.
///
/// # Errors
/// When git cannot do it.
pub async fn at_head(engine: &Arc<EngineContext>, feature: FeatureId) -> Result<Checkout, EngineError> {
    let checkout = open_checkout(engine).await?;
    let engine = Arc::clone(engine);
    blocking(move || {
        let (head, last) = engine.cell.with(|mission| {
            let mine = mission.attempts.values().filter(|a| a.work == AgentWork::Build { feature });
            let last = mine.filter(|attempt| !attempt.is_live()).map(|attempt| attempt.id.0).max();
            (mission.head().cloned(), last.unwrap_or(0))
        });
        let Some(Commit(head)) = head else {
            return Err(EngineError::Unfit("the mission has no base commit".to_owned()));
        };
        engine.repo.remove_locks_of_worker(&checkout)?;
        let moved = !checkout.head().is_ok_and(|present| present == head);
        // What git cannot even look at, such as a broken index, is put in order too.
        if moved || !checkout.is_clean().is_ok_and(|found| found == Cleanliness::Clean) {
            match checkout.keep_failed(last, engine.mission.as_str()) {
                Ok(kept) => {
                    tracing::info!(attempt = last, kept, "kept what an attempt left, and rolled it back");
                }
                Err(error) => {
                    tracing::warn!(attempt = last, %error, "what an attempt left is not kept");
                }
            }
            checkout.roll_back_to(&head)?;
        }
        engine.publish(&head);
        Ok(checkout)
    })
    .await
}

/// Whether the workers' checkout is one that its last worker can go on in: on top of the mission's head, and sound.
pub async fn is_as_left(engine: &Arc<EngineContext>) -> bool {
    let Ok(checkout) = open_checkout(engine).await else { return false };
    let engine = Arc::clone(engine);
    let looked = blocking(move || {
        let head = engine.cell.with(|mission| mission.head().cloned());
        engine.repo.remove_locks_of_worker(&checkout)?;
        checkout.is_clean()?;
        Ok(head.is_some_and(|head| checkout.has(&head.0)))
    });
    looked.await.unwrap_or(false)
}
