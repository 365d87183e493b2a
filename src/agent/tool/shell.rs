//! `shell`: a command line, to its end or in the background.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::instrument::{EvidenceSink, Instruments, with_evidence};
use super::jobs::Jobs;
use super::{Answer, Call, Output, ToolEnv, ToolError, ToolRow};
use crate::instrument::CommandRecord;
use crate::workspace::{Access, Exit, Finished};

/// The tool's name.
pub(super) const NAME: &str = "shell";
/// Seconds a command has unless the model gives it others.
const TIMEOUT: u64 = 120;
/// The most that it may have; what runs longer belongs in the background.
const LONGEST: u64 = 1_800;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    command: String,
    /// 120 when left out.
    timeout_seconds: Option<u64>,
    /// In the checkout.
    directory: Option<String>,
    /// For servers and watchers: goes on at once; `job` looks after it.
    #[serde(default)]
    background: bool,
}

struct Shell {
    env: Arc<ToolEnv>,
    jobs: Arc<Jobs>,
    /// Where a tester's commands leave evidence; those of other roles leave none.
    evidence: Option<Arc<dyn EvidenceSink>>,
}

pub(super) fn row(env: &Arc<ToolEnv>, jobs: &Arc<Jobs>, instruments: Option<&Instruments>) -> ToolRow {
    let description = "Runs a line for `sh -c` in the checkout, without input. Long output is cut in the middle and kept \
                       whole in a file.";
    let evidence = instruments.map(|all| Arc::clone(&all.evidence));
    let shell = Shell { env: Arc::clone(env), jobs: Arc::clone(jobs), evidence };
    ToolRow::new(NAME, description, Access::Proof, Ok(Arc::new(shell)), run)
}

impl Shell {
    fn is_root(&self, named: &str) -> bool {
        let own = self.env.confinement.root().file_name().and_then(|name| name.to_str());
        own == Some(named.trim().trim_start_matches("./").trim_matches('/'))
    }

    fn directory(&self, named: Option<&str>) -> Result<PathBuf, ToolError> {
        let Some(named) = named.filter(|named| !named.trim().is_empty()) else {
            return self.env.readable(".");
        };
        let why = match self.env.readable(named) {
            Ok(directory) if directory.is_dir() => return Ok(directory),
            // Small models call the root by its name.
            Ok(_) if self.is_root(named) => return self.env.readable("."),
            Ok(_) => format!("`{named}` is no directory of the checkout"),
            Err(fault) => fault.to_string(),
        };
        Err(ToolError::Mend(format!(
            "{why}. Your command runs in the checkout already: call `shell` again with `command` alone, without \
             `directory`"
        )))
    }
}

async fn run(shell: Arc<Shell>, wanted: Arguments, call: Call) -> Answer {
    let directory = shell.directory(wanted.directory.as_deref())?;
    let program = shell.env.shell(&wanted.command, &directory);
    if wanted.background {
        return shell.jobs.start(&program, &shell.env.scratch).map(Output::text);
    }
    let limit = wanted.timeout_seconds.unwrap_or(TIMEOUT).clamp(1, LONGEST);
    let program = program.timeout(Duration::from_secs(limit));
    let progress = Arc::clone(&call.progress);
    let finished = program.run(call.cancel.clone(), move |text| progress(text)).await?;
    let mut text = outcome(&finished, limit);
    text.extend(program.refusal(&finished).map(|told| format!("\n[{told}]")));
    match &shell.evidence {
        None => Ok(Output::text(text)),
        Some(sink) => {
            with_evidence(sink.as_ref(), &text, [CommandRecord::new(&program, finished).evidence()?])
        }
    }
}

/// The time it took is left out: the repetition guard compares what a command did, not how fast it was.
fn outcome(finished: &Finished, limit: u64) -> String {
    let mut text = finished.output.text.trim_end().to_owned();
    if !text.is_empty() {
        text.push('\n');
    }
    if let Some(file) = &finished.output.spilled {
        let _ = writeln!(text, "[all {} bytes are in {}]", finished.output.total_bytes, file.display());
    }
    let ending = match finished.exit {
        Exit::TimedOut => format!("killed after {limit} s; give it more time or run it in the background"),
        other => other.to_string(),
    };
    let _ = write!(text, "[{ending}]");
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::env::tests::{Place, call};
    use super::super::instrument::tests::{Kept, instruments};
    use super::*;

    fn shell(place: &Place) -> ToolRow {
        row(&place.env, &Arc::default(), None)
    }

    #[tokio::test]
    async fn output_and_exit_code_are_shown() {
        let place = Place::new();
        place.file("sub/x", "");
        let shell = shell(&place);
        for (wanted, shown) in [
            (json!({ "command": "echo $FLIGHTDECK_TEST; echo no >&2; exit 3" }), "yes\nno\n[exit code 3]"),
            (json!({ "command": "ls", "directory": "sub" }), "x\n[exit code 0]"),
            (json!({ "command": "true" }), "[exit code 0]"),
            (json!({ "command": "kill -9 $$" }), "[killed by signal 9]"),
        ] {
            assert_eq!(call(&shell, wanted).await.unwrap(), shown);
        }
        for (directory, why) in [("/", "outside"), ("nowhere", "`nowhere` is no directory of the checkout")] {
            let refused = call(&shell, json!({ "command": "ls", "directory": directory })).await.unwrap_err();
            assert!(refused.contains(why) && refused.contains("with `command` alone"), "{refused}");
        }
        // The root under its own name, also where something was written in its place.
        let own = place.root.path().file_name().unwrap().to_str().unwrap();
        let listed = || call(&shell, json!({ "command": "ls sub", "directory": format!("./{own}/") }));
        assert_eq!(listed().await.unwrap(), "x\n[exit code 0]");
        place.file(own, "");
        assert_eq!(listed().await.unwrap(), "x\n[exit code 0]");
        assert!(call(&shell, json!({ "command": "ls", "directory": "" })).await.is_ok());
    }

    #[tokio::test]
    async fn a_testers_command_leaves_evidence() {
        let place = Place::new();
        let kept = Arc::new(Kept::default());
        let shell = row(&place.env, &Arc::default(), Some(&instruments(&kept)));
        let text = call(&shell, json!({ "command": "echo proof" })).await.unwrap();
        assert_eq!(text, "proof\n[exit code 0]\n\nevidence: ev_1");
        assert!(String::from_utf8_lossy(&kept.0.lock().unwrap()[0].bytes).contains("echo proof"));
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_killed() {
        let place = Place::new();
        let text =
            call(&shell(&place), json!({ "command": "sleep 60", "timeout_seconds": 1 })).await.unwrap();
        assert!(text.contains("killed after 1 s"), "{text}");
    }

    #[tokio::test]
    async fn fifty_megabytes_are_cut_and_kept_whole_in_a_file() {
        let place = Place::new();
        let text =
            call(&shell(&place), json!({ "command": "yes 0123456789 | head -c 50000000" })).await.unwrap();
        assert!(text.len() < 64 * 1024, "{}", text.len());
        assert!(text.contains("all 50000000 bytes are in "), "{}", &text[text.len() - 300..]);
        let file = std::fs::read_dir(place.scratch.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().len(), 50_000_000);
    }
}
