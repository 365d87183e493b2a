//! The connections that all providers share, and what was learned of servers over them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Url};

use crate::agent::model::ModelError;
use crate::instrument::http::{install_crypto, is_loopback};

/// A pool of connections, and what each server has refused. Clones share both.
#[derive(Debug, Clone)]
pub struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// To other machines: through the proxy of the environment, where there is one.
    outward: Client,
    /// To this machine: a proxy elsewhere cannot reach it.
    loopback: Client,
    /// The options that a server has refused, by its address and model.
    refused: Mutex<BTreeMap<String, BTreeSet<&'static str>>>,
}

impl Connections {
    /// A new pool. It trusts the system's certificates and honours `HTTPS_PROXY` and its kin, but never for this
    /// machine. Answers are not asked for compressed: a few bytes of those may unfold into any number.
    ///
    /// # Errors
    /// [`ModelError::Refused`] when the TLS set-up of the machine is unusable.
    pub fn new() -> Result<Self, ModelError> {
        install_crypto();
        let built = |builder: ClientBuilder| {
            builder
                .build()
                .map_err(|fault| ModelError::Refused(format!("the HTTP client could not be made: {fault}")))
        };
        let (outward, loopback) = (built(settings())?, built(settings().no_proxy())?);
        Ok(Self(Arc::new(Shared { outward, loopback, refused: Mutex::default() })))
    }

    /// The client for an address.
    pub(super) fn client(&self, url: &Url) -> &Client {
        if is_loopback(url) { &self.0.loopback } else { &self.0.outward }
    }

    /// What a server is known to refuse.
    pub(super) fn refused(&self, server: &str) -> BTreeSet<&'static str> {
        let refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(server).cloned().unwrap_or_default()
    }

    /// A server has refused an option.
    pub(super) fn remember(&self, server: &str, option: &'static str) {
        let mut refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.entry(server.to_owned()).or_default().insert(option);
    }
}

fn settings() -> ClientBuilder {
    Client::builder()
        .connect_timeout(Duration::from_secs(20))
        .tcp_nodelay(true)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .pool_max_idle_per_host(8)
        .http2_keep_alive_interval(Some(Duration::from_secs(20)))
        .http2_keep_alive_timeout(Duration::from_secs(10))
        .user_agent(concat!("flightdeck/", env!("CARGO_PKG_VERSION")))
}
