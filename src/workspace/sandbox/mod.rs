//! Keeps the programs in that an agent starts, or that run what an agent wrote.
//!
//! A [`Sandbox`] knows this machine: what keeps programs in here, the system's own directories, the toolchains. For each place
//! of work it gives a [`Jail`], in which a [`Program`](super::Program) is started and in which everything stays that it
//! starts. What Landlock cannot keep in is listed in ARCHITECTURE.

mod jail;
#[cfg(target_os = "linux")]
mod landlock;
mod machine;
pub(super) mod refusal;
mod seed;
#[cfg(target_os = "linux")]
mod syscalls;
mod temporary;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::WorkspaceError;
pub use jail::{Inmate, Jail};
use machine::Machine;
pub use seed::copy_home;
pub use temporary::Temporary;

/// What a role may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Reads the checkout and runs nothing that writes.
    Read,
    /// Writes the mission's checkout, temporary files and caches.
    Write,
    /// Works in a checkout of its own that is reset afterwards.
    Proof,
}

impl Access {
    /// Whether it is enough for what needs `needed`: `Proof` to change the checkout one works in, `Write` to change the
    /// mission's.
    pub fn covers(self, needed: Self) -> bool {
        match needed {
            Self::Read => true,
            Self::Proof => self != Self::Read,
            Self::Write => self == Self::Write,
        }
    }

    /// This access, or `wanted` where that is less.
    #[must_use]
    pub fn lowered_to(self, wanted: Self) -> Self {
        if self.covers(wanted) { wanted } else { self }
    }

    /// The word for it in a setting or the name of a folder.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Proof => "proof",
        }
    }
}

/// What the person wants of it.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    pub wanted: Wanted,
    /// More that may be read.
    pub read: Vec<PathBuf>,
    /// More that may be written.
    pub write: Vec<PathBuf>,
    /// What is never in reach, whatever else is: flightdeck's own state and settings.
    pub never: Vec<PathBuf>,
    /// The person's home.
    pub home: Option<PathBuf>,
}

/// Whether programs are to be shared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wanted {
    /// As far as the machine can.
    #[default]
    Auto,
    /// Nothing is started where they cannot be.
    Required,
    /// The person wants none.
    Off,
}

/// What one program may touch beside the system's own directories and the toolchains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub access: Access,
    pub reads: Vec<PathBuf>,
    /// Read as well.
    pub writes: Vec<PathBuf>,
    /// Folders of git's: written, but without links, which would lead the engine's own git elsewhere.
    pub git: Vec<PathBuf>,
    /// Programs that may be run wherever they are, with what lies beside them.
    pub programs: Vec<PathBuf>,
    /// The home that it sees, with the caches of its tools. It is made where it is missing.
    pub home: PathBuf,
    /// Its folder for temporary files; a short path, since sockets are made in it.
    pub temporary: PathBuf,
}

/// What keeps the programs of a mission in on this machine.
#[derive(Debug)]
pub struct Sandbox {
    strength: Strength,
    machine: Machine,
}

/// How far programs are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strength {
    /// Not at all, and why.
    None(String),
    /// By Landlock and a filter of system calls.
    Landlock,
}

impl Sandbox {
    /// What this machine offers, tried out.
    pub fn of_this_machine(options: SandboxOptions) -> Self {
        let strength = match options.wanted {
            Wanted::Off => Strength::None("switched off by the setting `sandbox.mode`".to_owned()),
            Wanted::Auto | Wanted::Required => offered(),
        };
        Self { strength, machine: Machine::new(options) }
    }

    /// None, for tests of other things.
    pub fn off() -> Self {
        Self::of_this_machine(SandboxOptions { wanted: Wanted::Off, ..SandboxOptions::default() })
    }

    /// How far programs are shared.
    pub fn strength(&self) -> &Strength {
        &self.strength
    }

    /// Why there is none, where there is none.
    ///
    /// # Errors
    /// When they must be.
    pub fn missing(&self) -> Result<Option<&str>, WorkspaceError> {
        match &self.strength {
            Strength::Landlock => Ok(None),
            Strength::None(why) if self.machine.is_required() => {
                Err(WorkspaceError::NoSandbox { why: format!("this machine has none: {why}") })
            }
            Strength::None(why) => Ok(Some(why)),
        }
    }

    /// Whether something may run outside of a jail.
    ///
    /// # Errors
    /// When the person wants everything in one.
    pub fn allow_unsandboxed(&self, what: &str) -> Result<(), WorkspaceError> {
        if self.machine.is_required() {
            return Err(WorkspaceError::NoSandbox { why: format!("{what} cannot be kept in one yet") });
        }
        Ok(())
    }

    /// Makes the jail of one place of work.
    ///
    /// # Errors
    /// When its home cannot be made, or there must be one and is none.
    pub fn jail(&self, reach: &Reach) -> Result<Jail, WorkspaceError> {
        if self.missing()?.is_some() {
            return Ok(Jail::default());
        }
        self.machine.make_folders(reach)?;
        Ok(Jail::new(self.machine.rules(reach), self.machine.variables(reach)))
    }
}

impl std::fmt::Display for Strength {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None(why) => write!(f, "not sandboxed: {why}"),
            Self::Landlock => write!(
                f,
                "sandboxed by Landlock and a filter of system calls: your files, processes and local sockets are out of reach; the network, shared memory and the command lines of processes are not"
            ),
        }
    }
}

#[cfg(target_os = "linux")]
fn offered() -> Strength {
    match landlock::offered() {
        Ok(()) => Strength::Landlock,
        Err(why) => Strength::None(why),
    }
}

#[cfg(not(target_os = "linux"))]
fn offered() -> Strength {
    Strength::None("this system has nothing that flightdeck can keep programs in with".to_owned())
}
