//! What an engine does first: it puts in order what an earlier one left. It is the same after a stop and a crash.

use std::sync::Arc;

use super::context::{EngineContext, MARK, blocking};
use super::error::EngineError;
use super::landing;
use crate::domain::attempt::Ending;
use crate::domain::command::Command;
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;
use crate::workspace::sweep::sweep;

/// Ends programs that survived, removes the locks they held, closes attempts that no engine runs any more, and finishes or
/// undoes a landing that was cut short.
///
/// # Errors
/// When the log cannot be written.
pub async fn recover(engine: &Arc<EngineContext>) -> Result<(), EngineError> {
    let mission = engine.dir.display().to_string();
    let swept = blocking(move || Ok(sweep((MARK, &mission)))).await?;
    tracing::info!(?swept, "looked for programs of an earlier engine");
    // Nothing of the mission runs now, so whatever is locked in its repository is locked by the dead.
    let task_engine = Arc::clone(engine);
    let flying = |mission: &Mission| mission.end.is_none() && mission.landed.is_none();
    let head = engine.cell.with(|mission| mission.head().filter(|_| flying(mission)).cloned());
    blocking(move || {
        task_engine.repo.remove_stale_locks()?;
        // An engine may have died between accepting a head and bringing it over.
        if let Some(head) = head {
            task_engine.publish(&head.0);
        }
        Ok(())
    })
    .await?;
    let orphans: Vec<AttemptId> = engine.cell.with(|m| m.live_attempts().map(|attempt| attempt.id).collect());
    for attempt in orphans {
        let command = Command::EndAttempt { attempt, ending: Ending::Interrupted };
        engine.dispatcher.record(command).await?;
    }
    let mut notes = Vec::new();
    if let Err(fault) = landing::take_up(engine, &mut notes).await {
        notes.push(format!("a landing was cut short: {fault}"));
    }
    for note in notes {
        tracing::warn!("{note}");
        engine.feed.warning(note);
    }
    Ok(())
}
