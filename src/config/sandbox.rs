//! The section `sandbox`: how programs that agents start are kept in.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::settings::expanded;
use super::values::{Folders, HostNames, NetworkName, SandboxMode};
use super::variables::Variables;
use crate::workspace::SandboxOptions;
use crate::workspace::sandbox::{NetworkPolicy, Wanted};

/// The section `sandbox`: how programs that agents start are kept in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SandboxValues {
    pub mode: SandboxMode,
    pub read: Option<Folders>,
    pub write: Option<Folders>,
    /// What of the network programs reach.
    pub network: NetworkName,
    /// Hosts that they reach beside those of packages, where it is not open.
    pub hosts: Option<HostNames>,
}

impl Default for SandboxValues {
    fn default() -> Self {
        let (mode, network) = (SandboxMode("auto".to_owned()), NetworkName("open".to_owned()));
        Self { mode, read: None, write: None, network, hosts: None }
    }
}

impl SandboxValues {
    /// What the sandbox is made with.
    pub fn options(self, variables: &Variables) -> SandboxOptions {
        let folders = |folders: Option<Folders>| {
            let named = folders.map(|folders| folders.0).unwrap_or_default();
            named.iter().map(|folder| expanded(folder, variables)).collect()
        };
        let wanted = match self.mode.0.as_str() {
            "off" => Wanted::Off,
            "required" => Wanted::Required,
            _ => Wanted::Auto,
        };
        let home = variables.get("HOME").map(PathBuf::from);
        let (read, write) = (folders(self.read), folders(self.write));
        let network = match self.network.0.as_str() {
            "listed" => NetworkPolicy::Listed,
            "local" => NetworkPolicy::Local,
            _ => NetworkPolicy::Open,
        };
        let hosts = self.hosts.map(|hosts| hosts.0).unwrap_or_default();
        SandboxOptions { wanted, read, write, home, network, hosts, ..SandboxOptions::default() }
    }
}
