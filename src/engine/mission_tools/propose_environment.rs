//! `propose_environment`: how to set up, build, test, lint and run the app.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::texts::{text, texts};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::environment::{Environment, Health, Script, Service};

pub(super) struct ProposeEnvironment(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Run once in every new checkout.
    #[serde(default)]
    setup: Vec<ScriptArgument>,
    #[serde(default)]
    build: Vec<ScriptArgument>,
    #[serde(default)]
    test: Vec<ScriptArgument>,
    #[serde(default)]
    lint: Vec<ScriptArgument>,
    /// The programs that run while the app is tested.
    #[serde(default)]
    services: Vec<ServiceArgument>,
}

/// A command line, run in a shell in the root of the checkout.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScriptArgument {
    name: String,
    run: String,
}

/// A long-running program of the app.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ServiceArgument {
    name: String,
    run: String,
    /// The TCP port it listens on, on 127.0.0.1.
    port: Option<u16>,
    health: Option<HealthArgument>,
    /// Names of services that must be healthy first.
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// One of both: a path that answers GET, or a port that accepts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HealthArgument {
    /// Such as /health.
    http: Option<String>,
    tcp: Option<bool>,
}

fn scripts(arguments: &[ScriptArgument]) -> Result<Vec<Script>, ToolError> {
    let script = |argument: &ScriptArgument| {
        Ok(Script { name: text("name", &argument.name)?, run: text("run", &argument.run)? })
    };
    arguments.iter().map(script).collect()
}

fn service(argument: ServiceArgument) -> Result<Service, ToolError> {
    let health = match argument.health {
        Some(HealthArgument { http: Some(path), .. }) => Health::Http { path: text("health.http", &path)? },
        Some(HealthArgument { tcp: Some(true), .. }) => Health::Tcp,
        _ => Health::None,
    };
    Ok(Service {
        name: text("name", &argument.name)?,
        run: text("run", &argument.run)?,
        port: argument.port,
        health,
        after: texts("after", &argument.after)?,
        env: argument.env,
    })
}

#[async_trait::async_trait]
impl Tool for ProposeEnvironment {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>(
            "propose_environment",
            "Proposes the commands and services of the app. The test and lint commands gate every milestone: they must exist once the first feature is built.",
        )
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let proposed: Arguments = arguments(value)?;
        let environment = Environment {
            setup: scripts(&proposed.setup)?,
            build: scripts(&proposed.build)?,
            test: scripts(&proposed.test)?,
            lint: scripts(&proposed.lint)?,
            services: proposed.services.into_iter().map(service).collect::<Result<_, _>>()?,
        };
        let command = Command::ProposeEnvironment { environment };
        self.0.tell(vec![command], "The environment is accepted. Next: propose_plan.").await
    }
}
