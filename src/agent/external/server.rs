//! The mission's tools as a server of the Model Context Protocol, for one session of an external agent.
//!
//! It listens on a socket that belongs to this session alone. Whoever calls there is the agent of that session, whatever it
//! says of itself: nothing in a call names an attempt. `flightdeck mcp` carries the socket's bytes over standard input and
//! output, as agents expect a server; who takes none of these is given an [address](super::http).

use std::borrow::Cow;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nix::unistd::geteuid;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use serde_json::Value;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::http::{self, Address};
use super::spec::ToolsOver;
use crate::agent::model::{ResultStatus, ToolSpec};
use crate::agent::turn::NOT_RUN_CLOSED;

/// What the server is called, which becomes a part of the tools' names in most agents.
pub(super) const SERVER: &str = "flightdeck";

/// The longest name of a socket that every system takes.
const LONGEST: usize = 103;

/// A call of a mission tool that waits for its answer.
pub(super) struct MissionCall {
    pub tool: String,
    pub arguments: Value,
    pub answer: oneshot::Sender<(String, ResultStatus)>,
}

/// The server, for as long as this lives.
pub(super) struct MissionServer {
    pub at: Reached,
    /// Whether somebody asked what it has.
    pub asked: Arc<AtomicBool>,
    _serving: JoinSet<()>,
}

/// How it is reached.
pub(super) enum Reached {
    Socket(PathBuf),
    Http(Address),
}

impl MissionServer {
    /// Listens at a place of its own. What is called arrives in order.
    ///
    /// # Errors
    /// When no socket can be made.
    pub async fn listen(
        place: &Path,
        over: ToolsOver,
        tools: &[ToolSpec],
    ) -> io::Result<(Self, mpsc::Receiver<MissionCall>)> {
        let (calls, called) = mpsc::channel(16);
        let offer = Offer::of(tools, calls);
        let asked = Arc::clone(&offer.asked);
        if over == ToolsOver::Http {
            let (address, serving) = http::listen(offer).await?;
            return Ok((Self { at: Reached::Http(address), asked, _serving: serving }, called));
        }
        let socket = socket_in(place)?;
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, offer));
        Ok((Self { at: Reached::Socket(socket), asked, _serving: serving }, called))
    }
}

impl Drop for MissionServer {
    fn drop(&mut self) {
        if let Reached::Socket(socket) = &self.at
            && let Err(error) = fs::remove_file(socket)
        {
            tracing::debug!(%error, "the socket of a session is gone already");
        }
    }
}

