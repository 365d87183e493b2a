//! Asked around every model call: pauses wait here, budgets are checked before money is spent, and a model that cannot be
//! reached is waited for with the conversation as it stands.

use std::sync::Arc;

use super::clock;
use super::context::EngineContext;
use super::fallback::SOON;
use super::fault::Fault;
use super::habits::AfterQuota;
use super::waiting::Obstacle;
use crate::agent::model::ModelError;
use crate::agent::session::{Again, Permit};
use crate::domain::attempt::{AgentWork, Role};
use crate::domain::command::Command;
use crate::domain::id::AttemptId;
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::text::{Line, Title};
use crate::domain::wait::WaitCause;

/// The permit of one attempt.
#[derive(Clone)]
pub struct BudgetGuard {
    pub role: Role,
    pub work: AgentWork,
    pub attempt: AttemptId,
    /// Who plays, and as what they were chosen: when another model is, nobody waits for this one any more.
    pub model: Title,
    pub model_role: Role,
    pub engine: Arc<EngineContext>,
}

#[async_trait::async_trait]
impl Permit for BudgetGuard {
    async fn before_model_call(&self, estimate_tokens: u64) -> Result<(), String> {
        let EngineContext { dispatcher, cell, .. } = self.engine.as_ref();
        // Usage of the turn before is recorded without waiting; it must count before the next one is allowed.
        dispatcher.flush().await.map_err(|refused| refused.to_string())?;
        cell.until(|mission| (!is_paused(mission)).then_some(())).await;
        let spent = cell.with(|mission| {
            mission.budget.check(self.role, &mission.usage(), mission.agent_ms(clock::now())).err()
        });
        let Some(spent) = spent else {
            self.engine.open_calls.begin(self.attempt, estimate_tokens);
            return Ok(());
        };
        let hold = Hold::new(HoldCause::BudgetSpent, Line::clipped(spent.to_string())).at(self.work);
        dispatcher.record_or_warn(Command::Hold { hold }, "the spent budget").await;
        Err(spent.to_string())
    }

    async fn after_reply(&self) {
        self.engine.open_calls.end(self.attempt);
        self.engine.waited(self.work.into(), WaitCause::is_of_a_model).await;
    }

    async fn after_fault(&self, fault: &ModelError) -> Again {
        self.engine.open_calls.end(self.attempt);
        if self.engine.is_given_up(fault, self.work.into())
            && let Some(other) = self.engine.fall_back(self.model_role, &self.model, &fault.to_string()).await
        {
            self.engine.waited(self.work.into(), WaitCause::is_of_a_model).await;
            return Again::End { reason: format!("{other} takes over from {}: {fault}", self.model) };
        }
        let Fault::Passing { cause, after } = Fault::of_model(fault) else { return Again::GiveUp };
        let obstacle = Obstacle { cause, sentence: fault.to_string(), after };
        let chosen = |mission: &Mission| {
            mission.models.get(&self.model_role).filter(|chosen| **chosen != self.model).cloned()
        };
        let wait = async {
            if self.engine.habits.after_quota == AfterQuota::Hold
                && matches!(fault, ModelError::Quota { resets_after, .. } if *resets_after > SOON)
            {
                self.hold_for_quota(fault).await;
            } else {
                self.engine.wait_out(self.work.into(), obstacle).await;
            }
        };
        tokio::select! {
            () = wait => Again::Ask,
            other = self.engine.cell.until(chosen) => {
                Again::End { reason: format!("{other} is to do it instead of {}", self.model) }
            }
        }
    }
}

impl BudgetGuard {
    /// Holds the mission until the person has it go on.
    async fn hold_for_quota(&self, fault: &ModelError) {
        let sentence = format!(
            "{fault}; nothing goes on by itself (`resume_after_quota = false`): `flightdeck resume` does once the quota is back, and another model at once"
        );
        let hold = Hold::new(HoldCause::Quota, sentence).at(self.work);
        self.engine.dispatcher.record_or_warn(Command::Hold { hold }, "the spent quota").await;
        self.engine.cell.until(|mission| (!is_paused(mission)).then_some(())).await;
    }
}

/// A pause and a quota keep the session as it is, so that nothing of it is lost.
fn is_paused(mission: &Mission) -> bool {
    mission.hold.as_ref().is_some_and(|hold| matches!(hold.cause, HoldCause::Person | HoldCause::Quota))
}
