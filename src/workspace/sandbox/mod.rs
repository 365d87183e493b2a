//! Keeps the programs in that an agent starts, or that run what an agent wrote.
//!
//! A [`Sandbox`] knows this machine: what keeps programs in here, the system's own directories, the toolchains. For each place
//! of work it gives a [`Jail`], in which a [`Program`](super::Program) is started and in which everything stays that it
//! starts. What Landlock cannot keep in is listed in ARCHITECTURE; where bubblewrap is installed, that is kept in as well.

mod bubblewrap;
mod jail;
#[cfg_attr(not(target_os = "linux"), path = "absent.rs")]
mod keeper;
#[cfg(target_os = "linux")]
mod landlock;
mod machine;
mod network;
mod order;
pub(super) mod refusal;
mod seed;
mod stronger;
#[cfg(target_os = "linux")]
mod syscalls;
mod temporary;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::WorkspaceError;
pub use bubblewrap::Lent;
use bubblewrap::{Bubblewrap, Mounts, lend};
pub use jail::{Inmate, Jail};
use jail::{Jails, Rules};
pub(super) use keeper::Keeper;
#[cfg(target_os = "linux")]
pub use keeper::keep;
use machine::{Machine, make_folders};
pub use network::{Host, Loopback, Mirror, Network, NetworkPolicy};
pub(super) use order::{Ends, OnEnd, Order, Started, tell};
pub use seed::copy_home;
use stronger::Stronger;
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
    /// The program of flightdeck's that keeps the sandboxes of bubblewrap; none to do without them.
    pub keeper: Option<PathBuf>,
    /// What of the network programs reach.
    pub network: NetworkPolicy,
    /// The hosts that they reach where it is not open.
    pub hosts: Vec<Host>,
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

impl Reach {
    /// No folder at all.
    fn nowhere(access: Access) -> Self {
        let (reads, writes, git, programs) = Default::default();
        let (home, temporary) = Default::default();
        Self { access, reads, writes, git, programs, home, temporary }
    }
}

/// What keeps the programs of a mission in on this machine.
#[derive(Debug)]
pub struct Sandbox {
    strength: Strength,
    machine: Machine,
    /// What it is made with where it is of bubblewrap's.
    bubblewrap: Option<Bubblewrap>,
    /// The network of its own that it has where that is not open.
    network: Option<Arc<Network>>,
    jails: Jails,
}

/// How far programs are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strength {
    /// Not at all, and why.
    None(String),
    /// By Landlock and a filter of system calls; and why not by bubblewrap as well.
    Landlock(String),
    /// By bubblewrap, and in it by Landlock and a filter of system calls.
    Bubblewrap,
}

