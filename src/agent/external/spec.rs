//! What is known of an agent: how it is started, what it is told and what it may do by itself. The usual ones stand in
//! `assets/agents.toml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::server::SERVER;
use crate::workspace::Access;

const BUILTIN: &str = include_str!("../../../assets/agents.toml");

/// The tools of ours that an agent has its own of: files, programs, questions to others, skills.
const HANDS: [&str; 9] = ["read", "write", "edit", "search", "list", "shell", "job", "delegate", "skill"];

/// An agent that speaks the Agent Client Protocol.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentSpec {
    /// What stands behind `acp/` in the name of a model.
    #[serde(skip)]
    pub name: String,
    /// What it is called by its makers.
    #[serde(default)]
    pub title: String,
    /// The program, looked up on `PATH`, and its arguments.
    pub command: Vec<String>,
    /// Where it comes from.
    #[serde(default)]
    pub install: String,
    /// How a person signs in.
    #[serde(default)]
    pub sign_in: String,
    /// Variables of the person's environment that it gets.
    #[serde(default)]
    pub pass: Vec<String>,
    /// Variables that it always gets.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What of the person's home it keeps its own in, and has in a sandbox; without a list it is left outside of every one.
    #[serde(default)]
    pub home: Option<Vec<String>>,
    /// Its makers' hosts, which it reaches where the network is not open.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// How it hears what its role is.
    #[serde(default)]
    pub system: SystemWay,
    /// How it is given the mission's tools.
    #[serde(default)]
    pub tools_over: ToolsOver,
    /// Whether what it says of going on with a session is true.
    #[serde(default = "yes")]
    pub goes_on: bool,
    /// How it is set up for a role that changes the checkout.
    #[serde(default)]
    pub build: Setup,
    /// How it is set up for a role that must not.
    #[serde(default)]
    pub look: Setup,
    /// How its own tools are taken away, where that is known.
    pub bare: Option<Setup>,
    /// How long it has to answer for the first time, and again to begin a session.
    #[serde(skip, default = "start_time")]
    pub patience: Duration,
    /// The command that connects it with the mission's tools over standard input and output; the name of a socket
    /// follows.
    #[serde(skip)]
    pub bridge: Vec<String>,
}

/// Its variables may hold its key, and are not printed by accident.
impl std::fmt::Debug for AgentSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentSpec")
            .field("name", &self.name)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

fn yes() -> bool {
    true
}

/// Cold, and on a busy machine, some load for a long time.
fn start_time() -> Duration {
    Duration::from_secs(90)
}

/// How an agent hears what its role is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemWay {
    /// As the system prompt of its session.
    Session,
    /// Before its first message, which every agent understands.
    #[default]
    Prompt,
}

/// How an agent is given a server of tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolsOver {
    /// As a program to start, which every agent should take.
    #[default]
    Stdio,
    /// As an address, with a token.
    Http,
}

/// What an agent is started with for a kind of role.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Setup {
    /// Its mode of session, set at every start.
    pub mode: Option<String>,
    /// Settings of its session.
    pub options: BTreeMap<String, String>,
    pub env: BTreeMap<String, String>,
    /// More words of its command.
    pub args: Vec<String>,
    /// What stands in `_meta` of `session/new`.
    pub meta: Map<String, Value>,
}

/// Whose tools an agent works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// It reads, writes and runs by itself; we offer what speaks to the mission.
    Own,
    /// It has the tools that its role has in any session, and no other.
    Ours,
}

