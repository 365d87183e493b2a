//! From what is set about servers of the Model Context Protocol to what a session starts with.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::backend::{BackendError, header};
use super::settings::Settings;
use super::values::Mcp;
use crate::agent::mcp::{McpSpec, McpWay};
use crate::domain::attempt::Role;

impl Settings {
    /// The servers whose tools each role is given.
    ///
    /// # Errors
    /// The first server that cannot be used as it is set, and why.
    pub fn mcp(&self) -> Result<BTreeMap<Role, Vec<Arc<McpSpec>>>, BackendError> {
        let mut by_role: BTreeMap<Role, Vec<Arc<McpSpec>>> = BTreeMap::new();
        for (name, set) in &self.mcp {
            let unfit = |fault: String| {
                let file = self.user_file.display().to_string();
                BackendError::UnfitServer { name: name.clone(), fault, file }
            };
            let spec = Arc::new(McpSpec { name: name.clone(), way: self.way(set).map_err(unfit)? });
            let roles = set.roles.as_ref().ok_or_else(|| {
                unfit("names nobody who is given its tools: set its `roles`, such as [\"worker\"]".to_owned())
            })?;
            for role in &roles.0 {
                by_role.entry(*role).or_default().push(Arc::clone(&spec));
            }
        }
        Ok(by_role)
    }

    fn way(&self, set: &Mcp) -> Result<McpWay, String> {
        let unset = |what: &str, value: &str| format!("needs {value} for {what}, which is not set");
        match (&set.command, &set.url) {
            (Some(command), None) => {
                let mut env = BTreeMap::new();
                for (variable, value) in &set.env {
                    let value = match value.0.strip_prefix('$') {
                        Some(of) => self.variables.get(of).ok_or_else(|| unset(variable, of))?,
                        None => &value.0,
                    };
                    env.insert(variable.clone(), SecretString::from(value.to_owned()));
                }
                Ok(McpWay::Program { command: command.0.clone(), env })
            }
            (None, Some(url)) => {
                let lines = set.headers.iter().flat_map(|lines| &lines.0);
                let headers = lines.map(|line| {
                    let name = line.split(':').next().unwrap_or(line);
                    header(line, &self.variables).ok_or_else(|| unset(name, "its variable"))
                });
                Ok(McpWay::Address { url: url.0.clone(), headers: headers.collect::<Result<_, _>>()? })
            }
            (Some(_), Some(_)) => Err("has a `command` and a `url`: it is one or the other".to_owned()),
            (None, None) => Err("has neither a `command` nor a `url`".to_owned()),
        }
    }
}
