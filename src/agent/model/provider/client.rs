//! The model itself: one request, one answer, one reply.

use std::collections::BTreeSet;

use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response, Url};
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, Begun};
use super::connections::Connections;
use super::draft::Draft;
use super::spec::{ProviderSpec, Wire};
use super::{errors, options, wire};
use crate::agent::model::{Model, ModelError, Request, StreamSink, Turn};

/// A model that is reached over a network.
#[derive(Debug)]
pub struct Provider {
    name: String,
    spec: ProviderSpec,
    url: Url,
    connections: Connections,
}

impl Provider {
    /// A model over connections that all providers should share.
    ///
    /// # Errors
    /// [`ModelError::Refused`] when the address is not a URL.
    pub fn new(spec: ProviderSpec, connections: Connections) -> Result<Self, ModelError> {
        let wrong =
            |fault| ModelError::Refused(format!("the base_url of `{}` is not a URL: {fault}", spec.name));
        let url = spec.page(wire::page(spec.wire)).map_err(wrong)?;
        Ok(Self { name: format!("{}/{}", spec.name, spec.model), spec, url, connections })
    }

    async fn ask(&self, request: &Request, sink: &dyn StreamSink) -> Turn {
        let mut answer = Answer::new(self.accepted(request).await?, &self.spec);
        let draft = Draft::new(sink, request.max_output_tokens);
        match answer.begin().await? {
            Begun::Stream => answer.stream(draft).await,
            Begun::Page => answer.whole(draft).await,
        }
    }

    /// Asks, and asks again without an option that the server refuses. What helped is remembered for all who ask it.
    async fn accepted(&self, request: &Request) -> Result<Response, ModelError> {
        let (spec, server) = (&self.spec, format!("{} {}", self.url, self.spec.model));
        let known = self.connections.refused(&server);
        let mut left_out: BTreeSet<&'static str> = known.clone();
        loop {
            let body = wire::body(request, spec, &left_out);
            let asking = self.connections.client(&self.url).post(self.url.clone());
            let asking = asking.header(CONTENT_TYPE, "application/json").body(body);
            let sending = timeout(spec.idle_timeout, spec.authorize(asking).send()).await;
            let sent = sending.map_err(|_| errors::silent(spec))?;
            let answer = sent.map_err(|fault| errors::transport(&fault, spec))?;
            let status = answer.status();
            if status.is_success() {
                left_out.difference(&known).for_each(|option| self.connections.remember(&server, option));
                return Ok(answer);
            }
            let (page, headers) = Answer::new(answer, spec).error().await?;
            let sent = || serde_json::from_slice(&wire::body(request, spec, &left_out)).unwrap_or_default();
            let refused = errors::refusal(status.as_u16(), &page)
                .and_then(|refusal| options::named_in(&refusal, &sent(), spec.wire));
            if !refused.is_some_and(|option| left_out.insert(option)) {
                return Err(errors::by_status(status.as_u16(), &page, &headers, spec));
            }
        }
    }
}

impl ProviderSpec {
    /// The request with the key, where there is one, and what the protocol wants of every request.
    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        let own = self.headers.iter();
        let request = own.fold(request, |request, (name, value)| request.header(name, value.expose_secret()));
        let key = self.key.as_ref().map(|key| key.expose_secret().trim());
        match (self.wire, key) {
            (Wire::AnthropicMessages, key) => {
                let request = request.header("anthropic-version", ANTHROPIC_VERSION);
                match key {
                    Some(key) => request.header("x-api-key", key),
                    None => request,
                }
            }
            (Wire::OpenAiResponses | Wire::OpenAiChat, Some(key)) => request.bearer_auth(key),
            (Wire::OpenAiResponses | Wire::OpenAiChat, None) => request,
        }
    }
}

/// The version of the protocol that Anthropic requires in each request.
const ANTHROPIC_VERSION: &str = "2023-06-01";

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
