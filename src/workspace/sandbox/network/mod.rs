//! The network that a mission's programs have in place of this machine's: a loopback that they share, and a proxy through
//! which they reach the hosts that they may.
//!
//! The sandboxes of bubblewrap's are made in it, but for those that reach no network at all. Nothing leads out of it but its
//! doors, whose connections the engine answers: one is the proxy, the others are ports of this machine that the person named.

mod hosts;
mod loopback;
mod proxy;
mod upstream;

use std::collections::BTreeSet;
use std::io;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bubblewrap::Bubblewrap;
use super::keeper::{Bwrap, Keeper};
pub use hosts::Host;
pub use loopback::{Loopback, Mirror};
use proxy::Comings;

/// The door of the proxy.
const PROXY: u16 = 19_128;

/// The most refusals that are remembered.
const MOST_REFUSALS: usize = 256;

/// What programs reach of the network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NetworkPolicy {
    /// All of it.
    #[default]
    Open,
    /// The hosts that are listed, and those that the person allows while the mission flies.
    Listed,
    /// The mission's own loopback, and the ports of this machine that are listed.
    Local,
}

/// A network of a mission's own. It comes up with the first sandbox, and again should it end.
#[derive(Debug)]
pub struct Network {
    bubblewrap: Bubblewrap,
    /// What is asked of the proxy is asked here.
    porter: Arc<Porter>,
    comings: Comings,
    keeper: Mutex<Option<Arc<Keeper>>>,
    /// Ports of this machine that are lent to programs, beside those that the person named.
    lent: Mutex<BTreeSet<u16>>,
}

/// What may be reached, and what was asked for and may not.
#[derive(Debug)]
pub(super) struct Porter {
    is_listed: bool,
    hosts: Vec<Host>,
    asked: Mutex<Asked>,
}

#[derive(Default)]
struct Asked {
    /// What the person allowed, and until when.
    allowed: Vec<(Host, Option<Instant>)>,
    refused: Vec<(Host, Instant)>,
    judge: Option<Judge>,
}

