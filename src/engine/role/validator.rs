//! Validators work in a checkout of their own, at the commit of their round.

use std::path::PathBuf;
use std::sync::Arc;

use super::attempt_env::{AttemptEnv, Cleanup};
use crate::domain::diff::DiffScope;
use crate::domain::id::{Commit, MilestoneId};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::mission_tools::HandoffSource;
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
    Ok(AttemptEnv {
        note: note.unwrap_or_default(),
        cleanup: Cleanup::Reset(proof.clone()),
        ..env(proof.dir().to_owned())
    })
}

pub(super) fn env(dir: PathBuf) -> AttemptEnv {
    AttemptEnv {
        dir,
        access: Access::Proof,
        note: String::new(),
        handoff_source: HandoffSource::Elsewhere,
        instruments: None,
        cleanup: Cleanup::Nothing,
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
) -> Result<ProofCheckout, EngineError> {
    let commit =
        engine.cell.with(|mission| mission.round(milestone, round).map(|found| found.commit.clone()));
    match commit {
        Some(commit) => proof_at(engine, commit).await,
        None => Err(EngineError::Unfit(format!("{milestone} has no round {round}"))),
    }
}

/// The validators' checkout at a commit; it is only set when it stands elsewhere.
///
/// # Errors
/// When git cannot do it.
pub async fn proof_at(engine: &Arc<EngineContext>, commit: Commit) -> Result<ProofCheckout, EngineError> {
    let mut set_to = engine.proof.lock().await;
    let (task_engine, wanted) = (Arc::clone(engine), commit.clone());
    let fresh = set_to.as_ref() != Some(&commit);
    let proof = blocking(move || {
        let dir = task_engine.proof_dir();
        if fresh || !dir.join(".git").exists() {
            return Ok(ProofCheckout::create(&task_engine.repo, &dir, &wanted.0)?);
        }
        Ok(ProofCheckout::open(&task_engine.repo, &dir, &wanted.0))
    })
    .await?;
    *set_to = Some(commit);
    Ok(proof)
}