impl AgentSpec {
    /// An agent of which nothing is known but how it is started.
    pub fn of_command(name: &str, command: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            command,
            install: String::new(),
            sign_in: String::new(),
            pass: Vec::new(),
            env: BTreeMap::new(),
            home: None,
            hosts: Vec::new(),
            system: SystemWay::Prompt,
            tools_over: ToolsOver::Stdio,
            goes_on: true,
            build: Setup::default(),
            look: Setup::default(),
            bare: None,
            patience: start_time(),
            bridge: Vec::new(),
        }
    }

    /// Whose tools it works with where it may touch so much: who builds works as they are used to, everybody else has our
    /// tools alone, where its own can be taken away.
    pub fn hands(&self, access: Access) -> Hands {
        if access == Access::Write || self.bare.is_none() { Hands::Own } else { Hands::Ours }
    }

    /// Whether a tool of ours is offered to it.
    pub fn is_offered(&self, tool: &str, access: Access) -> bool {
        self.hands(access) == Hands::Ours || !HANDS.contains(&tool)
    }

    /// The words that it is started with.
    pub(super) fn words(&self, setup: &Setup) -> Vec<String> {
        self.command.iter().chain(&setup.args).cloned().collect()
    }

    /// The command that connects it with the tools behind a socket.
    pub(super) fn served(&self, socket: &Path) -> (String, Vec<String>) {
        let (command, first) =
            self.bridge.split_first().map_or((SERVER, &[][..]), |(command, rest)| (command.as_str(), rest));
        (command.to_owned(), first.iter().cloned().chain([socket.display().to_string()]).collect())
    }

    /// What it is started with where it may touch so much.
    pub(super) fn setup(&self, access: Access) -> Setup {
        let base = if access == Access::Write { &self.build } else { &self.look };
        let mut setup = base.clone();
        if let (Hands::Ours, Some(bare)) = (self.hands(access), &self.bare) {
            setup.mode = bare.mode.clone().or(setup.mode);
            setup.options.extend(bare.options.clone());
            setup.env.extend(bare.env.clone());
            setup.args.extend(bare.args.clone());
            setup.meta.extend(bare.meta.clone());
        }
        setup
    }
}

/// The agents that are known, by name.
///
/// # Errors
/// When the built-in table is damaged.
pub fn known_agents() -> Result<BTreeMap<String, AgentSpec>, String> {
    let table: BTreeMap<String, AgentSpec> =
        toml::from_str(BUILTIN).map_err(|fault| format!("the built-in list of agents: {fault}"))?;
    let named = |(name, spec): (String, AgentSpec)| (name.clone(), AgentSpec { name, ..spec });
    Ok(table.into_iter().map(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_agent_can_be_started_and_says_how_to_sign_in() {
        let known = known_agents().unwrap();
        for name in ["claude", "codex", "gemini", "opencode", "goose", "copilot", "droid"] {
            let spec = &known[name];
            assert!(
                !spec.command.is_empty() && !spec.sign_in.is_empty() && !spec.install.is_empty(),
                "{name}"
            );
            // Keys that flightdeck flies with itself are not handed on.
            let ours = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"];
            assert!(spec.pass.iter().all(|name| !ours.contains(&name.as_str())), "{name}");
        }
    }

    #[test]
    fn who_builds_keeps_their_tools_and_who_looks_has_ours_where_that_can_be() {
        let known = known_agents().unwrap();
        let (claude, gemini) = (&known["claude"], &known["gemini"]);
        assert_eq!(claude.hands(Access::Write), Hands::Own);
        assert!(!claude.is_offered("shell", Access::Write) && claude.is_offered("handoff", Access::Write));
        assert_eq!(claude.hands(Access::Proof), Hands::Ours);
        assert!(claude.is_offered("shell", Access::Proof));
        assert_eq!(claude.setup(Access::Read).meta["disableBuiltInTools"], true);
        assert!(claude.setup(Access::Write).meta.is_empty());
        assert_eq!(gemini.hands(Access::Read), Hands::Own);
        assert_eq!(gemini.setup(Access::Write).mode.as_deref(), Some("yolo"));
        assert_eq!(gemini.setup(Access::Read).mode.as_deref(), Some("default"));
        assert_eq!(known["copilot"].tools_over, ToolsOver::Http);
    }
}
