//! A session that goes on where an earlier attempt at the same work was cut short, or waits for an answer: with the same
//! model, the same tools and the same conversation, so that nothing is read twice and prompt caches stay warm.

mod recap;
mod record;

use std::sync::Arc;

use super::context::{EngineContext, Mind, blocking};
use super::role;
use crate::agent::context::History;
use crate::agent::model::{Item, ToolSpec};
use crate::agent::session::{Player, TakenUp};
use crate::agent::tool::ToolRow;
use crate::domain::attempt::{AgentWork, Attempt, Ending};
use crate::domain::brief::{news, own_work};
use crate::domain::id::AttemptId;
use crate::domain::mission::Mission;

use record::Recorded;
pub use record::{Head, Record, Said};

/// Whether a place to work is made ready for one who begins, or for one who goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Afresh,
    /// What was left in it stays.
    GoingOn,
}

/// A session that can be gone on with.
pub struct Earlier {
    pub attempt: AttemptId,
    work: AgentWork,
    ending: Ending,
    recorded: Recorded,
}

impl Earlier {
    /// The session that an attempt goes on with, if there is one that its model can take up.
    pub async fn of(engine: &Arc<EngineContext>, attempt: AttemptId, mind: &Mind) -> Option<Self> {
        match &mind.player {
            Player::Model(model) if !model.goes_on() => return None,
            Player::Model(_) | Player::Agent(_) => {}
        }
        let (work, model, last) = engine.cell.with(|mission| {
            let now = mission.attempts.get(&attempt)?;
            let last =
                mission.attempts.values().rfind(|known| known.work == now.work && known.id < attempt)?;
            let last = last.clone();
            Some((now.work, now.model.to_string(), may_go_on(mission, &last).then_some(last)?))
        })?;
        let recorded = record::read(&engine.dir, last.id)?;
        let ending = last.ended?.ending;
        if recorded.head.model != model || (work.writes() && !role::is_as_left(engine).await) {
            return None;
        }
        Some(Self { attempt: last.id, work, ending, recorded })
    }

    /// The tools of today under the words of then; nothing where they are others. An agent is told of its tools each time.
    pub fn tools(&self, mind: &Mind, today: Vec<ToolRow>) -> Option<Vec<ToolRow>> {
        if matches!(mind.player, Player::Agent(_)) {
            return Some(today);
        }
        let then = &self.recorded.head.tools;
        let tools: Vec<ToolRow> = then.iter().filter_map(|spec| taken_up(&today, spec)).collect();
        (tools.len() == then.len() && then.len() == today.len()).then_some(tools)
    }

    /// Who the agent is, as it was told.
    pub fn system(&self) -> String {
        self.recorded.head.system.clone()
    }

    /// The session of an agent that has a loop of its own, with what it hears when it goes on with it.
    pub fn taken_up(&self, today: &str) -> TakenUp {
        let (session, brief) = (self.recorded.session.clone(), self.brief(today));
        let recap = recap::of(&self.recorded.history, why(&self.ending), place(self.work));
        TakenUp { session, brief, recap }
    }

    /// The conversation so far.
    pub fn into_history(self) -> History {
        self.recorded.history
    }

    /// What it hears: why it goes on, and what of a brief of today it does not know.
    pub fn brief(&self, today: &str) -> String {
        let told: Vec<&str> = self.recorded.history.items.iter().filter_map(said).collect();
        let new = news(&told, &self.recorded.own, today);
        let new = if new.is_empty() {
            "Nothing else is new: go on.\n".to_owned()
        } else {
            format!("This is new or has changed:\n{new}")
        };
        format!("You go on where you were. {} {} {new}", why(&self.ending), place(self.work))
    }
}

fn taken_up(today: &[ToolRow], spec: &ToolSpec) -> Option<ToolRow> {
    let row = today.iter().find(|row| row.spec.name == spec.name && row.spec.schema == spec.schema)?;
    let mut row = row.clone();
    row.spec.clone_from(spec);
    Some(row)
}

fn said(item: &Item) -> Option<&str> {
    match item {
        Item::User { text } => Some(text),
        Item::Assistant(_) | Item::ToolResult { .. } | Item::Unknown => None,
    }
}

fn why(ending: &Ending) -> &'static str {
    match ending {
        Ending::Done => "What you asked for, or proposed, came back to you.",
        Ending::Unusable { .. } => "The model could not be used for a while.",
        Ending::Interrupted | Ending::Failed { .. } | Ending::Stopped { .. } => {
            "Your session was interrupted, through no fault of yours; what ran in the background has ended."
        }
    }
}

fn place(work: AgentWork) -> &'static str {
    match work {
        AgentWork::Build { .. } => "Your checkout is as you left it, commits and all.",
        AgentWork::Plan => "Your checkout is a fresh one of the base commit.",
        AgentWork::Criticize { .. }
        | AgentWork::Talk
        | AgentWork::Triage
        | AgentWork::Review { .. }
        | AgentWork::Scrutinize { .. }
        | AgentWork::TestAsUser { .. } => "Your checkout is at the commit that you know.",
    }
}

/// Whether an attempt that has ended can be gone on with. A tester begins anew, whoever plays it: its app, with all that was
/// done in it, is gone, and a verdict rests on the evidence and the steps of its own attempt alone; what it remembers of an
/// earlier one would be judged unseen. One that failed, or was stopped, would only go on failing.
fn may_go_on(mission: &Mission, attempt: &Attempt) -> bool {
    let Some(ended) = &attempt.ended else { return false };
    let by_ending = match ended.ending {
        Ending::Interrupted | Ending::Unusable { .. } => true,
        Ending::Done => attempt.work == AgentWork::Plan || mission.has_asked_person(attempt.id),
        Ending::Failed { .. } | Ending::Stopped { .. } => false,
    };
    let by_work = match attempt.work {
        AgentWork::TestAsUser { .. } => false,
        // Nobody else may have had the checkout meanwhile.
        AgentWork::Build { .. } => {
            let later =
                |other: &Attempt| other.id > attempt.id && other.work.writes() && other.work != attempt.work;
            mission.head() == Some(&attempt.base) && !mission.attempts.values().any(later)
        }
        AgentWork::Plan
        | AgentWork::Criticize { .. }
        | AgentWork::Talk
        | AgentWork::Triage
        | AgentWork::Review { .. }
        | AgentWork::Scrutinize { .. } => true,
    };
    by_ending && by_work && mission.wants(attempt.work)
}

/// An attempt has ended: notes what it knows, and drops the records that nobody goes on with.
pub async fn ended(engine: &Arc<EngineContext>, attempt: AttemptId) {
    let engine = Arc::clone(engine);
    let noted = blocking(move || {
        let own = engine
            .cell
            .with(|mission| mission.attempts.get(&attempt).map(|ended| own_work(mission, ended.work)));
        record::note_own(&engine.dir, attempt, own.unwrap_or_default());
        let kept = |id: AttemptId| {
            engine.cell.with(|mission| {
                let known = mission.attempts.get(&id);
                let known = known
                    .filter(|known| !mission.attempts.values().any(|a| a.work == known.work && a.id > id));
                known.is_some_and(|attempt| attempt.is_live() || may_go_on(mission, attempt))
            })
        };
        record::keep_only(&engine.dir, kept);
        Ok(())
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, "the end of a session is not noted");
    }
}
