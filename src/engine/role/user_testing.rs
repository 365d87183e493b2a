//! The user-testing validator works the running app. It is started before the validator is, and stopped after it.

use std::sync::Arc;

use super::attempt_env::{AttemptEnv, Cleanup};
use super::validator::at_round;
use crate::agent::tool::{App, Instruments};
use crate::domain::attempt::AgentWork;
use crate::domain::environment::{Health as DomainHealth, Service};
use crate::domain::flow::Flow;
use crate::domain::id::MilestoneId;
use crate::engine::context::EngineContext;
use crate::engine::error::EngineError;
use crate::engine::evidence::StoreSink;
use crate::workspace::services::{Health, ServiceDirs};
use crate::workspace::{Access, ServiceSpec, WorkspaceError};

pub(super) async fn prepare(
    engine: &Arc<EngineContext>,
    milestone: MilestoneId,
    round: u32,
    flow: Flow,
) -> Result<AttemptEnv, EngineError> {
    let proof = at_round(engine, milestone, round).await?;
    let services = engine.environment(|environment| environment.services.clone());
    let dirs = ServiceDirs {
        dir: proof.checkout.dir().to_owned(),
        logs: engine.dir.join("services"),
        env: engine.env(),
        reaper: engine.reaper.clone(),
    };
    let app = Arc::new(App::new(services.iter().map(spec).collect(), dirs));
    // A server that a worker left behind must not keep the app's port, or answer in its place.
    engine.sweep().await?;
    let note = match app.start().await {
        Ok(_) => addresses(&services),
        // The person must free the port; a verdict on somebody else's server would prove nothing.
        Err(error @ WorkspaceError::PortBusy { .. }) => return Err(error.into()),
        Err(error) => format!(
            "\n## The app did not start\n{error}\n`app` starts it again. If it stays down, that is what you report.\n{}",
            addresses(&services)
        ),
    };
    let work = AgentWork::TestAsUser { milestone, round, flow };
    let evidence = Arc::new(StoreSink { engine: Arc::clone(engine), work, app: Arc::clone(&app) });
    let env = AttemptEnv::new(proof.checkout.dir(), Access::Proof);
    let instruments = Some(Instruments { evidence, app, chromium: engine.chromium.clone() });
    Ok(AttemptEnv { note, instruments, cleanup: Cleanup::Reset(proof), ..env })
}

/// Where the services are reached. The first one is the app.
fn addresses(services: &[Service]) -> String {
    let ports = services.iter().filter_map(|service| Some((&service.name, service.port?)));
    let lines: Vec<String> = ports
        .enumerate()
        .map(|(index, (name, port))| {
            let word = if index == 0 { "app" } else { name.as_str() };
            format!("{word}: http://127.0.0.1:{port}\n")
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("\n## Where it runs\n{}", lines.concat()) }
}

fn spec(service: &Service) -> ServiceSpec {
    ServiceSpec {
        port: service.port,
        health: match &service.health {
            DomainHealth::Http { path } => Health::Http { path: path.to_string() },
            DomainHealth::Tcp => Health::Tcp,
            DomainHealth::None => Health::None,
        },
        after: service.after.iter().map(ToString::to_string).collect(),
        env: service.env.clone(),
        ..ServiceSpec::new(service.name.as_str(), service.run.as_str())
    }
}
