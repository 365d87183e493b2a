//! Starting and stopping services.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{sleep, timeout};

use super::health;
use super::kept::Forked;
use super::order::in_order;
use super::port;
use super::spec::{ServiceSpec, ServiceStatus};
use crate::workspace::process::{Background, Exit, Program};
use crate::workspace::reaper::Reaper;
use crate::workspace::sandbox::Loopback;
use crate::workspace::{Jail, WorkspaceError};

/// Services that are up. Dropping it kills them.
#[derive(Debug, Default)]
pub struct Services {
    running: Vec<Service>,
}

/// Where services run.
#[derive(Debug, Clone)]
pub struct ServiceDirs {
    /// The checkout they run in.
    pub dir: PathBuf,
    /// Where their logs go, one file each.
    pub logs: PathBuf,
    /// Variables that all of them get, such as the mark by which recovery finds them.
    pub env: Vec<(String, String)>,
    /// Who kills them should the engine die.
    pub reaper: Reaper,
    /// What holds them.
    pub jail: Jail,
}

impl ServiceDirs {
    /// The mark of a service that runs here.
    pub fn mark(&self, service: &str) -> String {
        log_of(&self.logs, service).display().to_string()
    }
}

/// A port that is not free although its service has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillHeld {
    pub port: u16,
    /// Who has it, in words.
    pub holder: String,
}

#[derive(Debug)]
struct Service {
    spec: ServiceSpec,
    program: Background,
    /// What of it left its process group.
    forked: Forked,
    /// Where it listens.
    on: Loopback,
}

/// How often a service is asked whether it is up.
const PACE: Duration = Duration::from_millis(100);

/// How long a port may take to be free once its service has ended.
const RELEASE: Duration = Duration::from_secs(5);

/// How long what was just closed, or is about to be, may be seen all the same: a program that begins has a copy of what
/// the one that starts it has open.
const MOMENT: Duration = Duration::from_millis(500);

/// How much of a log goes into an error or an answer, in bytes.
const TAIL: u64 = 4 * 1024;

impl Services {
    /// Starts services one after the other, each when those before it are up. If one fails, the others are stopped.
    ///
    /// # Errors
    /// [`WorkspaceError::BadServices`], [`WorkspaceError::PortBusy`], [`WorkspaceError::Unhealthy`].
    pub async fn start(specs: Vec<ServiceSpec>, dirs: &ServiceDirs) -> Result<Self, WorkspaceError> {
        let specs = in_order(specs)?;
        let on = dirs.jail.loopback();
        for spec in &specs {
            if let Some(port) = spec.port
                && let Some(holder) = port::until_free(port, &on, MOMENT).await
            {
                return Err(WorkspaceError::PortBusy { service: spec.name.clone(), port, holder });
            }
        }
        let mut services = Self::default();
        for spec in specs {
            if let Err(error) = services.start_one(spec, dirs).await {
                services.stop_all().await;
                return Err(error);
            }
        }
        Ok(services)
    }

    /// How each fares, in the order of starting.
    pub fn status(&self) -> Vec<ServiceStatus> {
        self.running
            .iter()
            .map(|service| ServiceStatus {
                name: service.spec.name.clone(),
                pid: service.program.pid(),
                port: service.spec.port,
                ended: service.ended(),
                log: service.program.log().to_owned(),
            })
            .collect()
    }

