//! The driver: one per tester, with cookies of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::cookie::Jar;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};

use super::exchange::{Body, Exchange, Extent, HttpResponse};
use super::request::{HttpRequest, Redirects};
use crate::instrument::InstrumentError;

/// Sends requests to the app under test, which runs on this machine, and keeps its cookies.
#[derive(Debug, Clone)]
pub struct HttpDriver {
    timeout: Duration,
    showing: Client,
    following: Client,
}

/// More of a body than this is not read, in bytes.
const BODY_CAP: usize = 256 * 1024;

/// A loop of redirects ends after this many.
const MAX_REDIRECTS: usize = 10;

/// Has every TLS connection of this process use ring. It may be called any number of times, and must be before a client is
/// built, because reqwest is compiled without a provider of its own.
pub fn install_crypto() {
    // The only error is that a provider is installed, which is what is wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
}

impl HttpDriver {
    /// A driver without cookies.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub fn new(timeout: Duration) -> Result<Self, InstrumentError> {
        let jar = Arc::new(Jar::default());
        Ok(Self { timeout, showing: client(&jar, Policy::none())?, following: client(&jar, following())? })
    }

    /// Forgets the cookies, as another visitor would have none.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn reset_cookies(&mut self) -> Result<(), InstrumentError> {
        *self = Self::new(self.timeout)?;
        Ok(())
    }

    /// Sends a request and reads the whole answer, up to 256 KiB of its body.
    ///
    /// # Errors
    /// [`InstrumentError::BadRequest`], [`InstrumentError::NotLoopback`], [`InstrumentError::NoAnswer`]. A status that
    /// reports an error is an answer.
    pub async fn send(&self, request: &HttpRequest) -> Result<Exchange, InstrumentError> {
        let method = request.method.to_ascii_uppercase();
        let verb = Method::from_bytes(method.as_bytes())
            .map_err(|_| InstrumentError::BadRequest(format!("`{method}` is no HTTP method")))?;
        let url = permitted(&request.url)?;
        let payload = request.payload.encode()?;
        let mut headers = HeaderMap::new();
        if let Some((Some(content_type), _)) = &payload {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        add_headers(&mut headers, &request.headers)?;
        let client = match request.redirects {
            Redirects::Show => &self.showing,
            Redirects::Follow => &self.following,
        };
        let mut asked = client.request(verb, url).headers(headers).timeout(self.timeout);
        if let Some((_, body)) = &payload {
            asked = asked.body(body.clone());
        }
        let started = Instant::now();
        let answer = async { read(asked.send().await?, started).await }.await;
        let answer = answer.map_err(|error| InstrumentError::NoAnswer {
            method: method.clone(),
            url: request.url.clone(),
            reason: causes(&error),
        })?;
        Ok(Exchange {
            method,
            url: request.url.clone(),
            request_headers: request.headers.clone(),
            request_body: payload.map(|(_, body)| body),
            answer,
        })
    }
}

fn client(jar: &Arc<Jar>, redirects: Policy) -> Result<Client, InstrumentError> {
    install_crypto();
    let builder = Client::builder().cookie_provider(Arc::clone(jar)).redirect(redirects);
    // A proxy would look for the app on its own machine.
    let builder = builder.no_proxy();
    builder
        .build()
        .map_err(|error| InstrumentError::BadRequest(format!("no HTTP client: {}", causes(&error))))
}

/// Follows redirects, but not away from this machine: then the redirect is the answer.
fn following() -> Policy {
    Policy::custom(|attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("it redirects without end")
        } else if !is_loopback(attempt.url()) {
            attempt.stop()
        } else {
            attempt.follow()
        }
    })
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    // Servers print the unspecified address when they listen on every one of this machine's.
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

fn add_headers(headers: &mut HeaderMap, wanted: &[(String, String)]) -> Result<(), InstrumentError> {
    for (name, value) in wanted {
        let bad = || InstrumentError::BadRequest(format!("`{name}: {value}` is no header"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        headers.insert(key, HeaderValue::from_str(value).map_err(|_| bad())?);
    }
    Ok(())
}

async fn read(mut response: Response, started: Instant) -> Result<HttpResponse, reqwest::Error> {
    let url = response.url().to_string();
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut bytes = Vec::new();
    let mut extent = Extent::Whole;
    while let Some(chunk) = response.chunk().await? {
        let room = BODY_CAP - bytes.len();
        bytes.extend_from_slice(&chunk[..room.min(chunk.len())]);
        if chunk.len() > room {
            extent = Extent::Cut;
            break;
        }
    }
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(HttpResponse { url, status, headers, body: Body::new(bytes, extent), milliseconds })
}

/// The error with all that caused it: the outermost says only that sending failed.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// An address that may be asked: of this machine.
pub(in crate::instrument) fn permitted(text: &str) -> Result<Url, InstrumentError> {
    let url = Url::parse(text)
        .map_err(|error| InstrumentError::BadRequest(format!("`{text}` is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(InstrumentError::BadRequest(format!("`{text}` is neither http nor https")));
    }
    if !is_loopback(&url) {
        return Err(InstrumentError::NotLoopback { host: url.host_str().unwrap_or_default().to_owned() });
    }
    Ok(url)
}
