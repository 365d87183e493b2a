//! The proxy: what a program asks for is connected where it may be reached, and refused with the reason otherwise.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::upstream::Upstream;
use super::{Host, PROXY, Porter};

/// The most connections that are answered at once; each takes two descriptors of the engine's.
const MOST_OPEN: usize = 200;
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(15);
/// How long a host may take to be connected.
const PATIENCE: Duration = Duration::from_secs(20);

type Body = BoxBody<Bytes, hyper::Error>;

/// The way to the thread that answers whoever comes to a door.
#[derive(Debug, Clone)]
pub(super) struct Comings {
    way: UnboundedSender<(u16, OwnedFd)>,
    /// A permit for each that is answered.
    open: Arc<Semaphore>,
}

impl Comings {
    /// Starts it. It ends with the last of these.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub(super) fn serve(porter: Arc<Porter>) -> io::Result<Self> {
        let (sender, comings) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let open = Arc::new(Semaphore::new(MOST_OPEN));
        let permits = Arc::clone(&open);
        let serve = move || runtime.block_on(answer_all(comings, porter, permits));
        thread::Builder::new().name("network".to_owned()).spawn(serve)?;
        Ok(Self { way: sender, open })
    }

    /// Hands over whoever came to a door. Who comes while there are too many is sent away.
    pub(super) fn hand(&self, port: u16, way: OwnedFd) {
        if self.open.available_permits() > 0 {
            drop(self.way.send((port, way)));
        }
    }
}

async fn answer_all(
    mut comings: UnboundedReceiver<(u16, OwnedFd)>,
    porter: Arc<Porter>,
    open: Arc<Semaphore>,
) {
    while let Some((port, way)) = comings.recv().await {
        let Ok(permit) = Arc::clone(&open).try_acquire_owned() else { continue };
        let porter = Arc::clone(&porter);
        tokio::spawn(async move {
            let _permit = permit;
            if let Err(error) = answer(port, way, porter).await {
                tracing::debug!(%error, port, "a connection at a door ended");
            }
        });
    }
}

async fn answer(port: u16, way: OwnedFd, porter: Arc<Porter>) -> io::Result<()> {
    let stream = std::net::TcpStream::from(way);
    stream.set_nonblocking(true)?;
    let mut stream = TcpStream::from_std(stream)?;
    if port != PROXY {
        let mut here = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        return copy_bidirectional(&mut stream, &mut here).await.map(drop);
    }
    let service = service_fn(move |request| {
        let porter = Arc::clone(&porter);
        async move { Ok::<_, Infallible>(pass(request, &porter).await.unwrap_or_else(refusal)) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    let server = server
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    server.with_upgrades().await.map_err(io::Error::other)
}

/// Why a request is not passed on: a status, and a sentence.
type Refused = (StatusCode, String);

async fn pass(request: Request<Incoming>, porter: &Porter) -> Result<Response<Body>, Refused> {
    let is_tunnel = request.method() == Method::CONNECT;
    let asked = asked(request.uri(), is_tunnel).ok_or_else(|| {
        (StatusCode::BAD_REQUEST, "that names no host that this proxy of a sandbox could reach".to_owned())
    })?;
    if !porter.lets_through(&asked) {
        return Err((StatusCode::FORBIDDEN, sentence(porter, &asked)));
    }
    let unreached = |error: io::Error| (StatusCode::BAD_GATEWAY, format!("{asked} is not reached: {error}"));
    if is_tunnel {
        let mut there = connect(porter, &asked, Tunnel::Asked).await.map_err(unreached)?;
        tokio::spawn(async move {
            if let Ok(upgraded) = hyper::upgrade::on(request).await
                && let Err(error) = copy_bidirectional(&mut TokioIo::new(upgraded), &mut there).await
            {
                tracing::trace!(%error, "a tunnel ended");
            }
        });
        return Ok(Response::new(text(String::new())));
    }
    let there = connect(porter, &asked, Tunnel::None).await.map_err(unreached)?;
    forward(request, there).await.map_err(|error| unreached(io::Error::other(error)))
}

/// The host and port that a program wants.
fn asked(uri: &Uri, is_tunnel: bool) -> Option<Host> {
    let usual = match uri.scheme_str() {
        None if is_tunnel => 443,
        Some("http") => 80,
        _ => return None,
    };
    Host::at(uri.host()?, uri.port_u16().unwrap_or(usual))
}

fn sentence(porter: &Porter, asked: &Host) -> String {
    if porter.is_listed {
        format!(
            "{asked} is not among the hosts that programs may reach (`sandbox.hosts`); the person is asked"
        )
    } else {
        format!(
            "{asked} is out of reach: this sandbox has no network but its own loopback (`sandbox.network`)"
        )
    }
}

/// Whether what is sent there is encrypted from end to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tunnel {
    Asked,
    None,
}

async fn connect(porter: &Porter, asked: &Host, tunnel: Tunnel) -> io::Result<TcpStream> {
    let connecting = async {
        let port = asked.port().unwrap_or_default();
        let is_here = porter.names_here(asked);
        if tunnel == Tunnel::Asked
            && !is_here
            && let Some(upstream) = Upstream::of_environment(asked)
        {
            return upstream.tunnel(asked.name(), port).await;
        }
        let found = lookup_host((asked.name(), port)).await?;
        // A name that leads back to this machine is no host of others.
        let addresses: Vec<SocketAddr> =
            found.filter(|address| is_here || is_elsewhere(address.ip())).collect();
        if addresses.is_empty() {
            return Err(io::Error::other("its name leads to this machine, or nowhere"));
        }
        TcpStream::connect(&addresses[..]).await
    };
    timeout(PATIENCE, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Whether an address is none of this machine's own, and none that machines have for what lies beside them.
fn is_elsewhere(address: IpAddr) -> bool {
    // An address of this machine's own is one that it can be bound to.
    if UdpSocket::bind((address, 0)).is_ok() {
        return false;
    }
    match address.to_canonical() {
        IpAddr::V4(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_link_local()
                || address.is_broadcast()
                || address.is_multicast())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unicast_link_local()
                || address.is_multicast())
        }
    }
}

/// Sends a plain request on, and gives what is answered.
async fn forward(mut request: Request<Incoming>, there: TcpStream) -> Result<Response<Body>, hyper::Error> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(there)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::trace!(%error, "a connection to a host ended");
        }
    });
    let uri = request.uri().clone();
    if let Some(host) = uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok()) {
        request.headers_mut().insert(HOST, host);
    }
    for of_proxies in ["proxy-connection", PROXY_AUTHORIZATION.as_str(), CONNECTION.as_str()] {
        request.headers_mut().remove(of_proxies);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().unwrap_or_default();
    Ok(sender.send_request(request).await?.map(BodyExt::boxed))
}

/// An answer that says why there is none: the reason phrase is all that some programs show.
fn refusal((status, sentence): Refused) -> Response<Body> {
    let mut answer = Response::new(text(format!("{sentence}\n")));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    if let Ok(phrase) = hyper::ext::ReasonPhrase::try_from(sentence.into_bytes()) {
        answer.extensions_mut().insert(phrase);
    }
    answer
}

fn text(words: String) -> Body {
    Full::new(Bytes::from(words)).map_err(|never| match never {}).boxed()
}
