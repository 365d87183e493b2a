//! `job`: what runs in the background of a session.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, Call, Output, ToolError, ToolRow};
use crate::workspace::{Access, Background, Exit, Program};

/// The tool's name.
pub(super) const NAME: &str = "job";
/// Jobs that may run at once.
const MOST: usize = 16;
/// Bytes of a job's output in one answer.
const TAIL: u64 = 16 * 1024;
/// The longest wait in seconds.
const LONGEST: u64 = 600;

/// The background jobs of one session. Dropping it kills them.
#[derive(Debug, Default)]
pub struct Jobs {
    jobs: Mutex<BTreeMap<u32, Job>>,
}

#[derive(Debug, Clone)]
struct Job {
    line: String,
    program: Arc<Background>,
}

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    action: Action,
    /// For all but `list`.
    id: Option<u32>,
    /// How long to `wait`; 60 when left out.
    seconds: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    List,
    Output,
    Wait,
    Stop,
}

impl Jobs {
    pub(super) fn start(&self, program: &Program, logs: &Path) -> Result<String, ToolError> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.values().filter(|job| job.program.is_running()).count() >= MOST {
            return Err(ToolError::Mend(format!("{MOST} jobs run already; stop one first")));
        }
        let id = jobs.keys().next_back().map_or(1, |last| last + 1);
        let background = program.spawn_background(&logs.join(format!("job-{id}.log")))?;
        let log = background.log().display().to_string();
        jobs.insert(id, Job { line: program.command_line().to_owned(), program: Arc::new(background) });
        Ok(format!("job {id} runs; its output goes to {log}. Use `job` to see, await or stop it."))
    }

    fn get(&self, id: Option<u32>) -> Result<(u32, Job), ToolError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let found = id.and_then(|id| jobs.get(&id).cloned().map(|job| (id, job)));
        found.ok_or_else(|| {
            let known: Vec<_> = jobs.keys().map(ToString::to_string).collect();
            ToolError::Mend(format!("name a job by its `id`; there are: {}", known.join(", ")))
        })
    }

    fn list(&self) -> String {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.is_empty() {
            return "there are no jobs; start one with `shell` and background".to_owned();
        }
        let lines = jobs.iter().map(|(id, job)| format!("{id}: {} — {}", state(&job.program), job.line));
        lines.collect::<Vec<_>>().join("\n")
    }
}

pub(super) fn row(jobs: &Arc<Jobs>) -> ToolRow {
    let description = "Looks after background jobs of `shell`. `wait` for their end instead of polling.";
    ToolRow::new(NAME, description, Access::Proof, Ok(Arc::clone(jobs)), look_after)
}

async fn look_after(jobs: Arc<Jobs>, wanted: Arguments, call: Call) -> Answer {
    if wanted.action == Action::List {
        return Ok(Output::text(jobs.list()));
    }
    let (id, job) = jobs.get(wanted.id)?;
    match wanted.action {
        Action::Wait => {
            let seconds = wanted.seconds.unwrap_or(60).clamp(1, LONGEST);
            tokio::select! {
                _ = job.program.wait() => {}
                () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                () = call.cancel.cancelled() => {}
            }
        }
        Action::Stop => {
            job.program.stop().await;
        }
        Action::Output | Action::List => {}
    }
    let tail = job.program.tail(TAIL)?;
    Ok(Output::text(format!("{}\n[job {id}: {}]", tail.trim_end(), state(&job.program))))
}

fn state(program: &Background) -> String {
    match program.exit() {
        None => "running".to_owned(),
        Some(Exit::Code(code)) => format!("ended with code {code}"),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::super::shell;
    use super::*;

    #[tokio::test]
    async fn a_job_runs_beside_the_session_and_is_looked_after() {
        let place = Place::new();
        let jobs = Arc::new(Jobs::default());
        let (shell, job) = (shell::row(&place.env, &jobs, None), row(&jobs));
        assert!(call(&job, json!({ "action": "list" })).await.unwrap().contains("no jobs"));
        let start = |command: &str| json!({ "command": command, "background": true });
        assert!(call(&shell, start("echo up; sleep 60")).await.unwrap().starts_with("job 1 runs"));
        assert!(call(&shell, start("echo quick; exit 2")).await.unwrap().starts_with("job 2 runs"));
        let ended = call(&job, json!({ "action": "wait", "id": 2, "seconds": 30 })).await.unwrap();
        assert_eq!(ended, "quick\n[job 2: ended with code 2]");
        let list = call(&job, json!({ "action": "list" })).await.unwrap();
        assert!(list.contains("1: running — echo up; sleep 60"), "{list}");
        let stopped = call(&job, json!({ "action": "stop", "id": 1 })).await.unwrap();
        assert!(stopped.contains("[job 1: killed by signal 15]"), "{stopped}");
        let fault = call(&job, json!({ "action": "output", "id": 9 })).await.unwrap_err();
        assert_eq!(fault, "name a job by its `id`; there are: 1, 2");
    }
}
