//! A server's answer, read within bounds: nothing that it sends takes memory or time without an end.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::timeout;

use super::draft::{Draft, Stop};
use super::errors;
use super::spec::ProviderSpec;
use super::sse::Decoder;
use super::wire::{self, Fault, Progress, Reader};
use crate::agent::model::{ModelError, Turn};

/// Bytes of one answer on the wire: a reply of the longest kind, in pieces of one token each, has a third of it.
const MOST_WIRE_BYTES: usize = 128 << 20;
/// Bytes of an error, or of the page of a proxy.
const MOST_ERROR_BYTES: usize = 64 << 10;
/// Bytes of a reply that comes as one page: the longest kind, and what JSON adds to it.
const MOST_PAGE_BYTES: usize = 16 << 20;
/// How many times as long as silence signs of life may come without a word of the reply.
const PATIENCE: u32 = 2;
/// The longest that signs of life are waited for, unless silence itself may last longer.
const MOST_PATIENCE: Duration = Duration::from_mins(10);
/// How long the count of tokens and the closing mark are waited for once a reply has said how it ended.
const CLOSING: Duration = Duration::from_secs(5);
/// What a stream of events begins with; a comment begins with the colon alone.
const FIELDS: [&[u8]; 4] = [b"data", b"event", b"id", b"retry"];
/// Bytes that tell what an answer is.
const TELLING_BYTES: usize = 5;

/// What an answer is, whatever its type says: servers name the wrong one, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// A stream of events.
    Stream,
    /// Something whole: a reply as one JSON, or a page of whatever stands before the server.
    Page,
}

/// An answer that is being read.
pub(super) struct Answer<'s> {
    response: Response,
    spec: &'s ProviderSpec,
    /// What was read and not yet taken.
    begun: Vec<u8>,
}

impl<'s> Answer<'s> {
    pub(super) fn new(response: Response, spec: &'s ProviderSpec) -> Self {
        Self { response, spec, begun: Vec::new() }
    }

    /// Reads as far as it takes to tell what it is.
    pub(super) async fn begin(&mut self) -> Result<Begun, ModelError> {
        loop {
            let more = self.chunk(self.spec.idle_timeout).await?;
            let over = more.is_none();
            self.begun.extend_from_slice(more.as_deref().unwrap_or_default());
            if let Some(begun) = self.told(over) {
                return Ok(begun);
            }
        }
    }

