//! `handoff`: how a worker ends. The tree must be clean; the head is read from git, never believed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ToolContext;
use super::context::HandoffSource;
use super::issue::{IssueArgument, issues};
use super::texts::{maybe, text, texts};
use crate::agent::model::ToolSpec;
use crate::agent::tool::{Call, Output, Tool, ToolError, arguments, spec};
use crate::domain::command::Command;
use crate::domain::handoff::{ClaimedRun, Deviation, ManualCheck, Procedure, TestFile, TestsAdded};
use crate::domain::id::Commit;
use crate::domain::text::Title;
use crate::workspace::Cleanliness;
use crate::workspace::checkout::Position;

/// Files that a refusal names.
const NAMED_FILES: usize = 8;

pub(super) struct Handoff(pub(super) Arc<ToolContext>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// What you did, for somebody who reads only this.
    summary: String,
    /// What exists now that did not before; empty if nothing was to be done.
    implemented: Vec<String>,
    /// What the feature asked for and you did not do. Somebody decides on each item.
    #[serde(default)]
    left_undone: Vec<String>,
    /// Commands you ran at the end. flightdeck runs them again.
    #[serde(default)]
    commands: Vec<CommandArgument>,
    /// What you tried by hand.
    #[serde(default)]
    checks: Vec<CheckArgument>,
    #[serde(default)]
    tests: TestsArgument,
    /// What is wrong that you did not mend.
    #[serde(default)]
    issues: Vec<IssueArgument>,
    procedure: Option<ProcedureArgument>,
    /// Short facts that later workers should know.
    #[serde(default)]
    learned: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CommandArgument {
    command: String,
    exit_code: i32,
    observation: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CheckArgument {
    action: String,
    observed: String,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TestsArgument {
    #[serde(default)]
    added: Vec<TestFileArgument>,
    coverage: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TestFileArgument {
    file: String,
    cases: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProcedureArgument {
    followed: bool,
    #[serde(default)]
    deviations: Vec<DeviationArgument>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeviationArgument {
    step: String,
    instead: String,
    why: String,
}

fn read(wanted: Arguments) -> Result<crate::domain::handoff::Handoff, ToolError> {
    Ok(crate::domain::handoff::Handoff {
        summary: text("summary", &wanted.summary)?,
        implemented: texts("implemented", &wanted.implemented)?,
        left_undone: texts("left_undone", &wanted.left_undone)?,
        commands: wanted.commands.iter().map(command).collect::<Result<_, _>>()?,
        checks: wanted.checks.iter().map(check).collect::<Result<_, _>>()?,
        tests: TestsAdded {
            added: wanted.tests.added.iter().map(test_file).collect::<Result<_, _>>()?,
            coverage: maybe("tests.coverage", wanted.tests.coverage.as_deref())?,
        },
        issues: issues(wanted.issues)?,
        procedure: procedure(wanted.procedure)?,
        learned: texts("learned", &wanted.learned)?,
    })
}

fn command(argument: &CommandArgument) -> Result<ClaimedRun, ToolError> {
    Ok(ClaimedRun {
        command: text("commands.command", &argument.command)?,
        exit_code: argument.exit_code,
        observation: text("commands.observation", &argument.observation)?,
    })
}

fn check(argument: &CheckArgument) -> Result<ManualCheck, ToolError> {
    Ok(ManualCheck {
        action: text("checks.action", &argument.action)?,
        observed: text("checks.observed", &argument.observed)?,
    })
}

fn test_file(argument: &TestFileArgument) -> Result<TestFile, ToolError> {
    // A long name of a test is no reason to refuse a handoff.
    let cases = argument.cases.iter().map(Title::clipped).filter(|case| !case.is_empty()).collect();
    Ok(TestFile { file: text("tests.file", &argument.file)?, cases })
}

fn procedure(argument: Option<ProcedureArgument>) -> Result<Procedure, ToolError> {
    let Some(argument) = argument.filter(|argument| !argument.followed || !argument.deviations.is_empty())
    else {
        return Ok(Procedure::Followed);
    };
    let deviation = |argument: &DeviationArgument| {
        Ok(Deviation {
            step: text("deviations.step", &argument.step)?,
            instead: text("deviations.instead", &argument.instead)?,
            why: text("deviations.why", &argument.why)?,
        })
    };
    let deviations = argument.deviations.iter().map(deviation).collect::<Result<_, ToolError>>()?;
    Ok(Procedure::Deviated { deviations })
}

impl Handoff {
    /// The head of the checkout, if everything is committed on the mission's branch.
    fn head(&self) -> Result<Commit, ToolError> {
        let HandoffSource::Checkout(checkout) = &self.0.handoff_source else {
            return Err(ToolError::Mend("only a worker on a feature hands in".to_owned()));
        };
        let fatal = |error: crate::workspace::WorkspaceError| ToolError::Fatal(error.to_string());
        if let Cleanliness::Dirty(paths) = checkout.is_clean().map_err(fatal)? {
            let named: Vec<String> =
                paths.iter().take(NAMED_FILES).map(|path| path.display().to_string()).collect();
            let more = paths.len().saturating_sub(NAMED_FILES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            return Err(ToolError::Mend(format!(
                "the tree is not clean: commit or remove {}{more}, then hand in again",
                named.join(", ")
            )));
        }
        if let Position::Elsewhere(place) = checkout.position().map_err(fatal)? {
            return Err(ToolError::Mend(format!(
                "the checkout is on {place}: go back to branch {} with your commits",
                checkout.branch()
            )));
        }
        checkout.head().map(Commit).map_err(fatal)
    }
}

#[async_trait::async_trait]
impl Tool for Handoff {
    fn spec(&self) -> ToolSpec {
        spec::<Arguments>("handoff", "Hands in your work and ends the attempt. Everything must be committed.")
    }

    async fn call(&self, value: Value, _call: &Call) -> Result<Output, ToolError> {
        let handoff = Box::new(read(arguments(value)?)?);
        let head = self.head()?;
        self.0.close(vec![Command::HandIn { handoff, head }], "The handoff is accepted.").await
    }
}
