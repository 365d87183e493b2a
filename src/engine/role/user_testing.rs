//! The user-testing validator works the running app. It is started before the validator is, and stopped after it. Of
//! several who work at the same time each has a checkout, services, ports and data of its own.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::attempt_env::{AttemptEnv, Cleanup};
use super::own_place::{OwnPlace, Ports};
use super::validator::{at_round, commit_of};
use crate::agent::tool::{App, Instruments, StepLog};
use crate::domain::attempt::AgentWork;
use crate::domain::environment::Script;
use crate::domain::flow::Flow;
use crate::domain::id::MilestoneId;
use crate::engine::busy_port::{self, Busy};
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::evidence::StoreSink;
use crate::engine::scripts::{self, Site};
use crate::engine::under_test::UnderTest;
use crate::instrument::Chromium;
use crate::workspace::{Access, ProofCheckout, WorkspaceError};

pub(super) async fn prepare(
    engine: &Arc<EngineContext>,
    milestone: MilestoneId,
    round: u32,
    flow: Flow,
) -> Result<AttemptEnv, EngineError> {
    let (dir, cleanup, made) = checkout(engine, milestone, round, flow).await?;
    let name = flow.number().map_or("testing".to_owned(), |number| format!("flow-{number}"));
    let own = OwnPlace::create(engine, &name, Ports::AsDeclared).await?;
    let work = AgentWork::TestAsUser { milestone, round, flow };
    let app = Arc::new(own.app(engine, &dir, &name)?.waiting(Busy::of(engine, work.into())));
    let running = match busy_port::start(engine, &app, 1).await? {
        Ok(_) => own.addresses(),
        // The person must free the port; a verdict on somebody else's server would prove nothing.
        Err(error @ WorkspaceError::PortBusy { .. }) => return Err(error.into()),
        Err(error) => format!(
            "\n## The app did not start\n{error}\n`app` starts it again. If it stays down, that is what you report.\n{}",
            own.addresses()
        ),
    };
    let under_test = UnderTest::new(engine.repo.own(), &dir, &commit_of(engine, milestone, round)?);
    let evidence =
        Arc::new(StoreSink { engine: Arc::clone(engine), work, under_test, app: Arc::clone(&app) });
    let env = AttemptEnv::new(&dir, Access::Proof);
    let (chromium, lacking) = browser(engine, &app).await;
    let steps = Arc::new(StepLog::new(own.names(&dir)));
    let instruments = Some(Instruments { evidence, app, chromium, steps });
    Ok(AttemptEnv { note: made + &running + &lacking, instruments, own: Some(own), cleanup, ..env })
}

/// The browser that a tester gets, and what is to be known where there is none. An app that listens nowhere needs none.
async fn browser(engine: &EngineContext, app: &App) -> (Chromium, String) {
    if !app.listens() {
        return (engine.browser.found().clone(), String::new());
    }
    let chromium = engine.chromium().await;
    let lacking = chromium.missing().map_or_else(String::new, |why| {
        format!(
            "\n## There is no browser\nWhat is checked in it cannot be tried: the verdict is `blocked`, with this as the reason: {why}.\n"
        )
    });
    (chromium, lacking)
}

/// Where a tester works, how it is put back, and what the tester must know of it. One who works alone takes the
/// validators' checkout, which the gate commands have built in; the others get one each.
async fn checkout(
    engine: &Arc<EngineContext>,
    milestone: MilestoneId,
    round: u32,
    flow: Flow,
) -> Result<(PathBuf, Cleanup, String), EngineError> {
    let Some(number) = flow.number() else {
        let proof = at_round(engine, milestone, round).await?;
        return Ok((proof.checkout.dir().to_owned(), Cleanup::Reset(proof), String::new()));
    };
    let commit = commit_of(engine, milestone, round)?;
    let (task_engine, dir) = (Arc::clone(engine), engine.dir.join("flows").join(number.to_string()));
    let under_test = commit.clone();
    let proof =
        blocking(move || Ok(ProofCheckout::create(task_engine.repo.own(), &dir, &under_test.0)?)).await?;
    let site = Site { round: Some((milestone, round)), ..Site::at(proof.dir(), &commit) };
    let note = build(engine, &site).await?;
    Ok((proof.dir().to_owned(), Cleanup::ResetAndRemove(proof), note))
}

/// Sets a new checkout up and builds in it, as the gate commands did in the validators' own.
async fn build(engine: &Arc<EngineContext>, site: &Site<'_>) -> Result<String, EngineError> {
    let scripts: Vec<Script> = engine
        .environment(|environment| environment.setup.iter().chain(&environment.build).cloned().collect());
    let runs = scripts::run_all(engine, site, &scripts, &CancellationToken::new(), &|_| {}).await?;
    let failed = runs.iter().find(|run| !run.passed());
    Ok(failed.map_or_else(String::new, |run| {
        format!(
            "\n## The app could not be built here\n`{}` exits {}: {}\n",
            run.command, run.exit_code, run.tail
        )
    }))
}