/// Whoever decides of a host that is not listed, and hears of it so.
pub type Judge = Box<dyn Fn(&Host) -> bool + Send + Sync>;

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("allowed", &self.allowed)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// The network of a policy; none where that is open.
    ///
    /// # Errors
    /// When the proxy cannot be started.
    pub(super) fn of(
        policy: NetworkPolicy,
        hosts: &[Host],
        bubblewrap: &Bubblewrap,
    ) -> io::Result<Option<Arc<Self>>> {
        if policy == NetworkPolicy::Open {
            return Ok(None);
        }
        let is_listed = policy == NetworkPolicy::Listed;
        let porter = Arc::new(Porter { is_listed, hosts: hosts.to_vec(), asked: Mutex::default() });
        let comings = Comings::serve(Arc::clone(&porter))?;
        Ok(Some(Arc::new(Self {
            bubblewrap: bubblewrap.clone(),
            porter,
            comings,
            keeper: Mutex::default(),
            lent: Mutex::default(),
        })))
    }

    /// The keeper of it.
    ///
    /// # Errors
    /// When it does not come up.
    pub(super) fn keeper(&self) -> io::Result<Arc<Keeper>> {
        let mut kept = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = kept.as_ref().filter(|keeper| keeper.is_open()) {
            return Ok(Arc::clone(keeper));
        }
        let here = self.porter.hosts.iter().filter_map(Host::port_here);
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let doors: BTreeSet<u16> = std::iter::once(PROXY).chain(here).chain(lent).collect();
        let doors: Vec<u16> = doors.into_iter().collect();
        let (program, arguments) = (self.bubblewrap.program.clone(), self.bubblewrap.network());
        let comings = self.comings.clone();
        let bwrap = Bwrap { program, arguments, network: None };
        let on_coming = Box::new(move |port, way| comings.hand(port, way));
        let keeper = Arc::new(Keeper::open_network(bwrap, &doors, on_coming)?);
        *kept = Some(Arc::clone(&keeper));
        Ok(keeper)
    }

    /// Has a port of this machine be one of the programs' too, for as long as this lives.
    ///
    /// # Errors
    /// When one of them listens there.
    pub(super) fn lend(&self, port: u16) -> io::Result<()> {
        let keeper = self.keeper()?;
        let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open =
            lent.contains(&port) || self.porter.hosts.iter().any(|host| host.port_here() == Some(port));
        if !is_open {
            keeper.open_door(port)?;
            lent.insert(port);
        }
        Ok(())
    }

    /// Variables by which programs find the proxy.
    pub(super) fn variables() -> Vec<(String, String)> {
        let proxy = format!("http://127.0.0.1:{PROXY}");
        let own = "localhost,127.0.0.1,::1,.localhost";
        let all = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, proxy.as_str()));
        let both = all.into_iter().chain([("NO_PROXY", own)]);
        let java = format!(
            "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort={PROXY} -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={PROXY} \
             -Dhttp.nonProxyHosts=localhost|127.*|[::1]"
        );
        let small = both.clone().map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let large = both.map(|(name, value)| (name.to_owned(), value.to_owned()));
        // Node asks no variable of its own accord, and Maven and Gradle ask these alone.
        let others =
            [("NODE_USE_ENV_PROXY", "1".to_owned()), ("MAVEN_OPTS", java.clone()), ("GRADLE_OPTS", java)];
        large.chain(small).chain(others.map(|(name, value)| (name.to_owned(), value))).collect()
    }

    /// Has hosts that are not listed judged.
    pub fn judged_by(&self, judge: Judge) {
        self.porter.asked().judge = Some(judge);
    }

    /// Lets programs reach a host, for so long or as long as this lives.
    pub fn allow(&self, host: Host, time: Option<Duration>) {
        let mut asked = self.porter.asked();
        asked.allowed.retain(|(known, until)| *known != host || until.is_none() && time.is_some());
        asked.allowed.push((host, time.map(|time| Instant::now() + time)));
    }

    /// The hosts that were asked for in vain since a moment.
    pub(super) fn refused_since(&self, moment: Instant) -> Vec<Host> {
        let asked = self.porter.asked();
        let mut hosts: Vec<Host> =
            asked.refused.iter().filter(|(_, at)| *at >= moment).map(|(host, _)| host.clone()).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// Whether any host may be in reach.
    pub(super) fn is_listed(&self) -> bool {
        self.porter.is_listed
    }

    /// What is said of it where the sandbox is spoken of.
    pub(super) fn words(&self) -> String {
        let words = if self.porter.is_listed {
            "of the network there are the listed hosts, and those that you allow"
        } else {
            "of the network there is the mission's own loopback alone"
        };
        words.to_owned()
    }
}

impl Porter {
    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a host may be reached; that it may not is written down and told.
    fn lets_through(&self, host: &Host) -> bool {
        let now = Instant::now();
        let mut asked = self.asked();
        asked.allowed.retain(|(_, until)| until.is_none_or(|until| until > now));
        let mut all = self.hosts.iter().chain(asked.allowed.iter().map(|(host, _)| host));
        let is_known = all.any(|entry| entry.covers(host) && (self.is_listed || entry.port_here().is_some()));
        if is_known || self.is_listed && asked.judge.as_ref().is_some_and(|judge| judge(host)) {
            return true;
        }
        if asked.refused.len() >= MOST_REFUSALS {
            asked.refused.remove(0);
        }
        asked.refused.push((host.clone(), now));
        false
    }

    /// Whether the person named a host of this machine.
    fn names_here(&self, host: &Host) -> bool {
        let asked = self.asked();
        let mut all = self.hosts.iter().chain(asked.allowed.iter().map(|(host, _)| host));
        all.any(|entry| entry.port_here().is_some() && entry.covers(host))
    }
}
