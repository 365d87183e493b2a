//! Validators work in a checkout of their own, at the commit of their round.

use std::path::PathBuf;
use std::sync::Arc;

use super::station::{After, Station};
use crate::domain::id::{Commit, MilestoneId};
use crate::engine::deck::{Deck, blocking};
use crate::engine::diff;
use crate::engine::error::EngineError;
use crate::engine::mission_tools::Place;
use crate::link::protocol::DiffScope;
use crate::workspace::{Access, ProofCheckout};

/// The scrutiny validator; the checkout is put back when it ends.
pub(super) async fn prepare(
    deck: &Arc<Deck>,
    milestone: MilestoneId,
    round: u32,
) -> Result<Station, EngineError> {
    let proof = at_round(deck, milestone, round).await?;
    let ends = deck.shared.with(|mission| diff::ends(mission, &DiffScope::Milestone(milestone)));
    let note = ends.map(|(base, head)| format!("\n## The milestone's commits\nbase: {base}\nhead: {head}\n"));
    Ok(Station {
        note: note.unwrap_or_default(),
        after: After::Reset(proof.clone()),
        ..station(proof.dir().to_owned())
    })
}

pub(super) fn station(dir: PathBuf) -> Station {
    Station {
        dir,
        access: Access::Proof,
        note: String::new(),
        place: Place::Elsewhere,
        instruments: None,
        after: After::Nothing,
    }
}

/// The validators' checkout at the commit of a round.
///
/// # Errors
/// When there is no such round, or git cannot do it.
pub async fn at_round(
    deck: &Arc<Deck>,
    milestone: MilestoneId,
    round: u32,
) -> Result<ProofCheckout, EngineError> {
    let commit =
        deck.shared.with(|mission| mission.round(milestone, round).map(|found| found.commit.clone()));
    match commit {
        Some(commit) => proof_at(deck, commit).await,
        None => Err(EngineError::Unfit(format!("{milestone} has no round {round}"))),
    }
}

/// The validators' checkout at a commit; it is only set when it stands elsewhere.
///
/// # Errors
/// When git cannot do it.
pub async fn proof_at(deck: &Arc<Deck>, commit: Commit) -> Result<ProofCheckout, EngineError> {
    let mut set_to = deck.proof.lock().await;
    let (task_deck, wanted) = (Arc::clone(deck), commit.clone());
    let fresh = set_to.as_ref() != Some(&commit);
    let proof = blocking(move || {
        let dir = task_deck.proof_dir();
        if fresh || !dir.join(".git").exists() {
            return Ok(ProofCheckout::create(&task_deck.repo, &dir, &wanted.0)?);
        }
        Ok(ProofCheckout::open(&task_deck.repo, &dir, &wanted.0))
    })
    .await?;
    *set_to = Some(commit);
    Ok(proof)
}
