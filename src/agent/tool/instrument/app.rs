//! `app`: the services of the app under test.

mod report;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Instruments, logged};
use crate::agent::tool::{Answer, Call, Lack, ToolError, ToolRow, arguments};
use crate::instrument::Seen;
use crate::workspace::services::{DATA_DIR, Known, ServiceDirs, ServiceStatus, StillHeld};
use crate::workspace::{Access, ServiceSpec, Services, WorkspaceError};
use report::{Report, State};

/// Who knows what becomes of a start whose port somebody else holds.
#[async_trait::async_trait]
pub trait BusyPorts: std::fmt::Debug + Send + Sync {
    /// Frees the port or waits for it, and says whether the start may be tried again; `why` says who holds it.
    async fn wait(&self, port: u16, why: String) -> bool;

    /// Nothing is waited for any more: the app is up, or the wait was given up.
    async fn over(&self);
}

/// The app under test. It is shared by the testers of one checkout; dropping it stops its services.
#[derive(Debug)]
pub struct App {
    specs: Vec<ServiceSpec>,
    dirs: ServiceDirs,
    running: Mutex<Option<Services>>,
    /// How often it was started.
    starts: AtomicU32,
    /// The services by process whose end the tester knows of.
    known_ended: std::sync::Mutex<BTreeSet<i32>>,
    /// Without one, a port that is held is said at once.
    busy: Option<Arc<dyn BusyPorts>>,
}

/// The tool's name.
pub(super) const NAME: &str = "app";

/// How long the system may keep a closed connection's port from a program that does not ask for it at once.
const LINGER: Duration = Duration::from_secs(65);
/// How often it is tried again meanwhile.
const PACE: Duration = Duration::from_secs(3);

impl App {
    /// An app that is not running.
    pub fn new(specs: Vec<ServiceSpec>, dirs: ServiceDirs) -> Self {
        Self {
            specs,
            dirs,
            running: Mutex::new(None),
            starts: AtomicU32::new(0),
            known_ended: std::sync::Mutex::default(),
            busy: None,
        }
    }

    /// The same, of which a tester's own starts wait for a port that somebody else holds.
    #[must_use]
    pub fn waiting(self, busy: Arc<dyn BusyPorts>) -> Self {
        Self { busy: Some(busy), ..self }
    }

    /// Whether it has services.
    pub fn has_services(&self) -> bool {
        !self.specs.is_empty()
    }

    /// Whether one of its services listens on a port.
    pub fn listens(&self) -> bool {
        self.specs.iter().any(|spec| spec.port.is_some())
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
        let services = self.patiently().await?;
        let status = services.status();
        *running = Some(services);
        self.starts.fetch_add(1, Ordering::Relaxed);
        Ok(status)
    }

    /// As [`Self::start`], for a tester: a port that somebody else holds is waited for.
    async fn start_in_time(&self, cancel: &CancellationToken) -> Result<(), WorkspaceError> {
        let Some(busy) = &self.busy else { return self.start().await.map(|_| ()) };
        let done = loop {
            let Err(fault) = self.start().await else { break Ok(()) };
            let WorkspaceError::PortBusy { port, .. } = &fault else { break Err(fault) };
            let again = tokio::select! {
                again = busy.wait(*port, fault.to_string()) => again,
                () = cancel.cancelled() => false,
            };
            if !again {
                break Err(fault);
            }
        };
        busy.over().await;
        done
    }

    /// Which start of the app this is, from 1; 0 before the first.
    pub fn instance(&self) -> u32 {
        self.starts.load(Ordering::Relaxed)
    }

    /// Stops all services, and gives the ports that are held by somebody all the same.
    pub async fn stop(&self) -> Vec<StillHeld> {
        match self.running.lock().await.take() {
            Some(mut services) => services.stop_all().await,
            None => Vec::new(),
        }
    }

    /// The state of its services; empty when it is not running.
    pub async fn status(&self) -> Vec<ServiceStatus> {
        self.running.lock().await.as_ref().map(Services::status).unwrap_or_default()
    }

