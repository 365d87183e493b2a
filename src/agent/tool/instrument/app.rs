//! `app`: the services of the app under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::agent::tool::{Answer, Call, Output, ToolError, ToolRow};
use crate::workspace::services::{ServiceDirs, ServiceStatus};
use crate::workspace::{Access, ServiceSpec, Services, WorkspaceError};

/// The app under test. It is shared by the testers of one checkout; dropping it stops its services.
#[derive(Debug)]
pub struct App {
    specs: Vec<ServiceSpec>,
    dirs: ServiceDirs,
    running: Mutex<Option<Services>>,
    /// How often it was started.
    starts: AtomicU32,
}

impl App {
    /// An app that is not running.
    pub fn new(specs: Vec<ServiceSpec>, dirs: ServiceDirs) -> Self {
        Self { specs, dirs, running: Mutex::new(None), starts: AtomicU32::new(0) }
    }

    /// Starts what is not running; an app that is up stays as it is.
    ///
    /// # Errors
    /// When a service does not come up; then none runs.
    pub async fn start(&self) -> Result<Vec<ServiceStatus>, WorkspaceError> {
        let mut running = self.running.lock().await;
        let up = running.as_ref().map(Services::status);
        if let Some(up) = up.filter(|up| up.iter().all(|service| service.ended.is_none())) {
            return Ok(up);
        }
        if let Some(mut old) = running.take() {
            old.stop_all().await;
        }
        let services = Services::start(self.specs.clone(), &self.dirs).await?;
        let status = services.status();
        *running = Some(services);
        self.starts.fetch_add(1, Ordering::Relaxed);
        Ok(status)
    }

    /// Which start of the app this is, from 1; 0 before the first.
    pub fn instance(&self) -> u32 {
        self.starts.load(Ordering::Relaxed)
    }

    /// Stops all services.
    pub async fn stop(&self) {
        if let Some(mut services) = self.running.lock().await.take() {
            services.stop_all().await;
        }
    }

    /// The state of its services; empty when it is not running.
    pub async fn status(&self) -> Vec<ServiceStatus> {
        self.running.lock().await.as_ref().map(Services::status).unwrap_or_default()
    }

    async fn logs(&self, service: Option<&str>) -> Result<String, ToolError> {
        let running = self.running.lock().await;
        let services =
            running.as_ref().ok_or_else(|| ToolError::Mend("the app is not running; start it".to_owned()))?;
        let names: Vec<String> = match service {
            Some(name) => vec![name.to_owned()],
            None => services.status().into_iter().map(|service| service.name).collect(),
        };
        let logs =
            names.iter().map(|name| services.logs(name).map(|log| format!("## {name}\n{}", log.trim_end())));
        Ok(logs.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
    }
}

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// What to do.
    action: Action,
    /// `logs`: one service; all when left out.
    service: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    Start,
    Stop,
    Status,
    Logs,
}

pub(super) fn row(app: Result<Arc<App>, String>) -> ToolRow {
    let names: Vec<_> = app.iter().flat_map(|app| &app.specs).map(|service| service.name.as_str()).collect();
    let services = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let description = format!(
        "Starts and stops the services of the app under test and shows their state and logs. Services: {services}."
    );
    ToolRow::new("app", description, Access::Proof, app, act)
}

async fn act(app: Arc<App>, wanted: Arguments, _call: Call) -> Answer {
    let text = match wanted.action {
        Action::Start => states(&app.start().await?),
        Action::Stop => {
            app.stop().await;
            "the app is stopped".to_owned()
        }
        Action::Status => states(&app.status().await),
        Action::Logs => app.logs(wanted.service.as_deref()).await?,
    };
    Ok(Output::text(text))
}

fn states(services: &[ServiceStatus]) -> String {
    if services.is_empty() {
        return "no service is running".to_owned();
    }
    let lines = services.iter().map(|service| {
        let place = service.port.map(|port| format!(" at http://localhost:{port}")).unwrap_or_default();
        match service.ended {
            None => format!("{}: running{place}", service.name),
            Some(exit) => format!("{}: ended ({exit})", service.name),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::tool::env::tests::call;
    use crate::workspace::Reaper;

    #[tokio::test]
    async fn services_are_started_watched_and_stopped() {
        let directory = tempfile::tempdir().unwrap();
        let dirs = ServiceDirs {
            dir: directory.path().to_owned(),
            logs: directory.path().join("logs"),
            env: Vec::new(),
            reaper: Reaper::None,
        };
        let app = Arc::new(App::new(vec![ServiceSpec::new("web", "echo serving; exec sleep 60")], dirs));
        let tool = row(Ok(Arc::clone(&app)));
        assert!(tool.spec.description.ends_with("Services: web."));
        assert_eq!(call(&tool, json!({ "action": "status" })).await.unwrap(), "no service is running");
        assert!(call(&tool, json!({ "action": "logs" })).await.unwrap_err().contains("start it"));
        assert_eq!(call(&tool, json!({ "action": "start" })).await.unwrap(), "web: running");
        let first = app.status().await[0].pid;
        call(&tool, json!({ "action": "start" })).await.unwrap();
        assert_eq!(app.status().await[0].pid, first, "an app that is up is left alone");
        assert!(call(&tool, json!({ "action": "logs" })).await.unwrap().starts_with("## web"));
        let fault = call(&tool, json!({ "action": "logs", "service": "db" })).await.unwrap_err();
        assert!(fault.contains("the services are: web"), "{fault}");
        assert_eq!(call(&tool, json!({ "action": "stop" })).await.unwrap(), "the app is stopped");
        assert!(app.status().await.is_empty());
    }
}
