//! The model itself: one request, one stream, one reply. Nothing that a server sends is read without a bound.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::draft::{Draft, Stop};
use super::errors;
use super::spec::{ProviderSpec, Wire};
use super::sse::Decoder;
use super::wire::{self, Fault, Progress, Reader};
use crate::agent::model::{Model, ModelError, Request, StreamSink, Turn};
use crate::instrument::http::install_crypto;

/// Bytes of one answer on the wire: a reply of the longest kind, in pieces of one token each, has a third of it.
const MOST_WIRE_BYTES: usize = 128 << 20;
/// Bytes of an answer that is no stream: an error, or the page of a proxy.
const MOST_PAGE_BYTES: usize = 64 << 10;
/// How many times as long as silence signs of life may come without a word of the reply.
const PATIENCE: u32 = 5;

/// A model that is reached over a network.
#[derive(Debug)]
pub struct Provider {
    name: String,
    spec: ProviderSpec,
    http: reqwest::Client,
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
        Ok(Self { name: format!("{}/{}", spec.name, spec.model), spec, http })
    }

    async fn ask(&self, request: &Request, sink: &dyn StreamSink) -> Turn {
        let spec = &self.spec;
        let (path, body) = wire::write(request, spec);
        let asking = self.http.post(format!("{}{path}", spec.endpoint())).json(&body);
        let sending = timeout(spec.idle_timeout, spec.authorize(asking).send()).await;
        let sent = sending.map_err(|_| self.silent())?;
        let mut answer = sent.map_err(|fault| errors::transport(&fault, spec))?;
        if !answer.status().is_success() {
            let page = self.page(&mut answer).await?;
            return Err(errors::by_status(answer.status().as_u16(), &page, answer.headers(), spec));
        }
        if is_page(&answer) {
            let page = self.page(&mut answer).await?;
            return Err(errors::not_a_stream(&page, answer.headers(), spec));
        }
        let mut stream = Stream { answer, room: MOST_WIRE_BYTES, decoder: Decoder::default(), over: false };
        let (mut reader, mut draft) = (Reader::new(spec.wire), Draft::new(sink));
        let limit = spec.idle_timeout.saturating_mul(PATIENCE);
        loop {
            let grown = timeout(limit, self.read_on(&mut stream, &mut reader, &mut draft)).await;
            let Ok(grown) = grown else {
                let seconds = limit.as_secs();
                return Err(errors::broken(spec, &format!("no word of the reply came within {seconds} s")));
            };
            if let Some(stop) = grown? {
                return Ok(draft.reply(stop));
            }
        }
    }

    /// Reads until the reply has grown, or says how it ended.
    async fn read_on(
        &self,
        stream: &mut Stream,
        reader: &mut Reader,
        draft: &mut Draft<'_>,
    ) -> Result<Option<Stop>, ModelError> {
        let before = draft.bytes();
        let mut ended = None;
        while ended.is_none() && draft.bytes() == before {
            let chunk = self.chunk(&mut stream.answer).await?;
            let Stream { room, decoder, over, .. } = stream;
            *over = chunk.is_none();
            let mut take = |event| {
                if ended.is_none()
                    && let Progress::Ended(stop) = reader.take(&event, draft)?
                {
                    ended = Some(stop);
                }
                Ok(())
            };
            let taken = match chunk.as_ref().map(AsRef::as_ref) {
                Some(bytes) => match room.checked_sub(bytes.len()) {
                    Some(left) => {
                        *room = left;
                        decoder.push(bytes, take)
                    }
                    None => Err(Fault::TooMuch("bytes")),
                },
                None => decoder.finish().map_or(Ok(()), &mut take),
            };
            taken.map_err(|fault| errors::by_fault(fault, &self.spec))?;
            if *over && ended.is_none() {
                return Err(errors::by_fault(Fault::NoEnd, &self.spec));
            }
        }
        Ok(ended)
    }

    async fn chunk(&self, answer: &mut Response) -> Result<Option<impl AsRef<[u8]> + use<>>, ModelError> {
        let read = timeout(self.spec.idle_timeout, answer.chunk()).await.map_err(|_| self.silent())?;
        read.map_err(|fault| errors::transport(&fault, &self.spec))
    }

    /// The beginning of an answer that is no stream.
    async fn page(&self, answer: &mut Response) -> Result<String, ModelError> {
        let mut page = Vec::new();
        while page.len() < MOST_PAGE_BYTES
            && let Some(bytes) = self.chunk(answer).await?
        {
            let bytes = bytes.as_ref();
            page.extend_from_slice(&bytes[..bytes.len().min(MOST_PAGE_BYTES - page.len())]);
        }
        Ok(String::from_utf8_lossy(&page).into_owned())
    }

    fn silent(&self) -> ModelError {
        let seconds = self.spec.idle_timeout.as_secs();
        errors::broken(&self.spec, &format!("nothing came within {seconds} s"))
    }
}

/// An answer that is being read.
struct Stream {
    answer: Response,
    /// Bytes that may still come.
    room: usize,
    decoder: Decoder,
    over: bool,
}

/// Whether the server answered with something whole instead of a stream. Some name no type at all for a stream.
fn is_page(answer: &Response) -> bool {
    let kind = answer.headers().get(reqwest::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| ["application/json", "text/html"].iter().any(|page| kind.starts_with(page)))
}

impl ProviderSpec {
    /// The request with the key, where there is one, and what the protocol wants of every request.
    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
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

/// The connection pool for all providers. It trusts the system's certificates and honours `HTTPS_PROXY`. Answers are
/// not asked for compressed: a few bytes of those may unfold into any number.
///
/// # Errors
/// [`ModelError::Refused`] when the TLS set-up of the machine is unusable.
pub fn http_client() -> Result<reqwest::Client, ModelError> {
    install_crypto();
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(20))
        .tcp_nodelay(true)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .pool_max_idle_per_host(8)
        .http2_keep_alive_interval(Some(Duration::from_secs(20)))
        .http2_keep_alive_timeout(Duration::from_secs(10))
        .user_agent(concat!("flightdeck/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|fault| ModelError::Refused(format!("the HTTP client could not be made: {fault}")))
}
