//! Giving a role to its fallback when the chosen model is of no use: its key or its name is refused, its quota is spent,
//! or it cannot be reached for minutes.

use std::time::Duration;

use super::context::EngineContext;
use crate::agent::model::ModelError;
use crate::domain::attempt::{Role, Work};
use crate::domain::command::Command;
use crate::domain::text::{Line, Title};

/// How long a model that cannot be reached is waited for before another takes over.
const PATIENCE: Duration = Duration::from_mins(2);
/// A quota that is back sooner is waited for.
pub(super) const SOON: Duration = Duration::from_mins(2);

impl EngineContext {
    /// Whether a model that fails like this is given up on where another could take over.
    pub(super) fn is_given_up(&self, fault: &ModelError, work: Work) -> bool {
        match fault {
            ModelError::Key(_) | ModelError::Refused(_) => true,
            ModelError::Quota { resets_after, .. } => *resets_after > SOON,
            ModelError::Passing { .. } => self.waited_for(work) >= PATIENCE,
            ModelError::TooLong(_) | ModelError::Cancelled => false,
        }
    }

    /// Has a role played by its fallback from now on; `None` where there is none, or somebody chose another model.
    pub(super) async fn fall_back(&self, role: Role, from: &Title, why: &str) -> Option<Title> {
        let to = self.backends.fallback(role).map(Title::clipped).filter(|to| to != from)?;
        let taken = self.cell.with(|mission| {
            let is_chosen = mission.models.get(&role) == Some(from);
            // It was the fallback's turn already, and the fallback of the two that failed is the first again.
            let was_given_up = mission.fallbacks.get(&role).is_some_and(|fallen| fallen.from == to);
            is_chosen && !was_given_up
        });
        if !taken {
            return None;
        }
        let command =
            Command::TakeFallback { role, from: from.clone(), to: to.clone(), reason: Line::clipped(why) };
        match self.dispatcher.record_if_due(command).await {
            Ok(Some(_)) => Some(to),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%role, %error, "the fallback could not be recorded");
                None
            }
        }
    }

    /// What the transcript of an attempt says where a fallback plays.
    pub(super) fn fallback_note(&self, role: Role) -> Option<String> {
        self.cell.with(|mission| {
            let (model, fallen) = (mission.models.get(&role)?, mission.fallbacks.get(&role)?);
            Some(format!("{model} plays the {role} in place of {}: {}", fallen.from, fallen.reason))
        })
    }
}