    fn told(&self, over: bool) -> Option<Begun> {
        let bytes = self.begun.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.begun).trim_ascii_start();
        let is_stream = bytes.starts_with(b":") || FIELDS.iter().any(|field| bytes.starts_with(field));
        if is_stream {
            return Some(Begun::Stream);
        }
        if !over && bytes.len() < TELLING_BYTES && !bytes.starts_with(b"{") && !bytes.starts_with(b"<") {
            return None;
        }
        let kind = self.response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let names_stream = kind.is_none_or(|kind| kind.starts_with("text/event-stream"));
        let looks_whole = bytes.starts_with(b"{") || bytes.starts_with(b"<") || bytes.starts_with(b"[");
        Some(if names_stream && !looks_whole { Begun::Stream } else { Begun::Page })
    }

    /// The reply of a stream, shown as it comes.
    pub(super) async fn stream(&mut self, mut draft: Draft<'_>) -> Turn {
        let (mut reader, mut decoder) = (Reader::new(self.spec.wire), Decoder::default());
        let begun = std::mem::take(&mut self.begun);
        let mut room = MOST_WIRE_BYTES;
        let mut ended =
            take(&mut decoder, Some(&begun), &mut reader, &mut draft).map_err(|fault| self.broken(fault))?;
        let patience = (self.spec.idle_timeout * PATIENCE).min(MOST_PATIENCE).max(self.spec.idle_timeout);
        while ended.is_none() {
            let grown = timeout(patience, self.grow(&mut decoder, &mut reader, &mut draft, &mut room)).await;
            let Ok(grown) = grown else {
                let seconds = patience.as_secs_f64().ceil();
                let how = format!("no word of the reply came within {seconds} s");
                return Err(errors::broken(self.spec, &how));
            };
            ended = grown?;
        }
        Ok(draft.reply(ended.unwrap_or(Stop::Whole)))
    }

    /// Reads until the reply has grown, or says how it ended.
    async fn grow(
        &mut self,
        decoder: &mut Decoder,
        reader: &mut Reader,
        draft: &mut Draft<'_>,
        room: &mut usize,
    ) -> Result<Option<Stop>, ModelError> {
        let before = draft.bytes();
        while draft.bytes() == before {
            // What comes after a reply that said how it ended is good to have, and no more.
            let limit = if reader.stop().is_some() { CLOSING } else { self.spec.idle_timeout };
            let chunk = match (self.chunk(limit.min(self.spec.idle_timeout)).await, reader.stop()) {
                (Err(_), Some(stop)) => return Ok(Some(stop)),
                (chunk, _) => chunk?,
            };
            *room = room
                .checked_sub(chunk.as_ref().map_or(0, Vec::len))
                .ok_or_else(|| self.broken(Fault::TooMuch("bytes")))?;
            let ended = take(decoder, chunk.as_deref(), reader, draft).map_err(|fault| self.broken(fault))?;
            if ended.is_some() {
                return Ok(ended);
            }
        }
        Ok(None)
    }

    /// The reply of an answer that came whole.
    pub(super) async fn whole(&mut self, mut draft: Draft<'_>) -> Turn {
        let page = self.page(MOST_PAGE_BYTES).await?;
        let read =
            serde_json::from_str(&page).ok().map(|reply| wire::whole(self.spec.wire, &reply, &mut draft));
        match read {
            Some(Ok(Some(stop))) => Ok(draft.reply(stop)),
            Some(Err(fault)) => Err(self.broken(fault)),
            Some(Ok(None)) | None => Err(errors::not_a_reply(&page, self.response.headers(), self.spec)),
        }
    }

    /// The beginning of an answer that tells of an error, and its headers.
    pub(super) async fn error(&mut self) -> Result<(String, HeaderMap), ModelError> {
        let page = self.page(MOST_ERROR_BYTES).await?;
        Ok((page, self.response.headers().clone()))
    }

    async fn page(&mut self, most: usize) -> Result<String, ModelError> {
        let mut page = std::mem::take(&mut self.begun);
        while page.len() < most
            && let Some(bytes) = self.chunk(self.spec.idle_timeout).await?
        {
            page.extend_from_slice(&bytes);
        }
        page.truncate(most);
        Ok(String::from_utf8_lossy(&page).into_owned())
    }

    async fn chunk(&mut self, limit: Duration) -> Result<Option<Vec<u8>>, ModelError> {
        let read = timeout(limit, self.response.chunk()).await.map_err(|_| errors::silent(self.spec))?;
        let read = read.map_err(|fault| errors::transport(&fault, self.spec))?;
        Ok(read.map(|bytes| bytes.to_vec()))
    }

    fn broken(&self, fault: Fault) -> ModelError {
        errors::by_fault(fault, self.spec)
    }
}

/// Takes more bytes, or the end of the answer.
fn take(
    decoder: &mut Decoder,
    bytes: Option<&[u8]>,
    reader: &mut Reader,
    draft: &mut Draft<'_>,
) -> Result<Option<Stop>, Fault> {
    let mut ended = None;
    let mut event = |event| {
        if ended.is_none()
            && let Progress::Ended(stop) = reader.take(&event, draft)?
        {
            ended = Some(stop);
        }
        Ok::<(), Fault>(())
    };
    match bytes {
        Some(bytes) => decoder.push(bytes, event)?,
        None => decoder.finish().map_or(Ok(()), &mut event)?,
    }
    match (ended, bytes) {
        (None, None) => reader.stop().ok_or(Fault::NoEnd).map(Some),
        (ended, _) => Ok(ended),
    }
}
