//! The model itself: one request, one stream, one reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use secrecy::ExposeSecret;
use serde::de::IgnoredAny;
use tokio_util::sync::CancellationToken;

use super::spec::{ProviderSpec, Wire};
use super::{errors, request, stream};
use crate::agent::model::{Model, ModelError, Request, StreamSink, Turn};
use crate::instrument::http::install_crypto;

/// A model that is reached over a network.
#[derive(Debug)]
pub struct Provider {
    name: String,
    spec: ProviderSpec,
    client: Client,
}

impl Provider {
    /// A model on the given connection pool, which all providers should share.
    ///
    /// # Errors
    /// [`ModelError::Refused`] when the address is not a URL.
    pub fn new(spec: ProviderSpec, http: reqwest::Client) -> Result<Self, ModelError> {
        let endpoint = spec.endpoint();
        if let Err(fault) = reqwest::Url::parse(&endpoint) {
            let sentence = format!("the base_url of `{}` is not a URL: {endpoint} ({fault})", spec.name);
            return Err(ModelError::Refused(sentence));
        }
        let client = Client::builder()
            .with_reqwest(http)
            .build()
            .map_err(|fault| ModelError::Refused(format!("the HTTP client could not be made: {fault}")))?;
        Ok(Self { name: format!("{}/{}", spec.name, spec.model), spec, client })
    }

    fn target(&self) -> ServiceTarget {
        let adapter = match self.spec.wire {
            Wire::AnthropicMessages => AdapterKind::Anthropic,
            Wire::OpenAiResponses => AdapterKind::OpenAIResp,
            Wire::OpenAiChat => AdapterKind::OpenAI,
        };
        // genai insists on a key; a server without keys ignores it.
        let key = self.spec.key.as_ref().map_or("none", |key| key.expose_secret().trim());
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.spec.endpoint()),
            auth: AuthData::from_single(key),
            model: ModelIden::new(adapter, self.spec.model.as_str()),
        }
    }

    async fn ask(&self, request: &Request, sink: &dyn StreamSink) -> Turn {
        // genai skips a Responses event that is not JSON, and with it perhaps a piece of the text.
        let torn = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&torn);
        let options = request::chat_options(request, &self.spec).with_raw_frame_fn(move |_, frame| {
            if frame.data != "[DONE]" && serde_json::from_str::<IgnoredAny>(frame.data).is_err() {
                seen.store(true, Ordering::Relaxed);
            }
        });
        let chat = request::chat_request(request, &self.spec);
        let opened = self.client.exec_chat_stream(self.target(), chat, Some(&options)).await;
        let opened = opened.map_err(|fault| errors::model_error(fault, &self.spec))?;
        stream::collect(opened.stream, &self.spec, sink, &torn).await
    }
}

#[async_trait::async_trait]
impl Model for Provider {
    fn name(&self) -> &str {
        &self.name
    }

    async fn turn(&self, request: &Request, stream: &dyn StreamSink, cancel: &CancellationToken) -> Turn {
        let needs_key = matches!(self.spec.wire, Wire::AnthropicMessages | Wire::OpenAiResponses);
        if needs_key && self.spec.key.is_none() {
            return Err(errors::no_key(&self.spec));
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ModelError::Cancelled),
            reply = self.ask(request, stream) => reply,
        }
    }
}

/// The connection pool for all providers. It trusts the system's certificates and honours `HTTPS_PROXY`.
///
/// # Errors
/// [`ModelError::Refused`] when the TLS set-up of the machine is unusable.
pub fn http_client() -> Result<reqwest::Client, ModelError> {
    install_crypto();
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(20))
        .tcp_nodelay(true)
        .pool_max_idle_per_host(8)
        .http2_keep_alive_interval(Some(Duration::from_secs(20)))
        .http2_keep_alive_timeout(Duration::from_secs(10))
        .user_agent(concat!("flightdeck/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|fault| ModelError::Refused(format!("the HTTP client could not be made: {fault}")))
}
