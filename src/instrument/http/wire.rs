//! One request over one connection, sent as it is written and read as it comes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::driver::install_crypto;
use super::exchange::{Extent, HttpResponse};
use super::incoming::{Asked, Incoming, Progress};
use super::request::Sent;
use crate::workspace::sandbox::Loopback;

/// A connection to the app.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// How long an answer may take, and how much of it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) limit: Duration,
    /// Bytes of a body.
    pub(super) body: usize,
}

/// Connects to whoever listens at an address.
pub(super) async fn connect(url: &Url, on: &Loopback, deadline: Instant) -> Result<Box<dyn Stream>, String> {
    let port = url.port_or_known_default().unwrap_or(80);
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let connecting = async {
        // A name of this machine is no matter of name servers.
        let connected = match host.parse::<IpAddr>() {
            Ok(address) if on.is_of_machine() => TcpStream::connect((address, port)).await,
            _ => on.connect(port).await,
        };
        let stream = connected.map_err(|error| format!("port {port} takes no connection: {error}"))?;
        if url.scheme() == "http" {
            return Ok(Box::new(stream) as Box<dyn Stream>);
        }
        secure(host, stream).await
    };
    timeout_at(deadline, connecting)
        .await
        .unwrap_or_else(|_| Err(format!("port {port} takes no connection in time")))
}

async fn secure(host: &str, stream: TcpStream) -> Result<Box<dyn Stream>, String> {
    install_crypto();
    let config =
        ClientConfig::builder().with_platform_verifier().map_err(|error| format!("no TLS: {error}"))?;
    let name =
        ServerName::try_from(host.to_owned()).map_err(|error| format!("no TLS to `{host}`: {error}"))?;
    let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
    let stream = connector.connect(name, stream).await.map_err(|error| format!("TLS failed: {error}"))?;
    Ok(Box::new(stream))
}

/// Sends a request and takes what comes.
pub(super) async fn ask(
    mut stream: Box<dyn Stream>,
    sent: &Sent,
    bounds: Bounds,
    deadline: Instant,
) -> HttpResponse {
    let asked = if sent.method == "HEAD" { Asked::Head } else { Asked::Whole };
    let mut incoming = Incoming::new(asked, bounds.body);
    // A server may answer and close before it has read everything, so what comes is read in any case.
    let refused = match timeout_at(deadline, write(&mut stream, &sent.bytes)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("the request was not taken: {error}")),
        Err(_) => Some(format!("the request was not taken within {} s", bounds.limit.as_secs())),
    };
    let mut buffer = vec![0; 16 * 1024];
    let (extent, flaw) = loop {
        let read = timeout_at(deadline, stream.read(&mut buffer)).await;
        let progress = match read {
            Ok(Ok(count @ 1..)) => incoming.feed(&buffer[..count]),
            Ok(Ok(0)) if incoming.is_empty() => {
                break (Extent::Whole, Some("the connection was closed without an answer".to_owned()));
            }
            Ok(Ok(_)) => break (Extent::Whole, incoming.closed()),
            Ok(Err(error)) => break (Extent::Whole, Some(format!("the connection broke: {error}"))),
            Err(_) => {
                let what = if incoming.is_empty() { "nothing came" } else { "it was not complete" };
                break (Extent::Whole, Some(format!("{what} within {} s", bounds.limit.as_secs())));
            }
        };
        match progress {
            Progress::More => {}
            Progress::Whole => break (Extent::Whole, None),
            Progress::Enough => break (Extent::Cut, None),
            Progress::Broken(why) => break (Extent::Whole, Some(why)),
        }
    };
    if incoming.is_empty() {
        return HttpResponse::none(refused.or(flaw).unwrap_or_default());
    }
    incoming.finish(extent, flaw.or(refused))
}

async fn write(stream: &mut Box<dyn Stream>, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}
