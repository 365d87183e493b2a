//! From the name of an agent to what it is started with.

use std::collections::BTreeMap;

use super::backend::BackendError;
use super::settings::Settings;
use crate::agent::external::{AgentSpec, ToolsOver, known_agents};

/// What stands before the name of an agent, in the place of a provider.
pub(super) const AGENTS: &str = "acp";

/// How an agent is given tools, as the configuration spells it.
pub(super) const TOOLS_OVER: [(&str, ToolsOver); 2] =
    [("stdio", ToolsOver::Stdio), ("http", ToolsOver::Http)];

impl Settings {
    /// Every agent that can be named: those that are known, and those of the person.
    ///
    /// # Errors
    /// When one of them needs a variable that is not set, or the built-in list is damaged.
    pub fn agents(&self) -> Result<BTreeMap<String, AgentSpec>, BackendError> {
        let mut all = known_agents().map_err(BackendError::Rehearsal)?;
        for (name, set) in &self.agents {
            if let Some(command) = &set.command {
                let spec = all.entry(name.clone());
                spec.or_insert_with(|| AgentSpec::of_command(name, Vec::new()))
                    .command
                    .clone_from(&command.0);
            }
            let over = set
                .tools_over
                .as_ref()
                .and_then(|word| TOOLS_OVER.iter().find(|(known, _)| *known == word.0));
            if let (Some(spec), Some((_, over))) = (all.get_mut(name), over) {
                spec.tools_over = *over;
            }
        }
        Ok(all)
    }

    /// The agent of a name, with the variables that it gets.
    ///
    /// # Errors
    /// [`BackendError`], whose sentence says what to do.
    pub fn agent(&self, name: &str) -> Result<AgentSpec, BackendError> {
        let mut all = self.agents()?;
        let Some(mut spec) = all.remove(name) else {
            let known = all.into_keys().map(|name| format!("{AGENTS}/{name}")).collect::<Vec<_>>().join(", ");
            let file = self.user_file.display().to_string();
            return Err(BackendError::UnknownAgent { name: name.to_owned(), known, file });
        };
        let set = self.agents.get(name);
        if let Some(parts) = set.and_then(|set| set.home.as_ref()) {
            spec.home = Some(parts.0.clone());
        }
        if set.and_then(|set| set.sandbox.as_ref()).is_some_and(|switch| !switch.0) {
            spec.home = None;
        }
        let passed = std::mem::take(&mut spec.pass).into_iter();
        let passed = passed.filter_map(|name| Some((name.clone(), self.variables.get(&name)?.to_owned())));
        spec.env.extend(passed.collect::<Vec<_>>());
        for (variable, value) in self.agents.get(name).into_iter().flat_map(|set| &set.env) {
            let value = match value.0.strip_prefix('$') {
                None => value.0.clone(),
                Some(of) => self.variables.get(of).map(str::to_owned).ok_or_else(|| {
                    let (agent, of) = (name.to_owned(), of.to_owned());
                    BackendError::NoAgentVariable { agent, variable: variable.clone(), of }
                })?,
            };
            spec.env.insert(variable.clone(), value);
        }
        Ok(spec)
    }
}
