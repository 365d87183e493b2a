//! The Agent Client Protocol: what is asked of an agent, and what is heard from it.

use std::io;
use std::path::Path;
use std::time::Duration;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    CancelNotification, ContentBlock, Implementation, InitializeRequest, InitializeResponse, McpServer,
    McpServerStdio, NewSessionRequest, NewSessionResponse, PromptRequest, PromptResponse,
    RequestPermissionRequest, RequestPermissionResponse, SessionId, SessionNotification, SessionUpdate,
    SetSessionConfigOptionRequest, SetSessionModeRequest, SystemPrompt, TextContent,
};
use agent_client_protocol::{Agent, Client, Error, ErrorCode, Lines, Responder, V1};
use futures::{SinkExt, TryStreamExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec};

use super::server::SERVER;
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
    pub socket: &'a Path,
    /// Its system prompt, where it takes one.
    pub system: Option<String>,
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
    /// Begins a session with the mission's tools, set up for its role.
    pub async fn begin(self, spec: &AgentSpec, setup: &Setup, opening: Opening<'_>) -> Result<Link, Error> {
        let Opening { dir, socket, system } = opening;
        let (command, arguments) = spec.served(socket);
        let server = McpServer::Stdio(McpServerStdio::new(SERVER, command).args(arguments));
        let servers = if spec.tools_by.is_none() { vec![server] } else { Vec::new() };
        let mut begin = NewSessionRequest::new(dir).mcp_servers(servers);
        if let Some(system) = system {
            begin = begin.system_prompt(SystemPrompt::new(vec![words(system)]));
        }
        if !setup.meta.is_empty() {
            begin = begin.meta(setup.meta.clone());
        }
        let new: NewSessionResponse = self.to.send_request(begin).block_task().await?;
        let offered = new.modes.iter().flat_map(|modes| &modes.available_modes);
        let offered: Vec<String> = offered.map(|mode| mode.id.to_string()).collect();
        if let Some(mode) = setup.mode.as_ref().filter(|mode| !offered.is_empty() && !offered.contains(mode))
        {
            let modes = offered.join(", ");
            return Err(fault(format!("it has no mode `{mode}`, which its role needs, but {modes}")));
        }
        let link = Link { to: self.to, session: new.session_id };
        link.set_up(setup).await?;
        Ok(link)
    }
}

impl Link {
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
