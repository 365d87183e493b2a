//! The connections that all providers share, and what was learned of servers over them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Client, ClientBuilder, Url};

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
    /// A new pool. It trusts the system's certificates, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR` in their place, and
    /// beside them those of `NODE_EXTRA_CA_CERTS`; it honours `HTTPS_PROXY` and its kin, but never for this
    /// machine. Answers are not asked for compressed: a few bytes of those may unfold into any number.
    ///
    /// # Errors
    /// [`ModelError::Refused`] when the TLS set-up of the machine is unusable.
    pub fn new() -> Result<Self, ModelError> {
        install_crypto();
        let extra = extra_authorities()?;
        let built = |builder: ClientBuilder| {
            builder
                .tls_certs_merge(extra.iter().cloned())
                .build()
                .map_err(|fault| ModelError::Refused(format!("the HTTP client could not be made: {fault}")))
        };
        let (outward, loopback) = (built(settings())?, built(settings().no_proxy())?);
        Ok(Self(Arc::new(Shared { outward, loopback, refused: Mutex::default() })))
    }

    /// A page that anybody may read, of so many bytes at most.
    ///
    /// # Errors
    /// Why it is not here, in a sentence.
    pub async fn page(&self, address: &str, limit: Duration, most: usize) -> Result<Vec<u8>, String> {
        let url = Url::parse(address).map_err(|fault| format!("{address} is no address: {fault}"))?;
        let failed = |fault: &reqwest::Error| {
            let mut reason: &dyn std::error::Error = fault;
            while let Some(deeper) = reason.source() {
                reason = deeper;
            }
            format!("{address} cannot be read: {reason}")
        };
        let asking = self.client(&url).get(url.clone()).timeout(limit).send();
        let mut answer = asking.await.map_err(|fault| failed(&fault))?;
        if !answer.status().is_success() {
            return Err(format!("{address} answered {}", answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|fault| failed(&fault))? {
            body.extend_from_slice(&chunk);
            if body.len() > most {
                return Err(format!("{address} sends more than {} MiB", most >> 20));
            }
        }
        Ok(body)
    }

    /// The client for an address.
    pub(in crate::agent) fn client(&self, url: &Url) -> &Client {
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

/// Names a file of certificates of authorities beside the system's: other agents' programs have it from Node.
pub(super) const EXTRA_AUTHORITIES: &str = "NODE_EXTRA_CA_CERTS";

fn extra_authorities() -> Result<Vec<Certificate>, ModelError> {
    let Some(path) = std::env::var_os(EXTRA_AUTHORITIES).filter(|path| !path.is_empty()) else {
        return Ok(Vec::new());
    };
    let unusable = |why: String| {
        let path = path.display();
        ModelError::Refused(format!("{EXTRA_AUTHORITIES} names {path}, which holds no certificates: {why}"))
    };
    let text = std::fs::read(&path).map_err(|fault| unusable(fault.to_string()))?;
    let found = Certificate::from_pem_bundle(&text).map_err(|fault| unusable(fault.to_string()))?;
    if found.is_empty() { Err(unusable("there is none in PEM form".to_owned())) } else { Ok(found) }
}

/// How often a server may point elsewhere.
const MOST_REDIRECTS: usize = 5;

fn settings() -> ClientBuilder {
    Client::builder()
        .connect_timeout(Duration::from_secs(20))
        .tcp_nodelay(true)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .redirect(Policy::custom(at_home))
        .pool_max_idle_per_host(8)
        .http2_keep_alive_interval(Some(Duration::from_secs(20)))
        .http2_keep_alive_timeout(Duration::from_secs(10))
        .user_agent(concat!("flightdeck/", env!("CARGO_PKG_VERSION")))
}

/// A key goes to its provider alone: another host that a server points to is not asked.
fn at_home(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let previous = attempt.previous();
    let asked = previous.first().map(|url| (url.host_str().map(str::to_owned), url.scheme().to_owned()));
    let next = (attempt.url().host_str().map(str::to_owned), attempt.url().scheme().to_owned());
    let is_home =
        asked.is_some_and(|(host, scheme)| host == next.0 && (scheme == next.1 || next.1 == "https"));
    if is_home && previous.len() < MOST_REDIRECTS { attempt.follow() } else { attempt.stop() }
}
