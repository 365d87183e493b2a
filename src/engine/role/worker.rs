//! The worker builds in the mission's checkout, from a recorded commit and a clean tree.

use std::sync::Arc;

use super::attempt_env::AttemptEnv;
use crate::domain::attempt::AgentWork;
use crate::domain::id::{Commit, FeatureId};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::evidence::of_findings;
use crate::engine::mission_tools::HandoffSource;
use crate::engine::scripts;
use crate::workspace::{Access, Checkout, Cleanliness};

pub(super) async fn prepare(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
) -> Result<AttemptEnv, EngineError> {
    let checkout = at_head(engine, feature).await?;
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
        let branch =
            engine.cell.with(|m| m.founding.as_ref().map(|f| (f.branch.to_string(), f.base.clone())));
        let Some((branch, base)) = branch else {
            return Err(EngineError::Unfit("the mission has no branch".to_owned()));
        };
        engine.repo.create_mission_branch(&branch, &base.0).or_else(|error| {
            // It stands at a later commit by now, which is as it should be.
            if engine.repo.has_commit(&branch).unwrap_or(false) { Ok(()) } else { Err(error) }
        })?;
        Ok(Checkout::create(&engine.repo, &engine.checkout_dir(), &branch)?)
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
        let moved = !checkout.head().is_ok_and(|present| present == head);
        if moved || checkout.is_clean()? != Cleanliness::Clean {
            let kept = checkout.keep_failed(last, engine.mission.as_str())?;
            tracing::info!(attempt = last, commit = kept, "kept what an attempt left, and rolled it back");
            checkout.roll_back_to(&head)?;
        }
        Ok(checkout)
    })
    .await
}
