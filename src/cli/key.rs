//! A backend with its key at hand: a command of the person's may have to tell it.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::agent::external::AgentSpec;
use crate::config::{Backend, BackendError, Settings};
use crate::workspace::Program;

/// How long a command may take to tell a key: it may ask the person for a passphrase.
const LIMIT: Duration = Duration::from_mins(1);

/// The backend of `provider/model`, ready to be used.
pub async fn ready(settings: &Settings, model: &str) -> Result<Backend, BackendError> {
    let mut backend = settings.backend(model)?;
    if let Backend::Network(remote) = &mut backend
        && let Some(command) = &remote.key_command
    {
        let told = told_by(command).await;
        let provider = remote.spec.name.clone();
        remote.spec.key = Some(told.map_err(|reason| BackendError::KeyCommand { provider, reason })?);
    }
    if let Backend::Agent(agent) = &backend
        && program_of(settings, agent).is_none()
    {
        let program = agent.command.first().cloned().unwrap_or_default();
        let advice = if agent.install.is_empty() { String::new() } else { format!(": {}", agent.install) };
        return Err(BackendError::NoProgram { agent: agent.name.clone(), program, advice });
    }
    Ok(backend)
}

/// Where the program of an agent is, if it is there.
pub fn program_of(settings: &Settings, agent: &AgentSpec) -> Option<PathBuf> {
    let (path, program) = (settings.variable("PATH")?, agent.command.first()?);
    std::env::split_paths(path).map(|directory| directory.join(program)).find(|file| file.is_file())
}

/// Runs the person's command and takes the first line it prints.
async fn told_by(command: &str) -> Result<SecretString, String> {
    // What it says on the side is for the person's eyes, and it is the person's own: it gets the whole environment.
    let line = format!("{{ {command}\n}} 2>/dev/null");
    let program = Program::shell(line).envs(std::env::vars_os()).timeout(LIMIT);
    let finished = program.run(CancellationToken::new(), |_| {}).await.map_err(|fault| fault.to_string())?;
    if !finished.exit.is_success() {
        return Err(finished.exit.to_string());
    }
    let line = finished.output.text.lines().map(str::trim).find(|line| !line.is_empty());
    line.map(|key| SecretString::from(key.to_owned())).ok_or_else(|| "it printed nothing".to_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test]
    async fn a_command_tells_the_key_or_why_not() {
        let table = [
            ("echo noise >&2; echo; echo ' sk-1 '; echo more", Ok("sk-1")),
            ("true # nothing", Err("it printed nothing")),
            ("exit 3", Err("exit code 3")),
        ];
        for (command, expected) in table {
            let told = told_by(command).await.map(|key| key.expose_secret().to_owned());
            assert_eq!(told.as_deref().map_err(String::as_str), expected, "{command}");
        }
    }
}