    /// Does what a tester wants, and reports it.
    async fn act(&self, wanted: &Arguments, cancel: &CancellationToken) -> Report {
        let begun = Instant::now();
        let mut report = Report::new(wanted.action.word());
        match wanted.action {
            Action::Start => report.fault = self.start_in_time(cancel).await.err(),
            Action::Stop => self.stopped(&mut report).await,
            Action::Restart => {
                self.stopped(&mut report).await;
                report.services.clear();
                report.fault = self.start_in_time(cancel).await.err();
            }
            Action::Reset => {
                self.stopped(&mut report).await;
                report.services.clear();
                report.fault = match self.empty_data() {
                    Ok(()) => self.start_in_time(cancel).await.err(),
                    Err(fault) => Some(fault),
                };
            }
            Action::Crash => {
                if let Some(services) = self.running.lock().await.as_mut() {
                    services.crash_all().await;
                }
            }
            Action::Status | Action::Logs => {}
        }
        if report.services.is_empty() {
            report.services = self.states(wanted.service.as_deref(), &mut report.fault).await;
        }
        self.newly_ended().await;
        report.milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        report
    }

    /// What a tester must know before the next step: services that ended by themselves since the last one.
    pub(super) async fn fallen(&self) -> Option<Seen> {
        let names = self.newly_ended().await;
        if names.is_empty() {
            return None;
        }
        let mut report = Report::new("status");
        let states = self.states(None, &mut report.fault).await;
        report.services = states.into_iter().filter(|state| names.contains(&state.name)).collect();
        let seen = report.seen().ok()?;
        let text =
            format!("since your last call a service ended by itself; `app` restarts it\n{}", seen.text);
        Some(Seen { text, ..seen })
    }

    /// Who answered on one of these ports in place of a service of the app, as a sentence; nothing where the services did, or
    /// where none of them listens.
    pub(super) async fn stranger(&self, reached: &[u16]) -> Option<String> {
        if reached.is_empty() || !self.listens() {
            return None;
        }
        let known = Known {
            marks: self.specs.iter().map(|spec| self.dirs.mark(&spec.name)).collect(),
            given: self.specs.iter().filter_map(|spec| spec.port).collect(),
            started: self.status().await.iter().filter_map(|service| service.port).collect(),
        };
        let on = self.dirs.jail.loopback();
        reached.iter().find_map(|port| known.stranger_on(*port, &on))
    }

    /// The services whose end nobody was told of yet.
    async fn newly_ended(&self) -> Vec<String> {
        let status = self.status().await;
        let mut known = self.known_ended.lock().unwrap_or_else(PoisonError::into_inner);
        let new = status.into_iter().filter(|service| service.ended.is_some() && known.insert(service.pid));
        new.map(|service| service.name).collect()
    }

    /// Empties the folder in which the app keeps its data.
    fn empty_data(&self) -> Result<(), WorkspaceError> {
        let Some((_, dir)) = self.dirs.env.iter().find(|(name, _)| name == DATA_DIR) else { return Ok(()) };
        let emptied = std::fs::remove_dir_all(dir).and_then(|()| std::fs::create_dir_all(dir));
        emptied.map_err(WorkspaceError::io("empty", Path::new(dir)))
    }

    /// Stops it; how each service was before is part of the report.
    async fn stopped(&self, report: &mut Report) {
        report.services = self.states(None, &mut report.fault).await;
        report.held = self.stop().await;
        for service in &mut report.services {
            service.stop();
        }
    }

    /// Each service, or the one that is asked for, with its health and the end of its log.
    async fn states(&self, only: Option<&str>, fault: &mut Option<WorkspaceError>) -> Vec<State> {
        let running = self.running.lock().await;
        let Some(services) = running.as_ref() else { return Vec::new() };
        if let Some(Err(unknown)) = only.map(|name| services.logs(name)) {
            *fault = Some(unknown);
        }
        let states = services.status().into_iter().zip(services.health().await).map(|(status, health)| {
            let log = services.logs(&status.name).unwrap_or_else(|error| error.to_string());
            State::new(status, health, log)
        });
        states.filter(|state| only.is_none_or(|only| state.name == only)).collect()
    }

    /// Starts the services. The system keeps the port of a closed connection for a minute from a program that does not ask
    /// for it at once, so one that finds its port in use although nobody has it is tried again.
    async fn patiently(&self) -> Result<Services, WorkspaceError> {
        let begun = Instant::now();
        loop {
            match Services::start(self.specs.clone(), &self.dirs).await {
                Err(WorkspaceError::Unhealthy { log, .. }) if lingers(&log) && begun.elapsed() < LINGER => {
                    sleep(PACE).await;
                }
                result => return result,
            }
        }
    }
}

/// Whether a service's last words are that its port is in use. Its port was free when it was started.
fn lingers(log: &str) -> bool {
    let log = log.to_ascii_lowercase();
    ["address already in use", "address in use", "eaddrinuse"].iter().any(|words| log.contains(words))
}

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// What to do. `crash` kills all services without asking; `restart` stops and starts them with the data they have;
    /// `reset` starts them with none.
    action: Action,
    /// `status`, `logs`: one service; all when left out.
    service: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
