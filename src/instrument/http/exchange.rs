//! A request with its answer: evidence, and text for a model.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use crate::instrument::{Evidence, InstrumentError};

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The address that was asked.
    pub url: String,
    /// The headers that were asked for; cookies are added by the driver.
    pub request_headers: Vec<(String, String)>,
    /// The payload as it was sent.
    pub request_body: Option<String>,
    /// What came back.
    pub answer: HttpResponse,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpResponse {
    /// The address that answered: another one if redirects were followed.
    pub url: String,
    /// The status.
    pub status: u16,
    /// The headers in the order of arrival; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// From asking to the body's end, in milliseconds.
    pub milliseconds: u64,
}

/// The body of an answer, up to 256 KiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Body {
    /// There was none.
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

    /// The body for a model.
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

impl Exchange {
    /// The exchange as evidence.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn evidence(&self) -> Result<Evidence, InstrumentError> {
        let summary = format!("status {} after {} ms", self.answer.status, self.answer.milliseconds);
        Evidence::of("http", self, format!("{} {}", self.method, self.url), summary)
    }

    /// The exchange for a model.
    pub fn text(&self) -> String {
        let answer = &self.answer;
        // The status comes first: it is what a tester, or a rehearsal, looks for.
        let mut lines = vec![format!("status: {}", answer.status)];
        lines.push(format!("{} {} ({} ms)", self.method, self.url, answer.milliseconds));
        if answer.url != self.url {
            lines.push(format!("answered by {}", answer.url));
        }
        lines.extend(answer.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.extend([String::new(), answer.body.text()]);
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
