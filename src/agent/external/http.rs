//! The mission's tools over HTTP, for agents that take no server of programs: on this machine alone, at an address that
//! lives as long as its session, for whoever shows the session's token.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::server::Offer;

/// Random bytes of a token.
const TOKEN: usize = 32;

/// Where the tools are, and what opens them.
pub(super) struct Address {
    pub port: u16,
    pub url: String,
    pub token: String,
}

struct Endpoint {
    service: StreamableHttpService<Offer, LocalSessionManager>,
    /// What has to stand in `Authorization`.
    bearer: String,
}

/// Listens at a port of its own until the set is dropped.
///
/// # Errors
/// When there is no port, or no randomness.
pub(super) async fn listen(offer: Offer) -> io::Result<(Address, JoinSet<()>)> {
    let token = token()?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let url = format!("http://127.0.0.1:{port}/mcp");
    // No session of its own: what it knows is the offer, and a page in a browser is no agent.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .enforce_origin_validation();
    let sessions = Arc::new(LocalSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(offer.clone()), sessions, config);
    let endpoint = Arc::new(Endpoint { service, bearer: format!("Bearer {token}") });
    let mut serving = JoinSet::new();
    serving.spawn(serve(listener, endpoint));
    Ok((Address { port, url, token }, serving))
}

fn token() -> io::Result<String> {
    let mut bytes = [0; TOKEN];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

async fn serve(listener: TcpListener, endpoint: Arc<Endpoint>) {
    // Dropped with the session, and every connection with it.
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(open.spawn(talk(stream, Arc::clone(&endpoint)))),
                Err(error) => {
                    tracing::warn!(%error, "an agent could not be connected with its tools");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            Some(_) = open.join_next() => {}
        }
    }
}

async fn talk(stream: TcpStream, endpoint: Arc<Endpoint>) {
    let service = hyper::service::service_fn(move |request| {
        let endpoint = Arc::clone(&endpoint);
        async move { Ok::<_, Infallible>(endpoint.answer(request).await) }
    });
    let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "a conversation about the mission's tools ended");
    }
}

impl Endpoint {
    async fn answer(&self, request: Request<Incoming>) -> Response<BoxBody<Bytes, Infallible>> {
        let shown = request.headers().get(AUTHORIZATION).map_or(&[][..], |value| value.as_bytes());
        if is_same(shown, self.bearer.as_bytes()) {
            return self.service.handle(request).await;
        }
        let mut refused = Response::new(Empty::new().boxed());
        *refused.status_mut() = StatusCode::UNAUTHORIZED;
        refused
    }
}

/// Compares in a time that does not tell how much is right.
fn is_same(shown: &[u8], wanted: &[u8]) -> bool {
    let differ = shown.iter().zip(wanted).fold(0, |differ, (one, other)| differ | (one ^ other));
    shown.len() == wanted.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tokio::sync::mpsc;

    use super::*;
    use crate::agent::model::provider::Connections;
    use crate::agent::model::{ResultStatus, ToolSpec};

    #[tokio::test]
    async fn nothing_is_answered_without_the_token_and_the_port_is_gone_after() {
        let (calls, mut called) = mpsc::channel(4);
        let spec =
            ToolSpec { name: "handoff".into(), description: "d".into(), schema: json!({ "type": "object" }) };
        let (address, serving) = listen(Offer::of(&[spec], calls)).await.unwrap();
        let asking = async |bearer: Option<String>, message: Value| {
            let connections = Connections::new().unwrap();
            let client = connections.client(&address.url.parse().unwrap()).clone();
            let request = client.post(&address.url).body(message.to_string());
            let request = request.header("content-type", "application/json");
            let request = request.header("accept", "application/json, text/event-stream");
            let request = match bearer {
                Some(bearer) => request.header("authorization", bearer),
                None => request,
            };
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let right = || Some(format!("Bearer {}", address.token));
        let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        for wrong in [
            None,
            Some(String::new()),
            Some("Bearer ".to_owned()),
            Some(format!("Bearer {}0", address.token)),
        ] {
            assert_eq!(asking(wrong, list.clone()).await, (401, String::new()));
        }
        let (status, text) = asking(right(), list).await;
        assert!(status == 200 && text.contains("\"handoff\""), "{status} {text}");
        let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "handoff", "arguments": { "a": 1 } } });
        let answers = async {
            let call = called.recv().await.unwrap();
            assert_eq!((call.tool.as_str(), &call.arguments), ("handoff", &json!({ "a": 1 })));
            call.answer.send(("accepted".to_owned(), ResultStatus::Done)).unwrap();
        };
        let ((status, text), ()) = tokio::join!(asking(right(), call), answers);
        assert!(status == 200 && text.contains("accepted"), "{status} {text}");
        let port = address.url.split([':', '/']).nth(4).unwrap().parse::<u16>().unwrap();
        let mut serving = serving;
        serving.shutdown().await;
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err(), "nobody listens any more");
    }
}
