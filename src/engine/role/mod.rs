//! What each role needs around its session: a place to work, what only the engine can tell it, and its tools.

mod attempt_env;
mod orchestrator;
mod researcher;
mod reviewer;
mod user_testing;
mod validator;
mod worker;

use std::sync::Arc;

use super::context::EngineContext;
use super::error::EngineError;
use crate::domain::attempt::AgentWork;

pub use attempt_env::{AttemptEnv, Cleanup};
pub use researcher::Researchers;
pub use validator::proof_at;
pub use worker::at_head;

/// The prompt of a piece of work.
pub fn prompt_name(work: AgentWork) -> &'static str {
    match work {
        AgentWork::Plan => "orchestrator_plan",
        AgentWork::Talk => "orchestrator_talk",
        AgentWork::Triage => "orchestrator_triage",
        AgentWork::Build { .. } => "worker",
        AgentWork::Review { .. } => "reviewer",
        AgentWork::Scrutinize { .. } => "scrutiny",
        AgentWork::TestAsUser { .. } => "user_testing",
    }
}

/// The built-in prompts by name.
pub const PROMPTS: [(&str, &str); 8] = [
    ("orchestrator_plan", include_str!("../../../prompts/orchestrator_plan.md")),
    ("orchestrator_talk", include_str!("../../../prompts/orchestrator_talk.md")),
    ("orchestrator_triage", include_str!("../../../prompts/orchestrator_triage.md")),
    ("worker", include_str!("../../../prompts/worker.md")),
    ("reviewer", include_str!("../../../prompts/reviewer.md")),
    ("scrutiny", include_str!("../../../prompts/scrutiny.md")),
    ("user_testing", include_str!("../../../prompts/user_testing.md")),
    ("researcher", include_str!("../../../prompts/researcher.md")),
];

/// Makes everything ready for a piece of work.
///
/// # Errors
/// When the machine stands in the way: git, the disk, a busy port.
pub async fn prepare(engine: &Arc<EngineContext>, work: AgentWork) -> Result<AttemptEnv, EngineError> {
    match work {
        AgentWork::Plan | AgentWork::Talk | AgentWork::Triage => orchestrator::prepare(engine).await,
        AgentWork::Build { feature } => worker::prepare(engine, feature).await,
        AgentWork::Review { milestone, round, feature } => {
            reviewer::prepare(engine, milestone, round, feature).await
        }
        AgentWork::Scrutinize { milestone, round } => validator::prepare(engine, milestone, round).await,
        AgentWork::TestAsUser { milestone, round } => user_testing::prepare(engine, milestone, round).await,
    }
}
