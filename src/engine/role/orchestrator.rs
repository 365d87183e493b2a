//! The orchestrator reads the mission's checkout: the person's own files may be half edited.

use std::sync::Arc;

use super::attempt_env::AttemptEnv;
use super::worker::open_checkout;
use crate::engine::context::EngineContext;
use crate::engine::error::EngineError;
use crate::workspace::Access;

pub(super) async fn prepare(engine: &Arc<EngineContext>) -> Result<AttemptEnv, EngineError> {
    let checkout = open_checkout(engine).await?;
    Ok(AttemptEnv::new(checkout.dir(), Access::Read))
}
