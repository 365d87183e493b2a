//! A reviewer reads one feature's diff, in a checkout and with ports of its own: several work at the same time, and each
//! may try what breaks the code without another one seeing it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::attempt_env::{AttemptEnv, Cleanup};
use super::own_place::{OwnPlace, Ports};
use super::validator::commit_of;
use crate::domain::id::{Commit, FeatureId, MilestoneId};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::diff;
use crate::engine::error::EngineError;
use crate::engine::tampering;
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
    let under_test = commit.clone();
    let proof = blocking(move || Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &commit.0)?)).await?;
    let own = OwnPlace::create(engine, &feature.to_string(), Ports::AllOwn).await?;
    let note = diff_note(engine, feature, under_test).await?
        + &tampering::notes(engine, feature).await?
        + &own.note();
    let env = AttemptEnv::new(proof.dir(), Access::Proof);
    Ok(AttemptEnv { note, own: Some(own), cleanup: Cleanup::ResetAndRemove(proof), ..env })
}

/// What was built of a feature. One that was mended since is shown as it is now: from before its first commit to the
/// commit under test, in the files that it and its fixes touched.
async fn diff_note(
    engine: &Arc<EngineContext>,
    feature: FeatureId,
    under_test: Commit,
) -> Result<String, EngineError> {
    let built = engine.cell.with(|mission| mission.built_for(feature));
    let Some((base, own_head)) = built.first().cloned() else { return Ok(String::new()) };
    let (head, heading) = match built.len() {
        1 => (own_head, "Its diff"),
        _ => (under_test, "Its diff, with what mended it since, in the files that they touched"),
    };
    let engine = Arc::clone(engine);
    blocking(move || {
        let mut whole = diff::between(engine.repo.own(), &base.0, &head.0)?;
        if built.len() > 1 {
            let mut touched = BTreeSet::new();
            for (from, to) in &built {
                let part = diff::between(engine.repo.own(), &from.0, &to.0)?;
                touched.extend(
                    part.files.into_iter().flat_map(|file| file.old_path.into_iter().chain([file.path])),
                );
            }
            whole.files.retain(|file| touched.contains(&file.path));
        }
        let patch = whole.patch();
        let shown = &patch[..patch.floor_char_boundary(SHOWN)];
        let rest = if shown.len() < patch.len() {
            format!("\nThe diff is longer: `git diff {}..{}` shows all of it.\n", base.short(), head.short())
        } else {
            String::new()
        };
        Ok(format!("\n## {heading}\n```diff\n{shown}\n```\n{rest}"))
    })
    .await
}
