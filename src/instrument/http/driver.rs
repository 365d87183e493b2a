//! The driver: one per tester, with cookies of its own.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::future::join_all;
use reqwest::Url;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderValue;
use tokio::sync::Barrier;
use tokio::time::Instant;

use super::exchange::{Exchange, HttpResponse};
use super::request::{HttpRequest, Redirects, Sent, is_loopback};
use super::wire::{Bounds, ask, connect};
use crate::instrument::InstrumentError;
use crate::workspace::sandbox::Loopback;

/// Sends requests to the app under test, which runs on this machine, and keeps its cookies.
#[derive(Debug, Clone)]
pub struct HttpDriver {
    limit: Duration,
    jar: Arc<Jar>,
    on: Loopback,
}

/// In which order requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Each when the one before it was answered.
    InTurn,
    /// All at the same moment, over connections that are open by then.
    AtOnce,
}

/// More of the bodies of one burst is not kept, in bytes; each has at least [`LEAST_BODY`].
const BODY_CAP: usize = 256 * 1024;
const LEAST_BODY: usize = 8 * 1024;

/// A loop of redirects ends after this many.
const MAX_REDIRECTS: usize = 10;

/// Has every TLS connection of this process use ring. It may be called any number of times, and must be before a client is
/// built, because reqwest is compiled without a provider of its own.
pub fn install_crypto() {
    // The only error is that a provider is installed, which is what is wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
}

impl HttpDriver {
    /// A driver without cookies, which gives an answer so much time.
    pub fn new(limit: Duration) -> Self {
        Self { limit, jar: Arc::default(), on: Loopback::default() }
    }

    /// The same visitor, who gives an answer another time.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit, ..self.clone() }
    }

    /// The same visitor of an app that listens elsewhere than on this machine's loopback.
    #[must_use]
    pub fn on(self, on: Loopback) -> Self {
        Self { on, ..self }
    }

    /// Forgets the cookies, as another visitor would have none.
    pub fn reset_cookies(&mut self) {
        self.jar = Arc::default();
    }

    /// Sends a request and reads the whole answer, up to 256 KiB of its body. No answer is an exchange as well, with the
    /// reason.
    ///
    /// # Errors
    /// [`InstrumentError::BadRequest`], [`InstrumentError::NotLoopback`].
    pub async fn send(&self, request: &HttpRequest) -> Result<Exchange, InstrumentError> {
        request.sent(None)?;
        self.exchange(request, Gate { begun: Instant::now(), barrier: None }, BODY_CAP).await
    }

    /// Sends several requests, and gives their exchanges in the order of the requests.
    ///
    /// # Errors
    /// As [`Self::send`]; then none was sent.
    pub async fn send_all(
        &self,
        requests: &[HttpRequest],
        order: Order,
    ) -> Result<Vec<Exchange>, InstrumentError> {
        for request in requests {
            request.sent(None)?;
        }
        let body = (BODY_CAP / requests.len().max(1)).max(LEAST_BODY);
        let begun = Instant::now();
        if order == Order::AtOnce {
            let barrier = Barrier::new(requests.len());
            let gate = Gate { begun, barrier: Some(&barrier) };
            let sending = requests.iter().map(|request| self.exchange(request, gate, body));
            let exchanges: Result<Vec<Exchange>, _> = join_all(sending).await.into_iter().collect();
            return exchanges.map(since_the_first);
        }
        let mut exchanges = Vec::new();
        for request in requests {
            exchanges.push(self.exchange(request, Gate { begun, barrier: None }, body).await?);
        }
        Ok(exchanges)
    }

    async fn exchange(
        &self,
        request: &HttpRequest,
        gate: Gate<'_>,
        body: usize,
    ) -> Result<Exchange, InstrumentError> {
        let bounds = Bounds { limit: self.limit, body };
        let first = self.prepare(request)?;
        let mut connection = connect(&first.url, &self.on, Instant::now() + self.limit).await;
        if let Some(barrier) = gate.barrier {
            barrier.wait().await;
        }
        let started = Instant::now();
        let deadline = started + self.limit;
        let mut hop = first.clone();
        let mut hops = 0;
        let mut answer = loop {
            let answer = match connection {
                Ok(stream) => ask(stream, &hop, bounds, deadline).await,
                Err(why) => HttpResponse::none(why),
            };
            self.keep_cookies(&answer, &hop.url);
            let next = if request.redirects == Redirects::Follow { target(&answer, &hop.url) } else { None };
            let Some(next) = next else { break answer };
            hops += 1;
            if hops > MAX_REDIRECTS {
                let flaw = Some(format!("it redirects without end: it was followed {MAX_REDIRECTS} times"));
                break HttpResponse { flaw, ..answer };
            }
            hop = self.prepare(&redirected(request, &hop.method, answer.status, &next))?;
            connection = connect(&hop.url, &self.on, deadline).await;
        };
        answer.url = if hops == 0 { request.url.clone() } else { hop.url.to_string() };
        answer.milliseconds = milliseconds(started.elapsed());
        Ok(exchanged(&request.url, first, milliseconds(started - gate.begun), answer))
    }

    fn prepare(&self, request: &HttpRequest) -> Result<Sent, InstrumentError> {
        let url = Url::parse(&request.url).ok();
        let cookie = url.and_then(|url| self.jar.cookies(&url));
        request.sent(cookie.and_then(|value| value.to_str().ok().map(str::to_owned)))
    }

    fn keep_cookies(&self, answer: &HttpResponse, url: &Url) {
        let set = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let values: Vec<HeaderValue> =
            set.filter_map(|(_, value)| HeaderValue::from_str(value).ok()).collect();
        self.jar.set_cookies(&mut values.iter(), url);
    }
}

/// Counts when each was sent from the first of them: connecting is no part of a burst.
fn since_the_first(mut exchanges: Vec<Exchange>) -> Vec<Exchange> {
    let first = exchanges.iter().map(|exchange| exchange.sent_after).min().unwrap_or_default();
    for exchange in &mut exchanges {
        exchange.sent_after -= first;
    }
    exchanges
}

/// When a burst began, and what its members wait at before they send.
#[derive(Debug, Clone, Copy)]
struct Gate<'a> {
    begun: Instant,
    barrier: Option<&'a Barrier>,
}

/// Where an answer sends to, but not away from this machine: then the redirect is the answer.
fn target(answer: &HttpResponse, from: &Url) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let (_, place) = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
    from.join(place).ok().filter(|url| matches!(url.scheme(), "http" | "https") && is_loopback(url))
}

/// The request that follows a redirect: after most of them a browser only looks.
fn redirected(request: &HttpRequest, method: &str, status: u16, to: &Url) -> HttpRequest {
    let keeps = matches!(status, 307 | 308) || matches!(method, "GET" | "HEAD");
    let base = HttpRequest::new(if keeps { method } else { "GET" }, to.as_str());
    let headers = request.headers.clone();
    if keeps {
        HttpRequest { headers, ..base.with(request.payload.clone()) }
    } else {
        HttpRequest { headers, ..base }
    }
}

fn exchanged(url: &str, sent: Sent, sent_after: u64, answer: HttpResponse) -> Exchange {
    let is_text = std::str::from_utf8(&sent.body).is_ok();
    Exchange {
        method: sent.method,
        url: url.to_owned(),
        request_headers: sent.headers,
        request_body: (!sent.body.is_empty()).then(|| String::from_utf8_lossy(&sent.body).into_owned()),
        request_bytes: (!is_text).then(|| BASE64_STANDARD.encode(&sent.body)),
        sent_after,
        answer,
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