impl Sandbox {
    /// What this machine offers, tried out.
    pub fn of_this_machine(options: SandboxOptions) -> Self {
        let (wanted, keeper) = (options.wanted, options.keeper.clone());
        let machine = Machine::new(options);
        let offered = match wanted {
            Wanted::Off => Err("switched off by the setting `sandbox.mode`".to_owned()),
            Wanted::Auto | Wanted::Required => offered(),
        };
        let (strength, found) = match offered.map(|()| stronger(&machine, keeper)) {
            Err(why) => (Strength::None(why), None),
            Ok(Err(why)) => (Strength::Landlock(why), None),
            Ok(Ok(found)) => (Strength::Bubblewrap, Some(found)),
        };
        let (bubblewrap, network) = found.map(|found| (found.bubblewrap, found.network)).unzip();
        Self { strength, machine, bubblewrap, network: network.flatten(), jails: Jails::default() }
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
    /// When there must be one, or the network cannot be kept from programs and the person wants that.
    pub fn missing(&self) -> Result<Option<&str>, WorkspaceError> {
        if let (true, Strength::Landlock(why) | Strength::None(why)) =
            (self.machine.is_network_kept(), &self.strength)
        {
            return Err(WorkspaceError::OpenNetwork { why: why.clone() });
        }
        match &self.strength {
            Strength::Landlock(_) | Strength::Bubblewrap => Ok(None),
            Strength::None(why) if self.machine.is_required() => {
                Err(WorkspaceError::NoSandbox { why: format!("this machine has none: {why}") })
            }
            Strength::None(why) => Ok(Some(why)),
        }
    }

    /// What is said of it, with the network.
    pub fn words(&self) -> String {
        match &self.network {
            None if self.strength == Strength::Bubblewrap => {
                format!("{}; the network is open", self.strength)
            }
            None => self.strength.to_string(),
            Some(network) => format!("{}; {}", Strength::Bubblewrap, network.words()),
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

    /// The network in the place of this machine's, where there is one.
    pub fn network(&self) -> Option<&Arc<Network>> {
        self.network.as_ref()
    }

    /// Where the mission's programs listen.
    pub fn loopback(&self) -> Loopback {
        Loopback(self.network.clone())
    }

    /// The person's home.
    pub fn home(&self) -> Option<&Path> {
        self.machine.home()
    }

    /// Whether it keeps agents in that have tools of their own: their sockets would be anybody's without bubblewrap.
    pub fn keeps_agents(&self) -> bool {
        self.bubblewrap.is_some()
    }

    /// Makes the jail of such an agent, which reaches the network whatever its access, and has what is lent to it.
    ///
    /// # Errors
    /// As [`Self::jail`].
    pub fn jail_of_agent(&self, reach: &Reach, lent: Vec<Lent>) -> Result<Jail, WorkspaceError> {
        if self.missing()?.is_some() {
            return Ok(Jail::default());
        }
        make_folders(reach)?;
        let (folders, files): (Vec<Lent>, Vec<Lent>) =
            lent.into_iter().filter(|lent| lent.from.exists()).partition(|lent| lent.from.is_dir());
        let rules = Rules { reaches_network: true, ..self.machine.rules(reach) };
        let jail = self.jail_of(rules, reach, folders.clone());
        self.machine.fill(reach, &jail)?;
        lend(&jail, &reach.home, folders, files)?;
        Ok(jail)
    }

    /// Makes the jail of one place of work.
    ///
    /// # Errors
    /// When its home cannot be made, or there must be one and is none.
    pub fn jail(&self, reach: &Reach) -> Result<Jail, WorkspaceError> {
        if self.missing()?.is_some() {
            return Ok(Jail::default());
        }
        make_folders(reach)?;
        let jail = self.jail_of(self.machine.rules(reach), reach, Vec::new());
        self.machine.fill(reach, &jail)?;
        Ok(jail)
    }

    fn jail_of(&self, rules: Rules, reach: &Reach, lent: Vec<Lent>) -> Jail {
        let mounts = Mounts { lent, ..self.machine.mounts(reach) };
        let network = self.network.clone();
        let stronger = self.bubblewrap.clone().map(|bubblewrap| Stronger { bubblewrap, mounts, network });
        let mut variables = self.machine.variables(reach);
        variables.extend(self.network.iter().flat_map(|_| Network::variables()));
        self.jails.of(rules, variables, stronger)
    }
}

impl std::fmt::Display for Strength {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None(why) => write!(f, "not sandboxed: {why}"),
            Self::Landlock(why) => write!(
                f,
                "sandboxed by Landlock and a filter of system calls: your files, processes and local sockets are out of reach; the network, shared memory and the command lines of processes are not. With bubblewrap they can be, but {why}"
            ),
            Self::Bubblewrap => write!(
                f,
                "sandboxed by bubblewrap, Landlock and a filter of system calls: of your files, processes, shared memory and local sockets nothing is there"
            ),
        }
    }
}

/// bubblewrap, tried out with its strictest sandbox.
fn stronger(machine: &Machine, keeper: Option<PathBuf>) -> Result<Stronger, String> {
    let keeper = keeper.ok_or("it is switched off")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let bubblewrap = Bubblewrap::on_path(&path, keeper).ok_or("it is not installed")?;
    let network = machine.network(&bubblewrap).map_err(|error| error.to_string())?;
    let nowhere = Reach::nowhere(if network.is_some() { Access::Proof } else { Access::Read });
    let found = Stronger { bubblewrap, mounts: machine.mounts(&nowhere), network };
    found.try_out(&machine.rules(&nowhere))?;
    Ok(found)
}

#[cfg(target_os = "linux")]
fn offered() -> Result<(), String> {
    landlock::offered()
}

#[cfg(not(target_os = "linux"))]
fn offered() -> Result<(), String> {
    Err("this system has nothing that flightdeck can keep programs in with".to_owned())
}
