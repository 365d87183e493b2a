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
use crate::domain::attempt::Work;

pub use attempt_env::{AttemptEnv, Cleanup};
pub use researcher::Researchers;
pub use validator::proof_at;
pub use worker::at_head;

/// The prompt of a piece of work.
pub fn prompt_name(work: Work) -> &'static str {
    match work {
        Work::Plan => "orchestrator_plan",
        Work::Talk => "orchestrator_talk",
        Work::Triage => "orchestrator_triage",
        Work::Build { .. } | Work::CheckClaims { .. } => "worker",
        Work::Review { .. } => "reviewer",
        Work::Scrutinize { .. } | Work::RunGateCommands { .. } => "scrutiny",
        Work::TestAsUser { .. } => "user_testing",
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
pub async fn prepare(engine: &Arc<EngineContext>, work: Work) -> Result<AttemptEnv, EngineError> {
    match work {
        Work::Plan | Work::Talk | Work::Triage => orchestrator::prepare(engine).await,
        Work::Build { feature } | Work::CheckClaims { feature } => worker::prepare(engine, feature).await,
        Work::Review { milestone, round, feature } => {
            reviewer::prepare(engine, milestone, round, feature).await
        }
        Work::Scrutinize { milestone, round } | Work::RunGateCommands { milestone, round } => {
            validator::prepare(engine, milestone, round).await
        }
        Work::TestAsUser { milestone, round } => user_testing::prepare(engine, milestone, round).await,
    }
}
