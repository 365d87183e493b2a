//! A request with its answer: evidence, and text for a model.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use crate::instrument::bytes::{hidden, marked};
use crate::instrument::{Evidence, InstrumentError, Rendering, Settled};

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The address that was asked.
    pub url: String,
    /// The headers as they were sent; none where the request was given as a whole.
    pub request_headers: Vec<(String, String)>,
    /// The payload as it was sent, or the whole request where that was given; bytes that are no text are replaced.
    pub request_body: Option<String>,
    /// The payload where it is no text, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_bytes: Option<String>,
    /// When it was sent, in milliseconds since the first one of its burst.
    pub sent_after: u64,
    /// What came back.
    pub answer: HttpResponse,
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HttpResponse {
    /// The address that answered: another one if redirects were followed.
    pub url: String,
    /// The version in its first line, such as `HTTP/1.1`.
    pub version: String,
    /// The status; 0 where nothing came that has one.
    pub status: u16,
    /// The words after the status.
    pub reason: String,
    /// Statuses of answers that came before and only announced it, such as 103.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interim: Vec<u16>,
    /// The headers in the order of arrival; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// What came after the answer's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed: Option<Body>,
    /// From asking to the body's end, in milliseconds.
    pub milliseconds: u64,
    /// Why there is no answer, or what is wrong or missing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
    /// The beginning of an irregular answer as it came, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// The body of an answer, up to 256 KiB.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Body {
    /// There was none.
    #[default]
    Empty,
    /// Text, whole.
    Text { text: String },
    /// The beginning of a text.
    CutText { text: String },
    /// Bytes, whole.
    Binary { base64: String, bytes: usize },
    /// The beginning of bytes.
    CutBinary { base64: String, bytes: usize },
}

/// Whether a body was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    Cut,
}

impl Body {
    pub(super) fn new(mut bytes: Vec<u8>, extent: Extent) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        // A cut may go through a character, which does not make text binary.
        if let (Extent::Cut, Err(error)) = (extent, std::str::from_utf8(&bytes))
            && error.error_len().is_none()
        {
            bytes.truncate(error.valid_up_to());
        }
        match (String::from_utf8(bytes), extent) {
            (Ok(text), Extent::Whole) => Self::Text { text },
            (Ok(text), Extent::Cut) => Self::CutText { text },
            (Err(error), extent) => {
                let bytes = error.as_bytes();
                let (base64, bytes) = (BASE64_STANDARD.encode(bytes), bytes.len());
                match extent {
                    Extent::Whole => Self::Binary { base64, bytes },
                    Extent::Cut => Self::CutBinary { base64, bytes },
                }
            }
        }
    }

    /// The body for a model: each byte, or the text with a word on what cannot be seen of it.
    fn rendered(&self, rendering: Rendering) -> String {
        let bytes = self.bytes();
        match (rendering, hidden(&bytes)) {
            (Rendering::Bytes, _) if !bytes.is_empty() => marked(&bytes),
            (Rendering::Text, Some(unseen)) if matches!(self, Self::Text { .. } | Self::CutText { .. }) => {
                format!("{}\n[not to be seen in this body: {unseen}; `bytes` shows them]", self.text())
            }
            _ => self.text(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Empty => Vec::new(),
            Self::Text { text } | Self::CutText { text } => text.clone().into_bytes(),
            Self::Binary { base64, .. } | Self::CutBinary { base64, .. } => {
                BASE64_STANDARD.decode(base64).unwrap_or_default()
            }
        }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => "(no body)".to_owned(),
            Self::Text { text } => text.clone(),
            Self::CutText { text } => format!("{text}\n[… cut after {} bytes …]", text.len()),
            Self::Binary { bytes, .. } => format!("(binary, {bytes} bytes)"),
            Self::CutBinary { bytes, .. } => format!("(binary, more than {bytes} bytes)"),
        }
    }
}

impl HttpResponse {
    /// No answer, and why.
    pub(super) fn none(why: String) -> Self {
        Self { flaw: Some(why), ..Self::default() }
    }

    /// Whether anything came at all.
    pub fn came(&self) -> bool {
        self.status != 0 || self.body != Body::Empty
    }
}

impl Exchange {
    /// The exchange as evidence.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn evidence(&self) -> Result<Evidence, InstrumentError> {
        let summary = format!("{} after {} ms", self.status(), self.answer.milliseconds);
        let status = self.status();
        let status = status.trim_start_matches("status ");
        let title = format!("{} {} → {status}", self.method, self.url);
        let piece = Evidence::of("http", self, title, summary)?;
        Ok(Evidence { settled: if self.answer.came() { piece.settled } else { Settled::NotDone }, ..piece })
    }

    /// The status in words.
    pub fn status(&self) -> String {
        match (self.answer.came(), self.answer.status) {
            (false, _) => "no answer".to_owned(),
            (true, 0) => "an answer without a status".to_owned(),
            (true, status) => format!("status {status}"),
        }
    }

    /// The exchange for a model.
    pub fn text(&self, rendering: Rendering) -> String {
        let answer = &self.answer;
        let asked = format!("{} {} ({} ms)", self.method, self.url, answer.milliseconds);
        let flaw = answer.flaw.as_deref().unwrap_or_default();
        if !answer.came() {
            return format!("status: none\n{asked}\nno answer: {flaw}");
        }
        // The status comes first: it is what a tester, or a rehearsal, looks for.
        let status = if answer.status == 0 { "none".to_owned() } else { answer.status.to_string() };
        let mut lines = vec![format!("status: {status}"), asked];
        if answer.url != self.url {
            lines.push(format!("answered by {}", answer.url));
        }
        lines.extend(answer.interim.iter().map(|status| format!("before it came: {status}")));
        if !flaw.is_empty() {
            lines.push(format!("the answer is not as it should be: {flaw}"));
        }
        lines.extend(answer.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.extend([String::new(), answer.body.rendered(rendering)]);
        if let Some(followed) = &answer.followed {
            lines.push(format!("[after the answer's end came:]\n{}", followed.rendered(Rendering::Bytes)));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_said_and_shown_on_demand() {
        let body = Body::new(b"yes \r\n".to_vec(), Extent::Whole);
        let plain = body.rendered(Rendering::Text);
        assert!(plain.starts_with("yes \r\n") && plain.contains("line ends with CR: 1"), "{plain}");
        assert_eq!(body.rendered(Rendering::Bytes), r#""yes \r\n""#);
        let binary = Body::new(vec![0xff, b'a'], Extent::Whole);
        assert_eq!(binary.rendered(Rendering::Text), "(binary, 2 bytes)");
        assert_eq!(binary.rendered(Rendering::Bytes), r#""\xffa""#);
        assert_eq!(Body::Empty.rendered(Rendering::Bytes), "(no body)");
    }

    #[test]
    fn a_body_is_text_when_it_can_be() {
        let cut = |bytes: &[u8]| Body::new(bytes.to_vec(), Extent::Cut);
        assert_eq!(Body::new(Vec::new(), Extent::Whole), Body::Empty);
        assert_eq!(Body::new(b"hi".to_vec(), Extent::Whole), Body::Text { text: "hi".into() });
        assert_eq!(cut("aé".as_bytes().split_at(2).0), Body::CutText { text: "a".into() });
        let binary = Body::new(vec![0xff, 0], Extent::Whole);
        assert_eq!(binary, Body::Binary { base64: "/wA=".into(), bytes: 2 });
        assert_eq!(binary.text(), "(binary, 2 bytes)");
    }
}