    /// The end of a service's output, cleaned.
    ///
    /// # Errors
    /// [`WorkspaceError::UnknownService`] names those there are.
    pub fn logs(&self, name: &str) -> Result<String, WorkspaceError> {
        let service = self.running.iter().find(|service| service.spec.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.running.iter().map(|service| service.spec.name.as_str()).collect();
            WorkspaceError::UnknownService { service: name.to_owned(), known: known.join(", ") }
        })?;
        service.program.tail(TAIL)
    }

    /// Asks each whether it is up, by the check that it was started with; else why not.
    pub async fn health(&self) -> Vec<Result<(), String>> {
        let asked = self.running.iter().map(async |service| match (service.ended(), service.spec.port) {
            (Some(exit), _) => Err(format!("it ended with {exit}")),
            (None, Some(port)) => health::check(&service.spec.health, port, &service.on).await,
            (None, None) => Ok(()),
        });
        join_all(asked).await
    }

    /// Kills all at once, as a crash of the machine would; they count as services that have ended.
    pub async fn crash_all(&mut self) {
        join_all(self.running.iter().map(async |service| {
            service.program.kill().await;
            service.forked.kill().await;
        }))
        .await;
    }

    /// Stops all, the last started first, and waits until their ports are free. Gives those that somebody still holds.
    pub async fn stop_all(&mut self) -> Vec<StillHeld> {
        let mut held = Vec::new();
        while let Some(service) = self.running.pop() {
            let exit = service.program.stop().await;
            service.forked.stop().await;
            tracing::debug!(service = service.spec.name, %exit, "stopped a service");
            let port = service.spec.port;
            if let Some(port) = port
                && let Some(holder) = port::until_free(port, &service.on, RELEASE).await
            {
                held.push(StillHeld { port, holder });
            }
        }
        held
    }

    /// Whether its port is still free: a service before it may have taken it, which nobody need wait for.
    async fn check_port(&self, spec: &ServiceSpec, on: &Loopback) -> Result<(), WorkspaceError> {
        let Some(port) = spec.port else { return Ok(()) };
        let Some(holder) = port::until_free(port, on, MOMENT).await else { return Ok(()) };
        let by = port::service_on(port, on);
        let thief = self.running.iter().find(|other| by.as_deref() == Some(other.forked.mark()));
        let service = spec.name.clone();
        match thief {
            None => Err(WorkspaceError::PortBusy { service, port, holder }),
            Some(thief) => Err(WorkspaceError::Unhealthy {
                service,
                reason: format!("its port {port} was taken by service `{}`: {holder}", thief.spec.name),
                log: thief.log(),
            }),
        }
    }

    async fn start_one(&mut self, spec: ServiceSpec, dirs: &ServiceDirs) -> Result<(), WorkspaceError> {
        let on = dirs.jail.loopback();
        self.check_port(&spec, &on).await?;
        let log = log_of(&dirs.logs, &spec.name);
        let forked = Forked::of(&dirs.mark(&spec.name));
        let program = Program::shell(&spec.run)
            .dir(&dirs.dir)
            .envs(dirs.env.clone())
            .envs(spec.env.clone())
            .envs([forked.variable()])
            .reaper(&dirs.reaper)
            .jailed(&dirs.jail)
            .spawn_background(&log)?;
        let service = Service { spec, program, forked, on };
        let up = service.wait_until_up().await;
        self.running.push(service);
        up
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // A vector drops its first element first, but a database should outlive what writes to it.
        while self.running.pop().is_some() {}
    }
}

impl Service {
    async fn wait_until_up(&self) -> Result<(), WorkspaceError> {
        let mut reason = String::from("it was not asked");
        let up = timeout(self.spec.start_timeout, self.poll(&mut reason)).await;
        let reason = match up {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(ended)) => ended,
            Err(_) => format!("not up after {} s: {reason}", self.spec.start_timeout.as_secs()),
        };
        Err(WorkspaceError::Unhealthy { service: self.spec.name.clone(), reason, log: self.log() })
    }

    /// The end of its output.
    fn log(&self) -> String {
        self.program.tail(TAIL).unwrap_or_else(|error| error.to_string())
    }

    /// Asks until it is up. `reason` always has why it was not the last time.
    async fn poll(&self, reason: &mut String) -> Result<(), String> {
        loop {
            // First of all: another program might answer on the port of one that died.
            let exit = self.program.exit();
            if let Some(exit) = exit {
                self.has_forked(exit).await?;
            }
            let Some(port) = self.spec.port else { return Ok(()) };
            match health::check(&self.spec.health, port, &self.on).await {
                Ok(()) => return self.answers_itself(port),
                Err(why) => *reason = why,
            }
            tokio::select! {
                () = sleep(PACE) => {}
                _ = self.program.wait(), if exit.is_none() => {}
            }
        }
    }

    /// How it ended, if nothing of it goes on.
    fn ended(&self) -> Option<Exit> {
        self.program.exit().filter(|exit| *exit != Exit::Code(0) || self.forked.now().is_empty())
    }

    /// Whether something of it goes on after its line has ended. Then its health decides.
    async fn has_forked(&self, exit: Exit) -> Result<(), String> {
        match exit {
            Exit::Code(0) if self.goes_on().await => Ok(()),
            Exit::Code(0) => Err(format!(
                "it ended with {exit}: its line must stay in the foreground, what it leaves in the background ends with it"
            )),
            _ => Err(format!("it ended with {exit}")),
        }
    }

    /// Whether processes of it are there. One that forks twice is seen at neither place while it does.
    async fn goes_on(&self) -> bool {
        let seen = async {
            while self.forked.processes().await.is_empty() {
                sleep(PACE / 4).await;
            }
        };
        timeout(MOMENT, seen).await.is_ok()
    }

    /// Another service on its port would answer for it.
    fn answers_itself(&self, port: u16) -> Result<(), String> {
        if port::service_on(port, &self.on).is_none_or(|mark| mark == self.forked.mark()) {
            return Ok(());
        }
        let holder = port::holder(port, &self.on).unwrap_or_default();
        Err(format!("its port {port} is answered by another service: {holder}"))
    }
}

fn log_of(directory: &Path, service: &str) -> PathBuf {
    directory.join(format!("{service}.log"))
}
