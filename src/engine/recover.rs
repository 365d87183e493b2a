//! What an engine does first: it puts in order what an earlier one left. It is the same after a stop and a crash.

use std::sync::Arc;

use super::attempt::open_usage;
use super::context::{EngineContext, blocking};
use super::error::EngineError;
use super::run::Predecessor;
use super::{evidence, landing, resume};
use crate::domain::attempt::{Attempt, Ending, Work};
use crate::domain::command::Command;
use crate::domain::mission::Mission;
use crate::domain::schedule::schedule;
use crate::domain::text::Line;

/// Ends programs that survived, removes the locks they held, closes attempts that no engine runs any more, and finishes or
/// undoes a landing that was cut short.
///
/// An engine that died in a model call, or under the eyes of somebody, is counted against the work it was at: what is
/// started by itself again and again must come to an end. A machine that was switched off, or an engine that somebody
/// killed while a program ran, is not.
///
/// # Errors
/// When the log cannot be written.
pub async fn recover(engine: &Arc<EngineContext>, predecessor: Predecessor) -> Result<(), EngineError> {
    engine.sweep().await?;
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
    let orphans: Vec<Attempt> = engine.cell.with(|m| m.live_attempts().cloned().collect());
    let seen = predecessor == Predecessor::SeenToDie;
    for orphan in &orphans {
        let facts = engine.backends.facts(orphan.model.as_str());
        let open = open_usage(engine, orphan.id, &facts);
        let (attempt, ending) = (orphan.id, Ending::Interrupted);
        let lost = if open.is_some() {
            Some("the engine died in a model call")
        } else {
            seen.then_some("the engine died")
        };
        let (usage, end) = (open, Command::EndAttempt { attempt, ending });
        for command in
            usage.into_iter().chain([end]).chain(lost.map(|reason| loss(orphan.work.into(), reason)))
        {
            engine.dispatcher.record(command).await?;
        }
        resume::ended(engine, orphan.id).await;
    }
    let own = engine.cell.with(|m| schedule(m).into_iter().find(|work| matches!(work, Work::Engine(_))));
    if let Some(work) = own.filter(|_| seen && orphans.is_empty()) {
        engine.dispatcher.record(loss(work, "the engine died")).await?;
    }
    let mut notes = Vec::new();
    if let Err(fault) = landing::take_up(engine, &mut notes).await {
        notes.push(format!("a landing was cut short: {fault}"));
    }
    for note in notes {
        tracing::warn!("{note}");
        engine.feed.warning(note);
    }
    evidence::check(engine).await
}

fn loss(work: Work, reason: &str) -> Command {
    Command::RecordLoss { work, reason: Line::clipped(reason) }
}
