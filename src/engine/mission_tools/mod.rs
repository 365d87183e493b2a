//! The tools by which agents speak to the mission: one file per tool. They never write events: each turns its
//! arguments into commands, and a refusal's sentence goes back to the model.

mod amend_contract;
mod amend_plan;
mod ask;
mod broadcast;
mod context;
mod handoff;
mod issue;
mod message;
mod propose_contract;
mod propose_environment;
mod propose_plan;
mod report_review;
mod report_scrutiny;
mod report_user_testing;
mod request_amendment;
mod texts;
mod triage;
mod verdict;

use std::sync::Arc;

use crate::agent::tool::{Tool, Toolbox};

pub use context::{HandoffSource, ToolContext};

/// Adds every mission tool to a toolbox; a prompt's front matter picks those of its role, and the domain refuses
/// what a role may not ask anyway.
pub fn equip(toolbox: Toolbox, context: &Arc<ToolContext>) -> Toolbox {
    tools(context).into_iter().fold(toolbox, Toolbox::with_tool)
}

fn tools(context: &Arc<ToolContext>) -> Vec<Arc<dyn Tool>> {
    let context = || Arc::clone(context);
    vec![
        Arc::new(propose_contract::ProposeContract(context())),
        Arc::new(propose_environment::ProposeEnvironment(context())),
        Arc::new(propose_plan::ProposePlan(context())),
        Arc::new(amend_plan::AmendPlan(context())),
        Arc::new(amend_contract::AmendContract(context())),
        Arc::new(triage::Triage(context())),
        Arc::new(broadcast::Broadcast(context())),
        Arc::new(message::Message(context())),
        Arc::new(ask::AskUser(context())),
        Arc::new(ask::AskOrchestrator(context())),
        Arc::new(handoff::Handoff(context())),
        Arc::new(request_amendment::RequestAmendment(context())),
        Arc::new(report_review::ReportReview(context())),
        Arc::new(report_scrutiny::ReportScrutiny(context())),
        Arc::new(verdict::Verdict(context())),
        Arc::new(report_user_testing::ReportUserTesting(context())),
    ]
}
