//! The planner works in a checkout of its own at the base commit, where it may try what it means to plan on. It is
//! thrown away afterwards.

use std::sync::Arc;

use super::attempt_env::{AttemptEnv, Cleanup};
use crate::domain::attempt::AgentWork;
use crate::domain::brief::{Noted, earlier_sessions};
use crate::domain::id::AttemptId;
use crate::domain::transcript::Before;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::resume::Start;
use crate::instrument::Chromium;
use crate::workspace::{Access, ProofCheckout};

/// Transcript items of an earlier session that are looked at, the newest ones.
const ITEMS: u32 = 400;

pub(super) async fn prepare(engine: &Arc<EngineContext>, start: Start) -> Result<AttemptEnv, EngineError> {
    let base = engine.cell.with(|mission| mission.founding.as_ref().map(|founding| founding.base.clone()));
    let Some(base) = base else { return Err(EngineError::Unfit("the mission has no base".to_owned())) };
    // The mission's own checkout stands from now on, so that a talk and a worker never make it at the same time.
    super::worker::open_checkout(engine).await?;
    let (task_engine, dir) = (Arc::clone(engine), engine.dir.join("trial"));
    let proof = blocking(move || Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &base.0)?)).await?;
    let earlier = match start {
        Start::Afresh => earlier_work(engine)?,
        Start::GoingOn => String::new(),
    };
    let note = earlier + &instruments(&engine.chromium().await);
    let env = AttemptEnv::new(proof.dir(), Access::Proof);
    Ok(AttemptEnv { note, cleanup: Cleanup::Remove(proof), ..env })
}

/// What an assertion can be checked with on this machine.
fn instruments(chromium: &Chromium) -> String {
    let told = match chromium.missing() {
        None => "via command, http, terminal or browser. The browser is a real one: what a page shows, and what a user \
                 does there, is checked in it, with a screenshot as evidence."
            .to_owned(),
        Some(why) => format!("via command, http or terminal. There is no browser: {why}."),
    };
    format!("\n## What can be tested here\nAn assertion is checked {told}\n")
}

/// What earlier planning sessions found out, from their transcripts: a question to the person ends a session, and what
/// was learned before it must not be lost.
fn earlier_work(engine: &Arc<EngineContext>) -> Result<String, EngineError> {
    let earlier: Vec<AttemptId> = engine.cell.with(|mission| {
        let planning = mission.attempts.values().filter(|a| a.work == AgentWork::Plan && !a.is_live());
        planning.map(|attempt| attempt.id).collect()
    });
    let mut noted = Vec::new();
    for attempt in earlier {
        let (entries, _) = engine.store.transcripts().page(attempt, Before::End, ITEMS)?;
        noted.push(Noted { attempt, entries });
    }
    Ok(earlier_sessions(&noted))
}
