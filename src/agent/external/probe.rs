//! Whether an agent can be started and speaks the protocol. It is asked who it is, and nothing else.

use std::path::Path;
use std::time::Duration;

use agent_client_protocol::v1::schema::AuthMethod;

use super::drive::said;
use super::link::connect;
use crate::workspace::Program;

/// How long it has to answer.
const PATIENCE: Duration = Duration::from_secs(45);

/// An agent that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it calls itself, with its version.
    pub name: String,
    /// Ways to sign in that it offers.
    pub sign_in: Vec<String>,
}

/// Starts an agent in a directory, asks who it is, and kills it.
///
/// # Errors
/// A sentence that says why it is of no use.
pub async fn probe(program: &Program, log: &Path) -> Result<Found, String> {
    let (mut dialogue, talk) = program.spawn_dialogue(log).map_err(|error| error.to_string())?;
    let asked = connect(talk, PATIENCE, async |introduced, _heard| {
        let said = introduced.said;
        let name = said.agent_info.map(|info| {
            let name = info.title.unwrap_or(info.name);
            format!("{name} {}", info.version)
        });
        let way = |method: AuthMethod| match method {
            AuthMethod::Agent(method) => Some(method.name),
            AuthMethod::Terminal(method) => Some(method.name),
            _ => None,
        };
        let sign_in = said.auth_methods.into_iter().filter_map(way).collect();
        Ok(Found { name: name.unwrap_or_else(|| "an agent without a name".to_owned()), sign_in })
    });
    let found = match asked.await {
        Ok(found) => Ok(found),
        Err(error) => {
            let last = dialogue.last_words().await;
            let last = if last.is_empty() { last } else { format!(": {last}") };
            Err(format!("it does not answer `initialize` ({}){last}", said(&error)))
        }
    };
    dialogue.kill().await;
    found
}
