//! The sandbox of an agent that has tools of its own: the jail of its role, with what the agent needs beside that. Of the
//! person's home it has its own folders alone, lent into the home of the mission's.

use std::path::{Path, PathBuf};

use reqwest::Url;

use super::context::EngineContext;
use super::error::EngineError;
use crate::agent::external::AgentSpec;
use crate::agent::tool::ToolEnv;
use crate::workspace::Jail;
use crate::workspace::sandbox::{Host, Lent};

impl EngineContext {
    /// The jail of an agent in a place; none where the person leaves it outside, or only bubblewrap could keep it in.
    ///
    /// # Errors
    /// When there must be a sandbox and it has none, or its folders cannot be made.
    pub(super) fn jail_of_agent(&self, agent: &AgentSpec, place: &ToolEnv) -> Result<Jail, EngineError> {
        let Some(own) = agent.home.as_ref().filter(|_| self.sandbox.keeps_agents()) else {
            self.sandbox.allow_unsandboxed("an agent that brings its own tools, in this way,")?;
            return Ok(Jail::default());
        };
        let home = self.home(&format!("agent-{}-{}", agent.name, place.access.word()));
        let mut reach = self.reach(home, place.confinement.root(), place.access, &place.env)?;
        let exists = |path: &PathBuf| path.is_absolute() && path.exists();
        let words = agent.command.iter().chain(agent.bridge.first()).map(PathBuf::from).filter(exists);
        reach.programs.extend(words.map(|word| package_of(&word).unwrap_or(word)));
        let person = self.sandbox.home().map(Path::to_owned).unwrap_or_default();
        let person = person.canonicalize().unwrap_or(person);
        // What its variables name is its own: a folder for its settings that the person chose, or a file to read.
        let named = agent.env.values().map(PathBuf::from).filter(exists);
        let named =
            named.filter_map(|path| path.canonicalize().ok()).filter(|path| !person.starts_with(path));
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = named.partition(|path| path.is_dir());
        reach.writes.extend(folders);
        reach.reads.extend(files);
        let lent = own.iter().map(|part| Lent { from: person.join(part), to: reach.home.join(part) });
        self.let_reach(agent)?;
        Ok(self.sandbox.jail_of_agent(&reach, lent.collect())?)
    }

    /// Has it reach its makers' hosts, and those that its variables name, where the network is not open.
    fn let_reach(&self, agent: &AgentSpec) -> Result<(), EngineError> {
        let Some(network) = self.sandbox.network() else { return Ok(()) };
        let makers = agent.hosts.iter().filter_map(|host| host.parse::<Host>().ok());
        let named = agent.env.values().filter_map(|value| {
            let url = Url::parse(value).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            format!("{}:{}", url.host_str()?, url.port_or_known_default()?).parse().ok()
        });
        for host in makers.chain(named) {
            // No proxy is asked for what is on the machine itself.
            if let Some(port) = host.port_here() {
                let lent = self.sandbox.loopback().lend(port);
                lent.map_err(|error| {
                    EngineError::Unfit(format!("{host} is not to be had in the sandbox: {error}"))
                })?;
            }
            network.allow(host, None);
        }
        Ok(())
    }
}

/// The folder of packages that a program is a part of, where it is one of Node's.
fn package_of(program: &Path) -> Option<PathBuf> {
    let real = program.canonicalize().ok()?;
    let packages = real.ancestors().filter(|above| above.ends_with("node_modules")).last()?;
    // Whoever lists a program has what lies beside it: so its own name is of no matter.
    Some(packages.join(".package-lock.json"))
}