/// A name that no other session has.
pub(super) fn own_name(ending: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("mcp-{}-{}.{ending}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A name that is short enough for a socket.
fn socket_in(place: &Path) -> io::Result<PathBuf> {
    let name = own_name("sock");
    let mut socket = place.join(&name);
    if socket.as_os_str().len() > LONGEST {
        let dir = PathBuf::from(format!("/tmp/flightdeck-{}", geteuid()));
        match fs::DirBuilder::new().mode(0o700).create(&dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let found = fs::symlink_metadata(&dir)?;
        if !found.is_dir() || found.uid() != geteuid().as_raw() || found.mode() & 0o077 != 0 {
            return Err(io::Error::other(format!("{} is not yours alone", dir.display())));
        }
        socket = dir.join(name);
    }
    match fs::remove_file(&socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(socket),
    }
}

async fn serve(listener: UnixListener, offer: Offer) {
    // Dropped with the server, and every conversation with it.
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(open.spawn(talk(stream, offer.clone()))),
                Err(error) => {
                    tracing::warn!(%error, "an agent could not be connected with its tools");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            Some(_) = open.join_next() => {}
        }
    }
}

async fn talk(stream: UnixStream, offer: Offer) {
    if stream.peer_cred().map_or(true, |peer| peer.uid() != geteuid().as_raw()) {
        tracing::warn!("somebody else asked for the tools of a mission and was refused");
        return;
    }
    let talked =
        async { offer.serve(stream).await?.waiting().await.map_err(io::Error::other).map_err(Into::into) };
    let talked: Result<_, Box<dyn std::error::Error + Send + Sync>> = talked.await;
    if let Err(error) = talked {
        tracing::debug!(%error, "a conversation about the mission's tools ended");
    }
}

/// What is offered, and where calls go.
#[derive(Clone)]
pub(super) struct Offer {
    tools: Arc<Vec<Tool>>,
    calls: mpsc::Sender<MissionCall>,
    asked: Arc<AtomicBool>,
}

impl Offer {
    pub fn of(tools: &[ToolSpec], calls: mpsc::Sender<MissionCall>) -> Self {
        Self { tools: Arc::new(tools.iter().map(tool).collect()), calls, asked: Arc::default() }
    }
}

impl ServerHandler for Offer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(SERVER, env!("CARGO_PKG_VERSION")))
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.asked.store(true, Ordering::Relaxed);
        Ok(ListToolsResult::with_all_items(self.tools.as_ref().clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let (answer, answered) = oneshot::channel();
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let call = MissionCall { tool: request.name.into_owned(), arguments, answer };
        let over = || (NOT_RUN_CLOSED.to_owned(), ResultStatus::Failed);
        let (text, status) = match self.calls.send(call).await {
            Ok(()) => answered.await.unwrap_or_else(|_| over()),
            Err(_) => over(),
        };
        let content = vec![ContentBlock::text(text)];
        let result = match status {
            ResultStatus::Done => CallToolResult::success(content),
            ResultStatus::Failed => CallToolResult::error(content),
        };
        Ok(result.into())
    }
}

fn tool(spec: &ToolSpec) -> Tool {
    let schema = spec.schema.as_object().cloned().unwrap_or_default();
    Tool::new(Cow::Owned(spec.name.clone()), Cow::Owned(spec.description.clone()), Arc::new(schema))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    use super::*;

    #[tokio::test]
    async fn tools_are_listed_and_called_over_a_socket_of_the_session_alone() {
        let place = tempfile::tempdir().unwrap();
        let spec = ToolSpec {
            name: "handoff".into(),
            description: "Hands in.".into(),
            schema: json!({ "type": "object", "properties": { "summary": { "type": "string" } } }),
        };
        let (server, mut called) =
            MissionServer::listen(place.path(), ToolsOver::Stdio, &[spec]).await.unwrap();
        let Reached::Socket(socket) = &server.at else { panic!("it is no socket") };
        let socket = socket.clone();
        let mode = fs::metadata(&socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (read, mut write) = UnixStream::connect(&socket).await.unwrap().into_split();
        let mut lines = BufReader::new(read).lines();
        let mut ask = async |message: Value| {
            write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
        };
        let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "a", "version": "1" } });
        ask(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello })).await;
        let answer = lines.next_line().await.unwrap().unwrap();
        assert!(answer.contains("\"flightdeck\"") && answer.contains("2025-06-18"), "{answer}");
        ask(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        ask(json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" })).await;
        let answer: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(answer["result"]["tools"][0]["inputSchema"]["properties"]["summary"]["type"], "string");
        let call = json!({ "name": "handoff", "arguments": { "summary": "x" } });
        ask(json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call })).await;
        let call = called.recv().await.unwrap();
        assert_eq!((call.tool.as_str(), &call.arguments["summary"]), ("handoff", &json!("x")));
        call.answer.send(("no: the tree is not clean".into(), ResultStatus::Failed)).unwrap();
        let answer: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(answer["result"]["isError"], true);
        assert_eq!(answer["result"]["content"][0]["text"], "no: the tree is not clean");
        drop(called);
        ask(json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": { "name": "handoff" } }))
            .await;
        let answer = lines.next_line().await.unwrap().unwrap();
        assert!(answer.contains("had ended"), "{answer}");
        drop(server);
        assert!(!socket.exists());
    }

    #[test]
    fn a_place_with_a_long_name_has_a_socket_all_the_same() {
        let deep = PathBuf::from(format!("/nowhere/{}", "deep/".repeat(30)));
        let socket = socket_in(&deep).unwrap();
        assert!(socket.as_os_str().len() <= LONGEST && socket.starts_with("/tmp"), "{}", socket.display());
    }
}
