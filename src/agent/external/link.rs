//! The Agent Client Protocol: what is asked of an agent, and what is heard from it.

use std::io;
use std::path::Path;
use std::time::Duration;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ContentBlock, HttpHeader, Implementation, InitializeRequest, InitializeResponse,
    LoadSessionRequest, McpServer, McpServerHttp, McpServerStdio, NewSessionRequest, PromptRequest,
    PromptResponse, RequestPermissionRequest, RequestPermissionResponse, ResumeSessionRequest, SessionId,
    SessionModeState, SessionNotification, SessionUpdate, SetSessionConfigOptionRequest,
    SetSessionModeRequest, SystemPrompt, TextContent,
};
use agent_client_protocol::{Agent, Client, Error, ErrorCode, Lines, Responder, V1};
use futures::{SinkExt, TryStreamExt};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec};

use super::server::{Reached, SERVER};
use super::spec::{AgentSpec, Setup};
use crate::workspace::process::Talk;

/// The longest line that an agent may say, in bytes. Diffs of whole files travel in one.
const LONGEST_LINE: usize = 32 * 1024 * 1024;
/// What is heard and not looked at yet; an agent that says more waits.
const HEARD: usize = 256;

/// What an agent says by itself.
pub(super) enum Heard {
    Update(Box<SessionUpdate>),
    /// It asks for a permission; what it does waits for the answer.
    Asked(Box<Question>),
}

/// What an agent asks, and the way to answer it.
pub(super) struct Question {
    pub asked: RequestPermissionRequest,
    pub responder: Responder<RequestPermissionResponse, V1>,
}

/// A connection with an agent.
pub(super) struct Link {
    to: ConnectionTo<Agent>,
    session: SessionId,
}

/// An agent that has said who it is.
pub(super) struct Introduced {
    to: ConnectionTo<Agent>,
    pub said: InitializeResponse,
}

/// What a session begins with.
pub(super) struct Opening<'a> {
    pub dir: &'a Path,
    /// Where the mission's tools are.
    pub tools: &'a Reached,
    /// Its system prompt, where it takes one.
    pub system: Option<String>,
    /// The session that it went on with before, by its own name for it.
    pub earlier: Option<&'a str>,
}

/// Whether a session was begun, or is an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    Afresh,
    TakenUp,
}

/// Speaks with an agent until `talk` is done with it. What the agent says by itself arrives in order.
///
/// # Errors
/// When `talk` fails, or the connection does.
pub(super) async fn connect<R>(
    (input, output): Talk,
    patience: Duration,
    talk: impl AsyncFnOnce(Introduced, mpsc::Receiver<Heard>) -> Result<R, Error>,
) -> Result<R, Error> {
    let (updates, heard) = mpsc::channel(HEARD);
    let questions = updates.clone();
    let lines = || LinesCodec::new_with_max_length(LONGEST_LINE);
    let said = SinkExt::<String>::sink_map_err(FramedWrite::new(input, lines()), io::Error::other);
    let reads = FramedRead::new(output, lines()).map_err(io::Error::other);
    Client
        .v1()
        .on_receive_notification(
            async move |heard: SessionNotification, _link| {
                // Nobody listens any more once the session is over.
                drop(updates.send(Heard::Update(Box::new(heard.update))).await);
                Ok(())
            },
            agent_client_protocol::on_receive_notification!(),
        )
        .on_receive_request(
            async move |asked: RequestPermissionRequest, responder, _link| {
                drop(questions.send(Heard::Asked(Box::new(Question { asked, responder }))).await);
                Ok(())
            },
            agent_client_protocol::on_receive_request!(),
        )
        .connect_with(Lines::new(said, reads), async move |to: ConnectionTo<Agent>| {
            let us = Implementation::new(SERVER, env!("CARGO_PKG_VERSION"));
            let hello = InitializeRequest::new(ProtocolVersion::V1).client_info(us);
            let answer = timeout(patience, to.send_request(hello).block_task()).await;
            let said = answer.map_err(|_| silent("initialize", patience))??;
            talk(Introduced { to, said }, heard).await
        })
        .await
}

