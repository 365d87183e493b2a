//! Which agents of other makers are here, whether they answer, and how a person signs in. Nobody is signed in by this, and
//! no model is asked.

use std::path::Path;

use futures::future::join_all;

use super::models::Contact;
use super::report::Check;
use crate::agent::external::{AgentSpec, probe};
use crate::cli::key::program_of;
use crate::config::Settings;
use crate::workspace::Program;
use crate::workspace::sweep::{MARK, sweep};

/// One check for each agent that is on `PATH` or that the person has set up.
pub(super) async fn agents(settings: &Settings, contact: Contact) -> Vec<Check> {
    let known = match settings.agents() {
        Ok(known) => known,
        Err(fault) => return vec![Check::bad("agents", fault.to_string())],
    };
    let here =
        known.values().filter(|agent| program_of(settings, agent).is_some() || is_own(settings, agent));
    let checks: Vec<Check> = join_all(here.map(|agent| check(settings, agent, contact))).await;
    if checks.is_empty() {
        let names: Vec<&str> = known.values().map(|agent| agent.command[0].as_str()).collect();
        let sentence = format!("none of {} is on PATH; one that you have can fly any role", names.join(", "));
        return vec![Check::missing("agents", sentence)];
    }
    checks
}

fn is_own(settings: &Settings, agent: &AgentSpec) -> bool {
    !settings.origin_of(&format!("agents.{}.command", agent.name)).is_empty()
}

async fn check(settings: &Settings, agent: &AgentSpec, contact: Contact) -> Check {
    let name = format!("agent {}", agent.name);
    let answer = match settings.agent(&agent.name) {
        Ok(agent) => found(&agent, contact).await,
        Err(fault) => Err(fault.to_string()),
    };
    match answer {
        Ok(sentence) => Check::good(name, format!("acp/{}: {sentence}", agent.name)),
        Err(sentence) => Check::missing(name, sentence),
    }
}

/// Whether an agent answers, with its words or how to mend it.
///
/// # Errors
/// Why it does not.
pub async fn answers(agent: &AgentSpec) -> Result<String, String> {
    found(agent, Contact::Made).await
}

/// What can be said of an agent: it is started, asked who it is, and killed.
pub(super) async fn found(agent: &AgentSpec, contact: Contact) -> Result<String, String> {
    let at = agent.command.first().cloned().unwrap_or_default();
    if contact == Contact::Spared {
        return Ok(format!("{at}; not started"));
    }
    let place = std::env::temp_dir().join(format!("flightdeck-doctor-{}-{}", std::process::id(), agent.name));
    std::fs::create_dir_all(&place)
        .map_err(|fault| format!("{} cannot be made: {fault}", place.display()))?;
    // Whatever it starts carries the mark, so that nothing of it stays.
    let mark = place.display().to_string();
    let program = Program::of_words(&agent.command).dir(&place).envs(agent.env.clone()).env(MARK, &mark);
    let answer = probe(&program, &place.join("errors.log")).await;
    drop(sweep((MARK, &mark)));
    tidy(&place);
    let sign_in = if agent.sign_in.is_empty() { "see its own help" } else { &agent.sign_in };
    match answer {
        Ok(found) => Ok(format!("{at}; {} answers. To sign in: {sign_in}", found.name)),
        Err(sentence) if agent.install.is_empty() => Err(format!("{at}: {sentence}")),
        Err(sentence) => {
            Err(format!("{at}: {sentence}. To install: {}. To sign in: {sign_in}", agent.install))
        }
    }
}

fn tidy(place: &Path) {
    if let Err(error) = std::fs::remove_dir_all(place) {
        tracing::debug!(%error, "what an agent left in its place stays");
    }
}
