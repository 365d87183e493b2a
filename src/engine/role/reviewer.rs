//! A reviewer reads one feature's diff, in a checkout of its own: several work at the same time, and each may try
//! what breaks the code without another one seeing it.

use std::sync::Arc;

use super::attempt_env::{AttemptEnv, Cleanup};
use super::validator::commit_of;
use crate::domain::id::{FeatureId, MilestoneId};
use crate::domain::plan::FeatureState;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::diff;
use crate::engine::error::EngineError;
use crate::workspace::{Access, ProofCheckout};

/// The most of a diff that a brief carries, in bytes; the rest is read with git.
const SHOWN: usize = 48 * 1024;

pub(super) async fn prepare(
    engine: &Arc<EngineContext>,
    milestone: MilestoneId,
    round: u32,
    feature: FeatureId,
) -> Result<AttemptEnv, EngineError> {
    let commit = commit_of(engine, milestone, round)?;
    let (task_engine, dir) = (Arc::clone(engine), engine.dir.join("reviews").join(feature.to_string()));
    let proof = blocking(move || Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &commit.0)?)).await?;
    let note = diff_note(engine, feature).await?;
    let env = AttemptEnv::new(proof.dir(), Access::Proof);
    Ok(AttemptEnv { note, cleanup: Cleanup::Remove(proof), ..env })
}

async fn diff_note(engine: &Arc<EngineContext>, feature: FeatureId) -> Result<String, EngineError> {
    let commits = engine.cell.with(|mission| match mission.feature(feature).map(|found| &found.state) {
        Some(FeatureState::Built { base, head, .. }) => Some((base.clone(), head.clone())),
        _ => None,
    });
    let Some((base, head)) = commits else { return Ok(String::new()) };
    let engine = Arc::clone(engine);
    blocking(move || {
        let patch = diff::between(engine.repo.own(), &base.0, &head.0)?.patch();
        let shown = &patch[..patch.floor_char_boundary(SHOWN)];
        let rest = if shown.len() < patch.len() {
            format!("\nThe diff is longer: `git diff {}..{}` shows all of it.\n", base.short(), head.short())
        } else {
            String::new()
        };
        Ok(format!("\n## Its diff\n```diff\n{shown}\n```\n{rest}"))
    })
    .await
}