impl Introduced {
    /// Takes up an earlier session, where there is one and the agent can; else begins one. Either has the mission's tools and
    /// is set up for its role: a mode is not kept.
    pub async fn begin(
        self,
        spec: &AgentSpec,
        setup: &Setup,
        opening: Opening<'_>,
    ) -> Result<(Link, Begun), Error> {
        let servers = vec![server(spec, opening.tools)];
        let system = opening.system.map(|system| SystemPrompt::new(vec![words(system)]));
        let meta = (!setup.meta.is_empty()).then(|| setup.meta.clone());
        let mut taken_up = None;
        if let Some(id) = opening.earlier.filter(|_| spec.goes_on) {
            taken_up = self.take_up(id, opening.dir, &servers, system.clone(), meta.clone()).await;
        }
        let (session, modes, begun) = if let Some((session, modes)) = taken_up {
            (session, modes, Begun::TakenUp)
        } else {
            let begin = NewSessionRequest::new(opening.dir).mcp_servers(servers);
            let begin = begin.system_prompt(system).meta(meta);
            let new = self.to.send_request(begin).block_task().await?;
            (new.session_id, new.modes, Begun::Afresh)
        };
        let offered = modes.iter().flat_map(|modes| &modes.available_modes);
        let offered: Vec<String> = offered.map(|mode| mode.id.to_string()).collect();
        if let Some(mode) = setup.mode.as_ref().filter(|mode| !offered.is_empty() && !offered.contains(mode))
        {
            let modes = offered.join(", ");
            return Err(fault(format!("it has no mode `{mode}`, which its role needs, but {modes}")));
        }
        let link = Link { to: self.to, session };
        link.set_up(setup).await?;
        Ok((link, begun))
    }

    /// The earlier session of a name; nothing where the agent has it no more, or takes none up.
    async fn take_up(
        &self,
        id: &str,
        dir: &Path,
        servers: &[McpServer],
        system: Option<SystemPrompt>,
        meta: Option<Map<String, Value>>,
    ) -> Option<(SessionId, Option<SessionModeState>)> {
        let (session, able) = (SessionId::new(id), &self.said.agent_capabilities);
        // Who resumes does not tell everything once more.
        let asked = if able.session_capabilities.resume.is_some() {
            let ask = ResumeSessionRequest::new(session.clone(), dir).mcp_servers(servers.to_vec());
            let ask = ask.system_prompt(system).meta(meta);
            self.to.send_request(ask).block_task().await.map(|taken_up| taken_up.modes)
        } else if able.load_session {
            let ask = LoadSessionRequest::new(session.clone(), dir).mcp_servers(servers.to_vec());
            let ask = ask.system_prompt(system).meta(meta);
            self.to.send_request(ask).block_task().await.map(|taken_up| taken_up.modes)
        } else {
            return None;
        };
        match asked {
            Ok(modes) => Some((session, modes)),
            Err(error) => {
                tracing::info!(%error, "an agent does not take up its earlier session");
                None
            }
        }
    }
}

/// The mission's tools, as an agent is told of them.
fn server(spec: &AgentSpec, at: &Reached) -> McpServer {
    match at {
        Reached::Socket(socket) => {
            let (command, arguments) = spec.served(socket);
            McpServer::Stdio(McpServerStdio::new(SERVER, command).args(arguments))
        }
        Reached::Http(address) => {
            let token = HttpHeader::new("Authorization", format!("Bearer {}", address.token));
            McpServer::Http(McpServerHttp::new(SERVER, address.url.clone()).headers(vec![token]))
        }
    }
}

impl Link {
    /// What the agent calls the session.
    pub fn name(&self) -> String {
        self.session.to_string()
    }

    async fn set_up(&self, setup: &Setup) -> Result<(), Error> {
        if let Some(mode) = &setup.mode {
            let set = SetSessionModeRequest::new(self.session.clone(), mode.clone());
            drop(self.to.send_request(set).block_task().await?);
        }
        for (option, value) in &setup.options {
            let value = value.as_str();
            let set = SetSessionConfigOptionRequest::new(self.session.clone(), option.clone(), value);
            drop(self.to.send_request(set).block_task().await?);
        }
        Ok(())
    }

    /// Says something and waits until the agent has done what it does about it.
    pub async fn prompt(&self, text: String) -> Result<PromptResponse, Error> {
        let prompt = PromptRequest::new(self.session.clone(), vec![words(text)]);
        self.to.send_request(prompt).block_task().await
    }

    /// Has it stop what it does.
    pub fn cancel(&self) {
        if let Err(error) = self.to.send_notification(CancelNotification::new(self.session.clone())) {
            tracing::debug!(%error, "an agent could not be told to stop");
        }
    }
}

/// It does not answer.
pub(super) fn silent(what: &str, patience: Duration) -> Error {
    fault(format!("it did not answer `{what}` within {} seconds", patience.as_secs()))
}

/// A fault of ours about what an agent says.
fn fault(sentence: String) -> Error {
    Error::new(ErrorCode::INTERNAL_ERROR.value(), sentence)
}

fn words(text: String) -> ContentBlock {
    ContentBlock::Text(TextContent::new(text))
}
