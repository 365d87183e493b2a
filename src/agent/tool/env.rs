//! Where the tools of a session work: which files, which programs, how far they are held back.

use std::path::{Path, PathBuf};

use super::ToolError;
use crate::workspace::process::{OutputCap, Spill};
use crate::workspace::{Access, Confinement, Intent, Jail, Program, Reaper};

/// The place of one session.
#[derive(Clone)]
pub struct ToolEnv {
    /// The files its tools may touch. The scratch directory should be readable in it, or output files cannot be read.
    pub confinement: Confinement,
    /// What its role may touch.
    pub access: Access,
    /// What keeps its programs to that.
    pub jail: Jail,
    /// Variables its programs get beside the cleaned environment.
    pub env: Vec<(String, String)>,
    /// Where long output and the logs of jobs go.
    pub scratch: PathBuf,
    /// Kills its programs should the engine die.
    pub reaper: Reaper,
}

impl ToolEnv {
    pub(super) fn readable(&self, path: &str) -> Result<PathBuf, ToolError> {
        Ok(self.confinement.resolve(path, Intent::Read)?)
    }

    /// A path that may be written: a regular file, or nothing yet.
    pub(super) fn writable(&self, named: &str) -> Result<PathBuf, ToolError> {
        let path = self.confinement.resolve(named, Intent::Write)?;
        if path.exists() && !path.is_file() {
            return Err(ToolError::Mend(format!("`{named}` is not a regular file; name one that is")));
        }
        Ok(path)
    }

    /// A path as a model should see it: relative to the root where it can be.
    pub(super) fn shown(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.confinement.root()).unwrap_or(path);
        if relative.as_os_str().is_empty() { ".".to_owned() } else { relative.display().to_string() }
    }

    /// A program for a shell line, with the environment and the limits of this place.
    pub fn shell(&self, line: &str, directory: &Path) -> Program {
        // Less than a session lets through, so that what was cut well here is not cut again there.
        let cap =
            OutputCap { head: 10 * 1024, tail: 18 * 1024, spill: Spill::Directory(self.scratch.clone()) };
        let program = Program::shell(line).dir(directory).envs(self.env.clone()).cap(cap);
        program.reaper(&self.reaper).jailed(&self.jail)
    }

    /// The program of a server of tools, with the environment and the limits of this place.
    pub(in crate::agent) fn server(
        &self,
        command: &[String],
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Program {
        let program = Program::of_words(command).dir(self.confinement.root());
        program.envs(self.env.clone()).envs(env).reaper(&self.reaper).jailed(&self.jail)
    }

    /// The program of an agent that has tools of its own, with the environment of this place. It may make sockets, by which
    /// it is connected with its tools, and a sandbox of its own.
    pub fn agent(&self, command: &[String], env: impl IntoIterator<Item = (String, String)>) -> Program {
        let program = Program::of_words(command).dir(self.confinement.root());
        program.envs(self.env.clone()).envs(env).reaper(&self.reaper).jailed(&self.jail).nesting()
    }
}

/// Runs work on files in a jail, where it does not hold up the session's other tasks.
pub(super) async fn blocking<T: Send + 'static>(
    jail: &Jail,
    work: impl FnOnce() -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let done = jail.work(work).await;
    done.unwrap_or_else(|fault| Err(ToolError::Mend(format!("the tool broke ({fault}); use another way"))))
}

#[cfg(test)]
pub(in crate::agent) mod tests {
    use std::sync::Arc;

    use serde_json::Value;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::agent::tool::{Call, Output, ToolRow};

    /// A place in a temporary directory.
    pub struct Place {
        pub root: tempfile::TempDir,
        pub scratch: tempfile::TempDir,
        pub env: Arc<ToolEnv>,
    }

    impl Place {
        pub fn new() -> Self {
            let (root, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let env = ToolEnv {
                confinement: Confinement::new(root.path(), &[scratch.path().to_owned()]).unwrap(),
                access: Access::Write,
                jail: Jail::default(),
                env: vec![("FLIGHTDECK_TEST".into(), "yes".into())],
                scratch: scratch.path().to_owned(),
                reaper: Reaper::None,
            };
            Self { root, scratch, env: Arc::new(env) }
        }

        pub fn file(&self, path: &str, text: impl AsRef<[u8]>) {
            let path = self.root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        pub fn text(&self, path: &str) -> String {
            std::fs::read_to_string(self.root.path().join(path)).unwrap()
        }
    }

    pub fn circumstances() -> Call {
        Call { id: "c1".into(), cancel: CancellationToken::new(), progress: Arc::new(|_: &str| {}) }
    }

    /// What the tool says, whether it went well or not.
    pub async fn call(tool: &ToolRow, arguments: Value) -> Result<String, String> {
        let answer = tool.call(arguments, circumstances()).await;
        answer.map(|Output { text, .. }| text).map_err(|fault| fault.to_string())
    }
}
