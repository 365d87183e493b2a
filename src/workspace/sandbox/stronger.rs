//! The stronger way to keep programs in: a sandbox of bubblewrap's for each place of work, and in it what holds everywhere.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::bubblewrap::{Bubblewrap, Mounts, PRIVATE, TERMINALS};
use super::jail::{Inmate, Rules};
use super::keeper::{Bwrap, Keeper};
use super::network::Network;
use super::order::{Ends, Order, tell};
use crate::workspace::process::{Exit, nothing};

/// How long the first program may take that is started in one.
const PATIENCE: Duration = Duration::from_secs(10);

/// How sandboxes are made for a place of work.
#[derive(Debug, Clone)]
pub(super) struct Stronger {
    pub bubblewrap: Bubblewrap,
    pub mounts: Mounts,
    /// The network in the place of this machine's.
    pub network: Option<Arc<Network>>,
}

impl Stronger {
    /// Makes one.
    ///
    /// # Errors
    /// When it does not come up.
    pub(super) fn open(&self, rules: &Rules, inmate: Inmate) -> io::Result<Keeper> {
        let arguments = self.bubblewrap.arguments(rules, &self.mounts, inmate);
        let mut inside = rules.clone();
        inside.writes.push(PathBuf::from(PRIVATE));
        inside.devices.push(PathBuf::from(TERMINALS));
        let network = self.network.as_ref().filter(|_| rules.reaches_network);
        let network = network.map(|network| network.keeper()).transpose()?;
        Keeper::open(Bwrap { program: self.bubblewrap.program.clone(), arguments, network }, &inside, inmate)
    }

    /// Makes one of the strictest and runs a program in it: nothing less says that they work here.
    ///
    /// # Errors
    /// A sentence that says why they do not.
    pub(super) fn try_out(&self, rules: &Rules) -> Result<(), String> {
        let tried = || -> io::Result<Option<Exit>> {
            let keeper = self.open(rules, Inmate::Program)?;
            let ends = Ends::Given([nothing()?, nothing()?, nothing()?]);
            let variables = std::env::var_os("PATH").map(|path| ("PATH".into(), path)).into_iter().collect();
            let order = Order { argv: vec!["true".into()], dir: "/".into(), variables, ends };
            let (sender, ended) = channel();
            keeper.start(&order, tell(sender))?;
            Ok(ended.recv_timeout(PATIENCE).ok())
        };
        match tried() {
            Ok(Some(Exit::Code(0))) => Ok(()),
            Ok(Some(exit)) => Err(format!("a program that does nothing ended with {exit}")),
            Ok(None) => Err("a program that does nothing does not end".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
