//! Starting and stopping services.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{sleep, timeout};

use super::health;
use super::order::in_order;
use super::port;
use super::spec::{ServiceSpec, ServiceStatus};
use crate::workspace::WorkspaceError;
use crate::workspace::process::{Background, Program};
use crate::workspace::reaper::Reaper;

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
}

/// How often a service is asked whether it is up.
const PACE: Duration = Duration::from_millis(100);

/// How long a port may take to be free once its service has ended.
const RELEASE: Duration = Duration::from_secs(5);

/// How much of a log goes into an error or an answer, in bytes.
const TAIL: u64 = 4 * 1024;

impl Services {
    /// Starts services one after the other, each when those before it are up. If one fails, the others are stopped.
    ///
    /// # Errors
    /// [`WorkspaceError::BadServices`], [`WorkspaceError::PortBusy`], [`WorkspaceError::Unhealthy`].
    pub async fn start(specs: Vec<ServiceSpec>, dirs: &ServiceDirs) -> Result<Self, WorkspaceError> {
        let specs = in_order(specs)?;
        for spec in &specs {
            if let Some((port, holder)) = spec.port.and_then(|port| Some((port, port::holder(port)?))) {
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
                ended: service.program.exit(),
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
        let asked =
            self.running.iter().map(async |service| match (service.program.exit(), service.spec.port) {
                (Some(exit), _) => Err(format!("it ended with {exit}")),
                (None, Some(port)) => health::check(&service.spec.health, port).await,
                (None, None) => Ok(()),
            });
        join_all(asked).await
    }

    /// Kills all at once, as a crash of the machine would; they count as services that have ended.
    pub async fn crash_all(&mut self) {
        join_all(self.running.iter().map(|service| service.program.kill())).await;
    }

    /// Stops all, the last started first, and waits until their ports are free. Gives those that somebody still holds.
    pub async fn stop_all(&mut self) -> Vec<StillHeld> {
        let mut held = Vec::new();
        while let Some(service) = self.running.last() {
            let exit = service.program.stop().await;
            tracing::debug!(service = service.spec.name, %exit, "stopped a service");
            let port = service.spec.port;
            self.running.pop();
            if let Some(port) = port
                && let Some(holder) = port::until_free(port, RELEASE).await
            {
                held.push(StillHeld { port, holder });
            }
        }
        held
    }

    async fn start_one(&mut self, spec: ServiceSpec, dirs: &ServiceDirs) -> Result<(), WorkspaceError> {
        let program = Program::shell(&spec.run)
            .dir(&dirs.dir)
            .envs(dirs.env.clone())
            .envs(spec.env.clone())
            .reaper(&dirs.reaper)
            .spawn_background(&log_of(&dirs.logs, &spec.name))?;
        let service = Service { spec, program };
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
        let log = self.program.tail(TAIL).unwrap_or_else(|error| error.to_string());
        Err(WorkspaceError::Unhealthy { service: self.spec.name.clone(), reason, log })
    }

    /// Asks until it is up. `reason` always has why it was not the last time.
    async fn poll(&self, reason: &mut String) -> Result<(), String> {
        loop {
            // First of all: another program might answer on the port of one that died.
            if let Some(exit) = self.program.exit() {
                return Err(format!("it ended with {exit}"));
            }
            let Some(port) = self.spec.port else { return Ok(()) };
            match health::check(&self.spec.health, port).await {
                Ok(()) => return Ok(()),
                Err(why) => *reason = why,
            }
            tokio::select! {
                () = sleep(PACE) => {}
                _ = self.program.wait() => {}
            }
        }
    }
}

fn log_of(directory: &Path, service: &str) -> PathBuf {
    directory.join(format!("{service}.log"))
}
