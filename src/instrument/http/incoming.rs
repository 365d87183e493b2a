//! An answer while it comes in: its head, and where its body ends. What does not follow the rules is kept and said.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use httparse::{EMPTY_HEADER, ParserConfig, Status};

use super::exchange::{Body, Extent, HttpResponse};

/// A head is no longer than this.
const HEAD_CAP: usize = 64 * 1024;
/// How an answer begins.
const VERSION: &[u8] = b"HTTP/";
/// Bytes of an irregular answer that are kept as they came.
const RAW_CAP: usize = 64 * 1024;
/// Chunks may be so small that their frames are many times the body; this many bytes of body and frames are read.
const FRAMES: usize = 8;

/// What has come so far.
#[derive(Debug)]
pub(super) struct Incoming {
    raw: Vec<u8>,
    head: Option<Head>,
    /// Statuses of answers that only announce another one.
    interim: Vec<u16>,
    chunks: Chunks,
    asked: Asked,
    /// So much of the body is wanted.
    cap: usize,
}

/// What was asked decides whether an answer has a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The head only, which may have lengths of a body that does not come.
    Head,
    Whole,
}

/// How far an answer is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    Whole,
    /// As much of it as is wanted is here.
    Enough,
    /// It does not follow the rules, so nobody knows where it ends.
    Broken(String),
}

#[derive(Debug, Clone)]
struct Head {
    version: String,
    status: u16,
    reason: String,
    headers: Vec<(String, String)>,
    /// Where the body begins.
    end: usize,
    framing: Framing,
}

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    None,
    Length(usize),
    Chunked,
    /// The connection is closed.
    Closed,
}

/// A body that comes in chunks.
#[derive(Debug, Default)]
struct Chunks {
    body: Vec<u8>,
    /// Where the next chunk begins.
    at: usize,
}