enum Action {
    Start,
    Stop,
    Restart,
    Reset,
    Crash,
    Status,
    Logs,
}

impl Action {
    fn word(self) -> &'static str {
        self.into()
    }
}

pub(super) fn row(given: Result<&Instruments, String>) -> ToolRow {
    let idle = given.as_ref().is_ok_and(|all| !all.app.has_services());
    let given = given.and_then(|all| {
        if idle {
            Err("the environment has no services to start".to_owned())
        } else {
            Ok(Arc::new(all.clone()))
        }
    });
    let names: Vec<_> =
        given.iter().flat_map(|all| &all.app.specs).map(|service| service.name.as_str()).collect();
    let services = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let description = format!(
        "Starts, stops, restarts, resets and crashes the services of the app under test and shows their health and logs. Services: \
         {services}."
    );
    let watched = given.clone();
    let lack = if idle { Lack::Nothing } else { Lack::Missed };
    let row = ToolRow::new(NAME, description, Access::Proof, given, act).lacking(lack);
    logged(row, &watched.as_deref().map_err(Clone::clone))
}

async fn act(all: Arc<Instruments>, wanted: Arguments, call: Call) -> Answer {
    let seen = all.app.act(&wanted, &call.cancel).await.seen()?;
    all.answer(&call, seen)
}

