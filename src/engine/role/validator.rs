//! Validators work in a checkout of their own, at the commit of their round.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::attempt_env::{AttemptEnv, Cleanup};
use super::own_place::{OwnPlace, Ports};
use crate::domain::diff::DiffScope;
use crate::domain::id::{Commit, MilestoneId};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::workspace::{Access, ProofCheckout};

/// The scrutiny validator; the checkout is put back when it ends.
pub(super) async fn prepare(
    engine: &Arc<EngineContext>,
    milestone: MilestoneId,
    round: u32,
) -> Result<AttemptEnv, EngineError> {
    let proof = at_round(engine, milestone, round).await?;
    let ends = engine.cell.with(|mission| mission.diff_range(&DiffScope::Milestone(milestone)));
    let note = ends.map(|(base, head)| format!("\n## The milestone's commits\nbase: {base}\nhead: {head}\n"));
    let own = OwnPlace::create(engine, &milestone.to_string(), Ports::AllOwn).await?;
    let note = note.unwrap_or_default() + &own.note();
    let env = AttemptEnv::new(proof.checkout.dir(), Access::Proof);
    Ok(AttemptEnv { note, own: Some(own), cleanup: Cleanup::Reset(proof), ..env })
}

/// The commit of a round.
///
/// # Errors
/// When there is no such round.
pub(super) fn commit_of(
    engine: &EngineContext,
    milestone: MilestoneId,
    round: u32,
) -> Result<Commit, EngineError> {
    let commit =
        engine.cell.with(|mission| mission.round(milestone, round).map(|found| found.commit.clone()));
    commit.ok_or_else(|| EngineError::Unfit(format!("{milestone} has no round {round}")))
}

/// The validators' checkout in the hands of one piece of work. The next one waits until this is dropped, so that
/// nobody finds it half put back.
pub struct HeldProof {
    pub checkout: ProofCheckout,
    commit: Commit,
    /// The commit that it was left at, clean; nothing while somebody works in it.
    left_at: OwnedMutexGuard<Option<Commit>>,
}

impl HeldProof {
    /// Puts it back, and gives the tracked files that were changed. The next one waits until that is done. Where it
    /// fails, or this is dropped without it, the next one sets the checkout anew: nobody need be asked.
    pub async fn put_back(mut self) -> Vec<PathBuf> {
        let checkout = self.checkout.clone();
        match blocking(move || Ok(checkout.reset()?)).await {
            Ok(changed) => {
                *self.left_at = Some(self.commit);
                changed
            }
            Err(error) => {
                tracing::warn!(%error, "the validators' checkout could not be put back; it will be set anew");
                Vec::new()
            }
        }
    }
}

/// The validators' checkout at the commit of a round.
///
/// # Errors
/// When there is no such round, or git cannot do it.
pub async fn at_round(
    engine: &Arc<EngineContext>,
    milestone: MilestoneId,
    round: u32,
) -> Result<HeldProof, EngineError> {
    proof_at(engine, commit_of(engine, milestone, round)?).await
}

/// The validators' checkout at a commit, once nobody else holds it; it is only set when it was not left clean at that very commit.
///
/// # Errors
/// When git cannot do it.
pub async fn proof_at(engine: &Arc<EngineContext>, commit: Commit) -> Result<HeldProof, EngineError> {
    let mut left_at = Arc::clone(&engine.proof).lock_owned().await;
    let (task_engine, wanted) = (Arc::clone(engine), commit.clone());
    let fresh = left_at.take().as_ref() != Some(&commit);
    let checkout = blocking(move || {
        let dir = task_engine.proof_dir();
        if fresh || !dir.join(".git").exists() {
            return Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &wanted.0)?);
        }
        Ok(ProofCheckout::open(task_engine.repo.own(), &dir, &wanted.0))
    })
    .await?;
    Ok(HeldProof { checkout, commit, left_at })
}
