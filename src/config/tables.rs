//! The tables of settings that have names of the person's own: providers, agents, servers of tools.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::values::{
    CommandWords, HeaderLines, HomeParts, Roles, SmallCount, Switch, Text, ToolsName, ToolsOverName, Url,
    VariableName, WireName,
};

/// What is set about one provider.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Provider {
    pub base_url: Option<Url>,
    pub wire: Option<WireName>,
    pub api_key_env: Option<VariableName>,
    pub api_key_cmd: Option<Text>,
    pub headers: Option<HeaderLines>,
    /// How many tools its models are given.
    pub tools: Option<ToolsName>,
    /// How many requests it answers at a time.
    pub slots: Option<SmallCount>,
}

/// What is set about one agent.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Agent {
    pub command: Option<CommandWords>,
    /// By the names of variables; a value that begins with `$` is that of a variable of the person's.
    pub env: BTreeMap<String, Text>,
    /// How it is given the mission's tools.
    pub tools_over: Option<ToolsOverName>,
    /// What below the person's home it keeps its own in, and has in its sandbox.
    pub home: Option<HomeParts>,
    /// Whether it is kept in a sandbox where that is known of it.
    pub sandbox: Option<Switch>,
}

/// What is set about one server of the Model Context Protocol.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mcp {
    pub command: Option<CommandWords>,
    /// As those of an agent.
    pub env: BTreeMap<String, Text>,
    pub url: Option<Url>,
    pub headers: Option<HeaderLines>,
    /// Who is given its tools.
    pub roles: Option<Roles>,
}

/// Its variables and headers may hold its key, and are not printed by accident.
impl std::fmt::Debug for Mcp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mcp").field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// Its variables may hold its key, and are not printed by accident.
impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("command", &self.command).finish_non_exhaustive()
    }
}