/// What a recorded call of `app` shows when it is made again.
pub(super) async fn again(app: &App, wanted: Value) -> Result<Seen, ToolError> {
    app.act(&arguments(wanted)?, &CancellationToken::new()).await.seen()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{Kept, instruments_of};
    use super::*;
    use crate::agent::tool::env::tests::call;
    use crate::workspace::Reaper;

    fn app(directory: &Path, specs: Vec<ServiceSpec>) -> Arc<App> {
        let dirs = ServiceDirs {
            dir: directory.to_owned(),
            logs: directory.join("logs"),
            env: Vec::new(),
            reaper: Reaper::None,
            jail: crate::workspace::Jail::default(),
        };
        Arc::new(App::new(specs, dirs))
    }

    #[tokio::test]
    async fn services_are_started_watched_and_stopped_and_each_step_is_evidence() {
        let directory = tempfile::tempdir().unwrap();
        let app = app(directory.path(), vec![ServiceSpec::new("web", "echo serving; exec sleep 60")]);
        let kept = Arc::new(Kept::default());
        let tool = row(Ok(&instruments_of(&kept, &app)));
        assert!(tool.spec.description.ends_with("Services: web."));
        assert_eq!(
            call(&tool, json!({ "action": "status" })).await.unwrap(),
            "the app is not running; `start` starts it\n\nevidence: ev_1"
        );
        assert_eq!(
            call(&tool, json!({ "action": "start" })).await.unwrap(),
            "web: running\n\nevidence: ev_2"
        );
        let first = app.status().await[0].pid;
        call(&tool, json!({ "action": "start" })).await.unwrap();
        assert_eq!(app.status().await[0].pid, first, "an app that is up is left alone");
        let log = directory.path().join("logs/web.log");
        while std::fs::read_to_string(&log).unwrap().is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        let logs = call(&tool, json!({ "action": "logs" })).await.unwrap();
        assert!(logs.contains("## log of web\nserving") && logs.ends_with("evidence: ev_4"), "{logs}");
        let unknown = call(&tool, json!({ "action": "logs", "service": "db" })).await.unwrap();
        assert!(unknown.contains("the services are: web"), "{unknown}");
        call(&tool, json!({ "action": "restart" })).await.unwrap();
        assert_ne!(app.status().await[0].pid, first);
        let crashed = call(&tool, json!({ "action": "crash" })).await.unwrap();
        assert!(crashed.starts_with("web: ended (killed by signal 9)"), "{crashed}");
        assert!(call(&tool, json!({ "action": "status" })).await.unwrap().contains("killed by signal 9"));
        assert!(call(&tool, json!({ "action": "start" })).await.unwrap().starts_with("web: running"));
        let stopped = call(&tool, json!({ "action": "stop" })).await.unwrap();
        assert!(stopped.starts_with("the app is stopped"), "{stopped}");
        assert!(app.status().await.is_empty());
        let kept = kept.0.lock().unwrap();
        assert!(kept.iter().all(|piece| piece.kind == "app"));
        let logs: Value = serde_json::from_slice(&kept[3].bytes).unwrap();
        assert_eq!((&logs["action"], &logs["services"][0]["log"]), (&json!("logs"), &json!("serving\n")));
    }

    #[tokio::test]
    async fn data_outlives_a_restart_and_no_reset() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let dirs = ServiceDirs {
            dir: directory.path().to_owned(),
            logs: directory.path().join("logs"),
            env: vec![(DATA_DIR.to_owned(), data.display().to_string())],
            reaper: Reaper::None,
            jail: crate::workspace::Jail::default(),
        };
        let specs = vec![ServiceSpec::new("web", "exec sleep 60")];
        let tool = row(Ok(&instruments_of(&Arc::default(), &Arc::new(App::new(specs, dirs)))));
        call(&tool, json!({ "action": "start" })).await.unwrap();
        std::fs::write(data.join("kept"), "x").unwrap();
        call(&tool, json!({ "action": "restart" })).await.unwrap();
        assert!(data.join("kept").exists());
        let reset = call(&tool, json!({ "action": "reset" })).await.unwrap();
        assert!(reset.starts_with("web: running"), "{reset}");
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_service_that_dies_is_told_once_with_its_last_words() {
        let directory = tempfile::tempdir().unwrap();
        let spec =
            ServiceSpec::new("web", "until [ -e end ]; do sleep 0.01; done; echo out of memory; exit 5");
        let app = app(directory.path(), vec![spec]);
        app.start().await.unwrap();
        assert!(app.fallen().await.is_none());
        std::fs::write(directory.path().join("end"), "").unwrap();
        while app.status().await[0].ended.is_none() {
            sleep(Duration::from_millis(10)).await;
        }
        let fallen = app.fallen().await.unwrap();
        assert!(fallen.text.contains("web: ended (exit code 5)"), "{}", fallen.text);
        assert!(fallen.text.contains("out of memory") && fallen.evidence.len() == 1, "{}", fallen.text);
        assert!(app.fallen().await.is_none(), "once is enough");
    }

    #[tokio::test]
    async fn an_app_that_does_not_come_up_is_evidence_with_its_last_words() {
        let directory = tempfile::tempdir().unwrap();
        let app = app(
            directory.path(),
            vec![ServiceSpec {
                port: Some(1),
                health: crate::workspace::services::Health::Tcp,
                ..ServiceSpec::new("web", "echo no disk; exit 3")
            }],
        );
        let kept = Arc::new(Kept::default());
        let tool = row(Ok(&instruments_of(&kept, &app)));
        let text = call(&tool, json!({ "action": "start" })).await.unwrap();
        assert!(
            text.contains("exit code 3")
                && text.contains("no disk")
                && text.contains("that is what you report"),
            "{text}"
        );
        assert!(String::from_utf8_lossy(&kept.0.lock().unwrap()[0].bytes).contains("no disk"));
    }

    #[tokio::test]
    async fn stop_returns_when_the_port_is_free_and_names_who_holds_it_otherwise() {
        let directory = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        // The service says when it runs; then somebody else takes its port.
        let app = app(
            directory.path(),
            vec![ServiceSpec { port: Some(port), ..ServiceSpec::new("web", "exec sleep 60") }],
        );
        let tool = row(Ok(&instruments_of(&Arc::default(), &app)));
        call(&tool, json!({ "action": "start" })).await.unwrap();
        let stranger = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
        let text = call(&tool, json!({ "action": "stop" })).await.unwrap();
        assert!(
            text.contains(&format!("port {port} is still held by process {}", std::process::id())),
            "{text}"
        );
        let text = call(&tool, json!({ "action": "start" })).await.unwrap();
        assert!(
            text.contains("the app did not start") && !text.contains("give the service another port"),
            "{text}"
        );
        drop(stranger);
        assert!(call(&tool, json!({ "action": "start" })).await.unwrap().contains("running"));
        assert!(call(&tool, json!({ "action": "stop" })).await.unwrap().contains("the app is stopped"));
        std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    }

    #[test]
    fn without_services_there_is_no_app_to_work() {
        let directory = tempfile::tempdir().unwrap();
        let app = app(directory.path(), Vec::new());
        let row = row(Ok(&instruments_of(&Arc::default(), &app)));
        assert!(row.refusal(Access::Proof).unwrap().contains("no services"));
        assert_eq!(row.lack(), Lack::Nothing, "nothing is wrong with an environment without services");
    }
}
