//! The three proposals of the planning turn: contract, environment, plan.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::{Accepted, ToolContext};
use crate::agent::tool::{Answer, Call, Output, ToolRow};
use crate::domain::command::Command;
use crate::domain::contract::AssertionDraft;
use crate::domain::environment::{Environment, ServiceDraft};
use crate::domain::plan::MilestoneDraft;
use crate::domain::text::{Title, plural};
use crate::workspace::Access;

#[derive(Deserialize, JsonSchema)]
struct ProposedContract {
    assertions: Vec<AssertionDraft>,
}

#[derive(Deserialize, JsonSchema)]
struct ProposedEnvironment {
    #[serde(flatten)]
    environment: Environment,
    /// The programs that run while the app is tested.
    #[serde(default)]
    services: Vec<ServiceDraft>,
}

#[derive(Deserialize, JsonSchema)]
struct ProposedPlan {
    /// What the mission is called from now on: what will be there, in at most seven words.
    // No plan is refused for its name: a long one is clipped.
    #[schemars(with = "Option<String>", length(min = 1))]
    title: Option<Title>,
    milestones: Vec<MilestoneDraft>,
}

pub(super) fn rows(context: &Arc<ToolContext>) -> [ToolRow; 3] {
    [
        ToolRow::new(
            "propose_contract",
            "Proposes the validation contract: every assertion of the mission. Proposing again replaces it.",
            Access::Read,
            context,
            propose_contract,
        ),
        context.asking(
            "propose_environment",
            "Proposes the commands and services of the app. The test and lint commands gate every milestone: they must exist once the first feature is built.",
            Accepted::GoOn("The environment is accepted. Next: propose_plan."),
            |ProposedEnvironment { environment, services }| {
                let services = services.into_iter().map(Into::into).collect();
                Ok(Command::ProposeEnvironment { environment: Environment { services, ..environment } })
            },
        ),
        context.asking(
            "propose_plan",
            "Proposes milestones and their features, in the order in which they are built. Ends your turn: the person decides at the plan gate.",
            Accepted::Close("The plan is at its gate."),
            |ProposedPlan { title, milestones }| {
                let title = title.as_ref().and_then(|title| title.as_str().lines().next()).map(Title::clipped);
                Ok(Command::ProposePlan { title, milestones })
            },
        ),
    ]
}

async fn propose_contract(context: Arc<ToolContext>, wanted: ProposedContract, _call: Call) -> Answer {
    let assertions = wanted.assertions;
    let count = plural(assertions.len(), "assertion");
    context.ask(vec![Command::ProposeContract { assertions }]).await?;
    Ok(Output::text(format!("The contract of {count} is accepted. Next: propose_environment.")))
}
