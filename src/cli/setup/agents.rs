//! Agent programs on `PATH`: they bring a mind that the person has signed in to.

use std::path::Path;

use crate::agent::external::AgentSpec;
use crate::cli::key::program_of;
use crate::config::Settings;
use crate::view::setup::{Mind, MindKind, MindState};

/// Programs of people that fly by way of another program: theirs, and the agent's name.
const BY_WAY: [(&str, &str); 2] = [("claude", "claude"), ("codex", "codex")];

/// Those that are there.
pub fn minds(settings: &Settings) -> Vec<Mind> {
    let agents = settings.agents().unwrap_or_default();
    let here = agents.values().filter_map(|agent| Some(mind(agent, &program_of(settings, agent)?)));
    let missing = BY_WAY.iter().filter_map(|(program, name)| {
        let agent = agents.get(*name).filter(|agent| program_of(settings, agent).is_none())?;
        let alone = AgentSpec { command: vec![(*program).to_owned()], ..agent.clone() };
        Some(halfway(agent, &program_of(settings, &alone)?))
    });
    here.chain(missing).collect()
}

/// What is looked for.
pub fn names(settings: &Settings) -> Vec<String> {
    let agents = settings.agents().unwrap_or_default();
    agents.values().filter_map(|agent| agent.command.first().cloned()).collect()
}

fn mind(agent: &AgentSpec, program: &Path) -> Mind {
    let model = format!("acp/{}", agent.name);
    let sign_in =
        if agent.sign_in.is_empty() { String::new() } else { format!("; to sign in: {}", agent.sign_in) };
    let found = format!("{}; flies as {model}{sign_in}", program.display());
    Mind { model, found, ..blank(agent) }
}

/// The person's program is there, and what flies it is not.
fn halfway(agent: &AgentSpec, program: &Path) -> Mind {
    let needed = agent.command.first().map(String::as_str).unwrap_or_default();
    let why = format!("it flies as acp/{} once {needed} is there: {}", agent.name, agent.install);
    Mind { found: program.display().to_string(), state: MindState::Unflown(why), ..blank(agent) }
}

fn blank(agent: &AgentSpec) -> Mind {
    Mind {
        kind: MindKind::Agent,
        name: agent.name.clone(),
        model: String::new(),
        found: String::new(),
        address: None,
        state: MindState::Unasked,
        window: None,
        price: None,
        billions: None,
        tools: None,
        others: Vec::new(),
    }
}
