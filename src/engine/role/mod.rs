//! The role table: for each kind of work its prompt, and the place to work that is made ready for it.

mod attempt_env;
mod own_place;
mod planner;
mod researcher;
mod reviewer;
mod user_testing;
mod validator;
mod worker;

use std::sync::Arc;

use futures::future::BoxFuture;

use super::context::EngineContext;
use super::error::EngineError;
use super::resume::Start;
use crate::agent::tool::{ToolSet, ToolTable};
use crate::domain::attempt::{AgentWork, Role};
use crate::workspace::Access;

pub use attempt_env::{AttemptEnv, Cleanup};
pub use own_place::{OwnPlace, Ports};
pub use researcher::Researchers;
pub use validator::{HeldProof, proof_at};
pub use worker::{at_head, is_as_left};

/// One row of the role table: what a piece of work is briefed with, and where it is done. Its tools, its access and its
/// limits stand in the prompt's front matter; when it is due, in `domain::schedule`; what it is about, in
/// `domain::brief`.
pub struct RoleRow<'a> {
    /// The name of its prompt.
    pub prompt: &'static str,
    /// Makes its place ready; nothing happens before it is awaited.
    pub env: BoxFuture<'a, Result<AttemptEnv, EngineError>>,
}

/// The row of a piece of work.
pub fn row(engine: &Arc<EngineContext>, work: AgentWork, start: Start) -> RoleRow<'_> {
    match work {
        AgentWork::Plan => RoleRow::new(PLAN, planner::prepare(engine, start)),
        AgentWork::Criticize { .. } => RoleRow::new(CRITIC, orchestrator(engine)),
        AgentWork::Talk => RoleRow::new(TALK, orchestrator(engine)),
        AgentWork::Triage => RoleRow::new(TRIAGE, orchestrator(engine)),
        AgentWork::Build { feature } => RoleRow::new(WORKER, worker::prepare(engine, feature, start)),
        AgentWork::Review { milestone, round, feature } => {
            RoleRow::new(REVIEWER, reviewer::prepare(engine, milestone, round, feature))
        }
        AgentWork::Scrutinize { milestone, round } => {
            RoleRow::new(SCRUTINY, validator::prepare(engine, milestone, round))
        }
        AgentWork::TestAsUser { milestone, round, flow } => {
            RoleRow::new(USER_TESTING, user_testing::prepare(engine, milestone, round, flow))
        }
    }
}

impl<'a> RoleRow<'a> {
    fn new(
        prompt: &'static str,
        env: impl Future<Output = Result<AttemptEnv, EngineError>> + Send + 'a,
    ) -> Self {
        Self { prompt, env: Box::pin(env) }
    }
}

/// The tools that show the code.
const CODE_TOOLS: [&str; 9] =
    ["read", "write", "edit", "search", "list", "shell", "job", "delegate", "skill"];

/// Takes from a session's table what its role must not know, whatever a prompt of a person or a project names.
pub fn withhold(role: Role, table: ToolTable) -> ToolTable {
    let leads = role == Role::Orchestrator;
    let hidden: &[&str] = if leads { &[] } else { &["read_mission"] };
    let table = table.without(hidden, "only the orchestrator reads the whole mission");
    if role.is_blind_to_code() {
        return table.without(&CODE_TOOLS, "who tests as a user must not see the code");
    }
    table
}

/// Whether a role is given a tool of its prompt under a set. Who leads a mission answers others by `message`.
pub fn is_given(role: Role, set: ToolSet, tool: &str) -> bool {
    set.has(tool) || (role == Role::Orchestrator && tool == "message")
}

/// The orchestrator reads the mission's checkout: the person's own files may be half edited.
async fn orchestrator(engine: &Arc<EngineContext>) -> Result<AttemptEnv, EngineError> {
    Ok(AttemptEnv::new(worker::open_checkout(engine).await?.dir(), Access::Read))
}

/// Names the built-in prompts, and makes the list of them with their texts.
macro_rules! prompts {
    ($($constant:ident = $name:literal;)*) => {
        $(const $constant: &str = $name;)*

        /// The built-in prompts: name and text.
        pub const PROMPTS: &[(&str, &str)] =
            &[$(($constant, include_str!(concat!("../../../prompts/", $name, ".md")))),*];
    };
}

prompts! {
    PLAN = "orchestrator_plan";
    CRITIC = "critic";
    TALK = "orchestrator_talk";
    TRIAGE = "orchestrator_triage";
    WORKER = "worker";
    REVIEWER = "reviewer";
    SCRUTINY = "scrutiny";
    USER_TESTING = "user_testing";
    RESEARCHER = "researcher";
}