impl Incoming {
    pub(super) fn new(asked: Asked, cap: usize) -> Self {
        Self { raw: Vec::new(), head: None, interim: Vec::new(), chunks: Chunks::default(), asked, cap }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Progress {
        // A head is looked at when a line of it ends, so that bytes that come one by one cost no more than their number.
        let is_worth_a_look = self.raw.len() < VERSION.len() || bytes.contains(&b'\n');
        self.raw.extend_from_slice(bytes);
        if self.head.is_none() && !is_worth_a_look && self.raw.len() <= HEAD_CAP {
            return Progress::More;
        }
        while self.head.is_none() {
            match self.parse_head() {
                Ok(None) if self.raw.len() > HEAD_CAP => {
                    return Progress::Broken(format!("its head has no end within {HEAD_CAP} bytes"));
                }
                Ok(None) => return Progress::More,
                Ok(Some(head)) if (100..200).contains(&head.status) && head.status != 101 => {
                    self.interim.push(head.status);
                    self.raw.drain(..head.end);
                }
                Ok(Some(head)) => {
                    self.chunks.at = head.end;
                    self.head = Some(head);
                }
                Err(why) => return Progress::Broken(why),
            }
        }
        self.progress()
    }

    /// What the end of the connection means.
    pub(super) fn closed(&self) -> Option<String> {
        let Some(head) = &self.head else {
            return Some("the connection was closed within its head".to_owned());
        };
        match head.framing {
            Framing::None | Framing::Closed => None,
            Framing::Length(length) => {
                let got = self.raw.len() - head.end;
                Some(format!("the connection was closed after {got} of {length} bytes of its body"))
            }
            Framing::Chunked => Some("the connection was closed before its last chunk".to_owned()),
        }
    }

    fn progress(&mut self) -> Progress {
        let Some(head) = &self.head else { return Progress::More };
        let body = self.raw.len() - head.end;
        match head.framing {
            Framing::None => Progress::Whole,
            Framing::Length(length) if body >= length && length <= self.cap => Progress::Whole,
            Framing::Length(_) | Framing::Closed if body > self.cap => Progress::Enough,
            Framing::Length(_) | Framing::Closed => Progress::More,
            Framing::Chunked => match self.chunks.take(&self.raw) {
                Err(why) => Progress::Broken(why),
                Ok(true) => Progress::Whole,
                Ok(false) if self.chunks.body.len() > self.cap || body > FRAMES * self.cap => {
                    Progress::Enough
                }
                Ok(false) => Progress::More,
            },
        }
    }

    fn parse_head(&self) -> Result<Option<Head>, String> {
        let known = self.raw.len().min(VERSION.len());
        if self.raw[..known] != VERSION[..known] {
            return Ok(Some(Head::none()));
        }
        let mut headers = vec![EMPTY_HEADER; 256];
        let mut parsed = httparse::Response::new(&mut headers);
        let mut config = ParserConfig::default();
        config
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_multiple_spaces_in_response_status_delimiters(true);
        let end = match config.parse_response(&mut parsed, &self.raw) {
            Ok(Status::Complete(end)) => end,
            Ok(Status::Partial) => return Ok(None),
            Err(fault) => return Err(format!("its head is malformed: {fault}")),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<(String, String)> =
            parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
        let status = parsed.code.unwrap_or_default();
        let framing = self.framing(status, &headers)?;
        let version = format!("HTTP/1.{}", parsed.version.unwrap_or_default());
        let reason = parsed.reason.unwrap_or_default().to_owned();
        Ok(Some(Head { version, status, reason, headers, end, framing }))
    }

    fn framing(&self, status: u16, headers: &[(String, String)]) -> Result<Framing, String> {
        let named = |name: &str| {
            headers
                .iter()
                .filter(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim())
                .collect::<Vec<_>>()
        };
        if self.asked == Asked::Head || (100..200).contains(&status) || matches!(status, 204 | 304) {
            return Ok(Framing::None);
        }
        if named("transfer-encoding").iter().any(|value| value.to_ascii_lowercase().ends_with("chunked")) {
            return Ok(Framing::Chunked);
        }
        let lengths = named("content-length");
        let Some(first) = lengths.first() else { return Ok(Framing::Closed) };
        if lengths.iter().any(|other| other != first) {
            return Err(format!("its head has several lengths: {}", lengths.join(", ")));
        }
        first.parse().map(Framing::Length).map_err(|_| format!("`Content-Length: {first}` is no length"))
    }

    /// What came, and what is wrong with it, as far as it can be told.
    pub(super) fn finish(mut self, extent: Extent, flaw: Option<String>) -> HttpResponse {
        let head = self.head.take().unwrap_or_else(|| Head::of_line(&self.raw));
        let (mut body, end) = match head.framing {
            Framing::None => (Vec::new(), head.end),
            Framing::Length(length) => {
                let end = head.end.saturating_add(length).min(self.raw.len());
                (self.raw[head.end..end].to_vec(), end)
            }
            Framing::Closed => (self.raw[head.end..].to_vec(), self.raw.len()),
            Framing::Chunked => self.chunks.finish(&self.raw),
        };
        body.truncate(self.cap);
        let followed = if extent == Extent::Whole { &self.raw[end..] } else { &[] };
        let headless =
            head.version.is_empty().then_some("it has no status line: it is HTTP/0.9, or no HTTP at all");
        let flaw = flaw.or(headless.map(str::to_owned));
        let is_irregular = flaw.is_some() || !followed.is_empty();
        let is_text = std::str::from_utf8(&self.raw[..head.end]).is_ok();
        let kept = &self.raw[..self.raw.len().min(RAW_CAP)];
        HttpResponse {
            url: String::new(),
            version: head.version,
            status: head.status,
            reason: head.reason,
            interim: self.interim,
            headers: head.headers,
            body: Body::new(body, extent),
            followed: (!followed.is_empty()).then(|| Body::new(followed.to_vec(), Extent::Whole)),
            milliseconds: 0,
            flaw,
            raw: (is_irregular || !is_text).then(|| BASE64_STANDARD.encode(kept)),
        }
    }
}

impl Head {
    /// No head: the answer is not HTTP, or older than heads are.
    fn none() -> Self {
        Self {
            version: String::new(),
            status: 0,
            reason: String::new(),
            headers: Vec::new(),
            end: 0,
            framing: Framing::Closed,
        }
    }

    /// What the first line of a head says that cannot be read as a whole; all that came is its body then.
    fn of_line(raw: &[u8]) -> Self {
        let line = String::from_utf8_lossy(raw.split(|byte| *byte == b'\n').next().unwrap_or_default());
        let mut words = line.split_whitespace();
        let version = words.next().filter(|word| word.starts_with("HTTP/")).unwrap_or_default().to_owned();
        let status = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        Self { version, status, ..Self::none() }
    }
}

impl Chunks {
    /// Takes the chunks that are complete; whether the last one is.
    fn take(&mut self, raw: &[u8]) -> Result<bool, String> {
        loop {
            let Some((start, size)) = Self::size(&raw[self.at..])? else { return Ok(false) };
            if size == 0 {
                // Trailers end as a head does: with an empty line.
                let rest = &raw[self.at + start - 2..];
                let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") else {
                    return Ok(false);
                };
                self.at += start + 2 + end;
                return Ok(true);
            }
            let start = self.at + start;
            let end = start.saturating_add(size);
            let Some(after) = raw.get(end..end.saturating_add(2)) else { return Ok(false) };
            if after != b"\r\n" {
                return Err(format!("its chunk of {size} bytes does not end with a line's end"));
            }
            self.body.extend_from_slice(&raw[start..end]);
            self.at = end + 2;
        }
    }

    fn size(raw: &[u8]) -> Result<Option<(usize, usize)>, String> {
        match httparse::parse_chunk_size(raw) {
            Ok(Status::Complete((start, size))) => {
                Ok(Some((start, usize::try_from(size).unwrap_or(usize::MAX))))
            }
            Ok(Status::Partial) => Ok(None),
            Err(_) => {
                let line = raw.split(|byte| *byte == b'\r').next().unwrap_or_default();
                let line = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
                Err(format!("`{}` is no size of a chunk", line.escape_debug()))
            }
        }
    }

    /// The body, with what is there of a chunk that did not end, and where it ends.
    fn finish(mut self, raw: &[u8]) -> (Vec<u8>, usize) {
        if let Ok(Some((start, size @ 1..))) = Self::size(raw.get(self.at..).unwrap_or_default()) {
            let start = self.at + start;
            let end = start.saturating_add(size).min(raw.len());
            self.body.extend_from_slice(&raw[start..end]);
            return (self.body, end);
        }
        (self.body, self.at.min(raw.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds an answer byte by byte until it is told to stop, and tells how.
    fn fed(raw: &[u8], asked: Asked) -> (Progress, HttpResponse) {
        let mut incoming = Incoming::new(asked, 64);
        for (index, byte) in raw.iter().enumerate() {
            let progress = incoming.feed(&[*byte]);
            if progress != Progress::More {
                // The rest came in the same packet.
                incoming.raw.extend_from_slice(&raw[index + 1..]);
                let flaw = if let Progress::Broken(why) = &progress { Some(why.clone()) } else { None };
                let extent = if progress == Progress::Enough { Extent::Cut } else { Extent::Whole };
                return (progress, incoming.finish(extent, flaw));
            }
        }
        let flaw = incoming.closed();
        (Progress::More, incoming.finish(Extent::Whole, flaw))
    }

    fn answer(raw: &str) -> (Progress, u16, String, String) {
        let (progress, response) = fed(raw.as_bytes(), Asked::Whole);
        (progress, response.status, response.body.text(), response.flaw.unwrap_or_default())
    }

    #[test]
    fn a_body_ends_where_its_head_says() {
        let text = |raw: &str| answer(raw).2;
        assert_eq!(text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "hi");
        assert_eq!(
            text(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n1\r\n!\r\n0\r\nT: x\r\n\r\n"
            ),
            "hi!"
        );
        assert_eq!(answer("HTTP/1.0 200 OK\n\nto the end").2, "to the end");
        assert_eq!(answer("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n").0, Progress::Whole);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(fed(head, Asked::Head).0, Progress::Whole);
        let (_, late) = fed(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\nmore",
            Asked::Whole,
        );
        assert_eq!(
            (late.interim, late.status, late.followed.unwrap().text()),
            (vec![100], 201, "more".to_owned())
        );
    }

    #[test]
    fn what_breaks_the_rules_is_kept_and_said() {
        let cases = [
            ("no http at all", 0, "no http at all", ""),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", 200, "hi", "after 2 of 9 bytes"),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi", 200, "HTTP/1.1", "is no length"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
                200,
                "HTTP/1.1",
                "several lengths: 1, 2",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                200,
                "hel",
                "before its last chunk",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                200,
                "(no body)",
                "no size of a chunk",
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi!!",
                200,
                "hi",
                "does not end with",
            ),
            ("HTTP/1.1 200 OK\r\nbad header\r\n\r\n", 200, "HTTP/1.1", "head is malformed"),
            ("HTTP/1.1 200 O", 200, "HTTP/1.1", "within its head"),
        ];
        for (raw, status, body, flaw) in cases {
            let (_, got, text, said) = answer(raw);
            assert_eq!(got, status, "{raw}");
            assert!(text.starts_with(body) && said.contains(flaw), "{raw}: {text} {said}");
        }
        let (_, response) = fed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", Asked::Whole);
        assert!(response.raw.is_some());
    }

    #[test]
    fn a_body_without_end_is_cut() {
        for head in ["Content-Length: 1000000000", "Transfer-Encoding: chunked", "X: y"] {
            let body = if head.starts_with('T') { "1\r\nx\r\n".repeat(200) } else { "x".repeat(200) };
            let (progress, response) =
                fed(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes(), Asked::Whole);
            assert_eq!(progress, Progress::Enough, "{head}");
            assert!(matches!(&response.body, Body::CutText { text } if text.len() == 64), "{head}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(HEAD_CAP));
        assert!(answer(&endless).3.contains("no end within"));
    }
}
