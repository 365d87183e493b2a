//! How a critic ends: with objections, or in agreement.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext};
use crate::agent::tool::{ToolError, ToolRow};
use crate::domain::command::Command;
use crate::domain::negotiation::ObjectionDraft;
use crate::domain::sealed::SealedDraft;
use crate::domain::text::Prose;

#[derive(Deserialize, JsonSchema)]
struct Objections {
    /// The heaviest first; at most 12.
    objections: Vec<ObjectionDraft>,
    /// What they come to, for the person at the plan gate, in three sentences.
    summary: Prose,
}

#[derive(Deserialize, JsonSchema)]
struct Agreement {
    /// What you tried to find and did not, for the person at the plan gate, in three sentences.
    summary: Prose,
}

#[derive(Deserialize, JsonSchema)]
struct Sealing {
    /// At most 5 in the whole mission.
    assertions: Vec<SealedDraft>,
}

pub(super) fn rows(context: &Arc<ToolContext>) -> [ToolRow; 3] {
    [
        context.asking(
            "seal",
            "Adds assertions that only user testers and the person see: nobody who plans, builds or reviews is told of them. It may stand in one reply with `agree` or `object`.",
            Accepted::GoOn("They are sealed. Name them to nobody, and quote them nowhere."),
            |Sealing { assertions }| Ok(Command::Seal { assertions }),
        ),
        context.asking(
            "object",
            "Objects to the plan and ends your turn. Each objection is answered by a change or a reason.",
            Accepted::Close("The objections are recorded."),
            |Objections { objections, summary }| {
                if objections.is_empty() {
                    return Err(ToolError::Mend("name what you object to, or call `agree`".to_owned()));
                }
                Ok(Command::Criticize { summary, objections })
            },
        ),
        context.asking(
            "agree",
            "Agrees to the plan and ends your turn.",
            Accepted::Close("The agreement is recorded."),
            |Agreement { summary }| Ok(Command::Criticize { summary, objections: Vec::new() }),
        ),
    ]
}
