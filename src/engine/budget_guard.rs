//! Asked before every model call: pauses wait here, and budgets are checked before money is spent.

use std::sync::Arc;

use super::clock;
use super::context::EngineContext;
use crate::agent::session::Permit;
use crate::domain::attempt::Role;
use crate::domain::command::Command;
use crate::domain::mission::{Hold, HoldCause, Mission};
use crate::domain::text::Line;

/// The permit of one attempt.
pub struct BudgetGuard {
    pub role: Role,
    pub engine: Arc<EngineContext>,
}

#[async_trait::async_trait]
impl Permit for BudgetGuard {
    async fn before_model_call(&self, _estimate_tokens: u64) -> Result<(), String> {
        let EngineContext { dispatcher, cell, .. } = self.engine.as_ref();
        // Usage of the turn before is recorded without waiting; it must count before the next one is allowed.
        dispatcher.flush().await.map_err(|refused| refused.to_string())?;
        cell.until(|mission| (!is_paused(mission)).then_some(())).await;
        let spent = cell.with(|mission| {
            mission.budget.check(self.role, &mission.usage(), mission.agent_ms(clock::now())).err()
        });
        let Some(spent) = spent else { return Ok(()) };
        let hold = Hold::new(HoldCause::BudgetSpent, Line::clipped(spent.to_string()));
        dispatcher.record_or_warn(Command::Hold { hold }, "the spent budget").await;
        Err(spent.to_string())
    }
}

/// A pause and a quota keep the session as it is, so that nothing of it is lost.
fn is_paused(mission: &Mission) -> bool {
    mission.hold.as_ref().is_some_and(|hold| matches!(hold.cause, HoldCause::Person | HoldCause::Quota))
}
