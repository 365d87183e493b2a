//! Asked before every model call: pauses wait here, and budgets are checked before money is spent.

use std::sync::Arc;

use super::clock;
use super::dispatcher::DispatcherHandle;
use super::mission_cell::MissionCell;
use crate::agent::session::{Denied, Permit};
use crate::domain::attempt::Role;
use crate::domain::command::Command;
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::text::Line;

/// The permit of one attempt.
pub struct BudgetGuard {
    pub role: Role,
    pub cell: Arc<MissionCell>,
    pub dispatcher: DispatcherHandle,
}

#[async_trait::async_trait]
impl Permit for BudgetGuard {
    async fn before_model_call(&self, _estimate_tokens: u64) -> Result<(), Denied> {
        let denied = |reason: String| Denied { reason };
        // Usage of the turn before is told without waiting; it must count before the next one is allowed.
        self.dispatcher.flush().await.map_err(|refused| denied(refused.to_string()))?;
        self.cell.until(|mission| (!is_paused(mission)).then_some(())).await;
        let spent = self.cell.with(|mission| {
            mission.budget.check(self.role, &mission.usage(), mission.agent_ms(clock::now())).err()
        });
        let Some(spent) = spent else { return Ok(()) };
        let sentence = Line::clipped(spent.to_string());
        let hold = Hold::new(HoldCause::BudgetSpent, sentence);
        if let Err(refused) = self.dispatcher.record(Command::Hold { hold }).await {
            tracing::warn!(%refused, "the spent budget could not be recorded");
        }
        Err(denied(spent.to_string()))
    }
}

/// A pause and a quota keep the session as it is, so that nothing of it is lost.
fn is_paused(mission: &Mission) -> bool {
    mission.hold.as_ref().is_some_and(|hold| matches!(hold.cause, HoldCause::Person | HoldCause::Quota))
}
