//! The tools by which agents speak to the mission: one file per tool. They never write events: each turns its
//! arguments into commands, and a refusal's sentence goes back to the model.

mod amend_contract;
mod amend_plan;
mod ask;
mod bench;
mod broadcast;
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

pub use bench::{Bench, Place};

/// Adds every mission tool to a toolbox; a prompt's front matter picks those of its role, and the domain refuses
/// what a role may not ask anyway.
pub fn equip(toolbox: Toolbox, bench: &Arc<Bench>) -> Toolbox {
    tools(bench).into_iter().fold(toolbox, Toolbox::with_tool)
}

fn tools(bench: &Arc<Bench>) -> Vec<Arc<dyn Tool>> {
    let bench = || Arc::clone(bench);
    vec![
        Arc::new(propose_contract::ProposeContract(bench())),
        Arc::new(propose_environment::ProposeEnvironment(bench())),
        Arc::new(propose_plan::ProposePlan(bench())),
        Arc::new(amend_plan::AmendPlan(bench())),
        Arc::new(amend_contract::AmendContract(bench())),
        Arc::new(triage::Triage(bench())),
        Arc::new(broadcast::Broadcast(bench())),
        Arc::new(message::Message(bench())),
        Arc::new(ask::AskUser(bench())),
        Arc::new(ask::AskOrchestrator(bench())),
        Arc::new(handoff::Handoff(bench())),
        Arc::new(request_amendment::RequestAmendment(bench())),
        Arc::new(report_review::ReportReview(bench())),
        Arc::new(report_scrutiny::ReportScrutiny(bench())),
        Arc::new(verdict::Verdict(bench())),
        Arc::new(report_user_testing::ReportUserTesting(bench())),
    ]
}
