//! A conversation with a server, from its handshake on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationCapability,
    FormElicitationCapability, Implementation, ProtocolVersion, UrlElicitationCapability,
};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, ClientServiceExt, RequestContext, RunningService,
};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, ErrorData, RoleClient};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::person::{Asking, Person};
use super::{McpSpec, McpWay};
use crate::agent::model::provider::Connections;
use crate::agent::tool::ToolEnv;
use crate::workspace::process::Dialogue;

/// How long a server has for its handshake: some are fetched before they start.
const START: Duration = Duration::from_mins(2);

/// An open conversation. Dropping it ends the server, where it was started for this.
pub(super) struct Link {
    pub client: RunningService<RoleClient, Visitor>,
    dialogue: Option<tokio::sync::Mutex<Dialogue>>,
}

impl Link {
    /// Starts a server, or finds one that runs, and shakes hands: as all servers do it today, and where that is refused as
    /// those do that know nothing but `server/discover`.
    ///
    /// # Errors
    /// Why there is none, in a sentence.
    pub async fn open(spec: &McpSpec, place: &ToolEnv, person: &Arc<dyn Person>) -> Result<Self, String> {
        let first = match Self::shaken(spec, place, person, Handshake::Initialize).await {
            Err(Unshaken { is_refused: true, why }) => why,
            shaken => return shaken.map_err(|unshaken| unshaken.why),
        };
        Self::shaken(spec, place, person, Handshake::Discover).await.map_err(|_| first)
    }

    async fn shaken(
        spec: &McpSpec,
        place: &ToolEnv,
        person: &Arc<dyn Person>,
        handshake: Handshake,
    ) -> Result<Self, Unshaken> {
        let name = &spec.name;
        let visitor = Visitor(Asking::new(Arc::clone(person), name));
        match &spec.way {
            McpWay::Program { command, env } => {
                let env = env.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
                let log = place.scratch.join(format!("mcp-{name}.log"));
                let started = place.server(command, env).spawn_dialogue(&log);
                let (mut dialogue, (input, output)) = started.map_err(|error| error.to_string())?;
                match shake(visitor.serve_with_lifecycle((output, input), handshake.mode())).await {
                    Ok(client) => Ok(Self { client, dialogue: Some(tokio::sync::Mutex::new(dialogue)) }),
                    Err(Unshaken { why, is_refused }) => {
                        let why = ended(&mut dialogue, why).await;
                        let why = format!("the MCP server `{name}` did not start: {why}");
                        Err(Unshaken { why, is_refused })
                    }
                }
            }
            McpWay::Address { url, headers } => {
                let transport = transport(url, headers)?;
                match shake(visitor.serve_with_lifecycle(transport, handshake.mode())).await {
                    Ok(client) => Ok(Self { client, dialogue: None }),
                    Err(Unshaken { why, .. }) => {
                        let why = format!("the MCP server `{name}` does not answer at {url}: {why}");
                        // Its refusal may be a status of any kind, and asking again costs nothing.
                        Err(Unshaken { why, is_refused: true })
                    }
                }
            }
        }
    }

    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        self.client.is_closed() || self.client.is_transport_closed()
    }

    /// Why it is over, as far as is known.
    pub async fn why(&self) -> String {
        let over = "it is gone".to_owned();
        match &self.dialogue {
            Some(dialogue) => ended(&mut *dialogue.lock().await, over).await,
            None => over,
        }
    }
}

/// How a conversation begins.
#[derive(Debug, Clone, Copy)]
enum Handshake {
    /// With `initialize`, up to protocol 2025-11-25.
    Initialize,
    /// With `server/discover`, since 2026-07-28.
    Discover,
}

impl Handshake {
    fn mode(self) -> ClientLifecycleMode {
        match self {
            Self::Initialize => ClientLifecycleMode::Initialize,
            Self::Discover => {
                ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
            }
        }
    }
}

/// Why there is no conversation, and whether the server is there and refused the handshake.
struct Unshaken {
    why: String,
    is_refused: bool,
}

impl From<String> for Unshaken {
    fn from(why: String) -> Self {
        Self { why, is_refused: false }
    }
}

async fn shake(
    hands: impl Future<Output = Result<RunningService<RoleClient, Visitor>, ClientInitializeError>>,
) -> Result<RunningService<RoleClient, Visitor>, Unshaken> {
    let Ok(shaken) = timeout(START, hands).await else {
        return Err(format!("it said nothing for {} s", START.as_secs()).into());
    };
    shaken.map_err(|error| {
        let why = deepest(&error);
        let is_refused = matches!(error, ClientInitializeError::JsonRpcError(_));
        Unshaken { why, is_refused }
    })
}

/// What a program that ended said, or else why nobody talks with it.
async fn ended(dialogue: &mut Dialogue, why: String) -> String {
    let exit = dialogue.end().await;
    let words = dialogue.last_words().await;
    format!("{exit}: {}", if words.is_empty() { why } else { words })
}

/// The words of an error and of what led to it.
pub(super) fn deepest(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = deeper.source();
    }
    words
}

fn transport(
    url: &str,
    headers: &[(String, SecretString)],
) -> Result<StreamableHttpClientTransport<reqwest::Client>, String> {
    let address = Url::parse(url).map_err(|fault| format!("{url} is no address: {fault}"))?;
    let connections = Connections::new().map_err(|fault| fault.to_string())?;
    let mut own = HashMap::new();
    for (name, value) in headers {
        let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value.expose_secret()).ok());
        let (name, mut value) = header.ok_or_else(|| format!("the header {name} cannot be sent"))?;
        value.set_sensitive(true);
        own.insert(name, value);
    }
    let config = StreamableHttpClientTransportConfig::with_uri(url).custom_headers(own);
    Ok(StreamableHttpClientTransport::with_client(connections.client(&address).clone(), config))
}

/// Who talks with a server, and brings what it asks to the person.
pub(super) struct Visitor(pub Asking);

impl ClientHandler for Visitor {
    fn get_info(&self) -> ClientConfig {
        let asked = ElicitationCapability::default()
            .with_form(FormElicitationCapability::default())
            .with_url(UrlElicitationCapability::default());
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(asked);
        ClientConfig::new(capabilities, Implementation::new("flightdeck", env!("CARGO_PKG_VERSION")))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(self.0.answer(request, &context.ct).await)
    }
}
