//! What is asked of the app, and how it goes over the wire.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::instrument::InstrumentError;

/// A request as a validator words it.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// The method. The usual ones may be written in any case; any other goes as it is.
    pub method: String,
    /// A whole address, with `http://` or `https://`. Its path and query go as they are written.
    pub url: String,
    /// Headers, each as often as it is named. They replace those that would be sent of themselves.
    pub headers: Vec<(String, String)>,
    /// Headers that are not sent, although they would be of themselves.
    pub without: Vec<String>,
    /// What is sent along.
    pub payload: Payload,
    /// What is done when the app sends elsewhere.
    pub redirects: Redirects,
}

/// What is sent along with a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// A text as it is.
    Text(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// The fields of a form.
    Form(Vec<(String, String)>),
    /// A JSON value.
    Json(Value),
    /// All that is sent, from the request line on: nothing is added.
    Raw(Vec<u8>),
}

/// What is done when the app sends elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirects {
    /// The redirect is the answer.
    #[default]
    Show,
    /// Up to ten are followed.
    Follow,
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) url: Url,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Head and body.
    pub(super) bytes: Vec<u8>,
}

/// The methods that are meant in whatever case they are written.
const USUAL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

impl HttpRequest {
    /// A request with nothing but a method and an address.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            without: Vec::new(),
            payload: Payload::None,
            redirects: Redirects::default(),
        }
    }

    /// The same with a payload.
    #[must_use]
    pub fn with(self, payload: Payload) -> Self {
        Self { payload, ..self }
    }

    /// The same, following redirects.
    #[must_use]
    pub fn following(self) -> Self {
        Self { redirects: Redirects::Follow, ..self }
    }

    /// What goes over the wire. `cookie` is what the visitor's jar has for the address.
    pub(super) fn sent(&self, cookie: Option<String>) -> Result<Sent, InstrumentError> {
        let url = permitted(&self.url)?;
        if let Payload::Raw(bytes) = &self.payload {
            let method = bytes.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            let method = String::from_utf8_lossy(method).into_owned();
            let (body, bytes) = (bytes.clone(), bytes.clone());
            return Ok(Sent { url, method, headers: Vec::new(), body, bytes });
        }
        let method = self.verb()?;
        let payload = self.payload.encode()?;
        let headers = self.all_headers(&url, payload.as_ref(), cookie)?;
        let mut bytes = format!("{method} {} HTTP/1.1\r\n", target(&self.url)).into_bytes();
        for (name, value) in &headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        let body = payload.map(|(_, body)| body).unwrap_or_default();
        bytes.extend_from_slice(&body);
        Ok(Sent { url, method, headers, body, bytes })
    }

    fn verb(&self) -> Result<String, InstrumentError> {
        let upper = self.method.to_ascii_uppercase();
        if USUAL.contains(&upper.as_str()) {
            return Ok(upper);
        }
        if self.method.is_empty() || !self.method.bytes().all(|byte| byte.is_ascii_graphic()) {
            let why = format!("`{}` is no HTTP method; `raw` sends whatever it is given", self.method);
            return Err(InstrumentError::BadRequest(why));
        }
        Ok(self.method.clone())
    }

    /// Those that every request has, unless they are given otherwise, and then those that are given.
    fn all_headers(
        &self,
        url: &Url,
        payload: Option<&(Option<&str>, Vec<u8>)>,
        cookie: Option<String>,
    ) -> Result<Vec<(String, String)>, InstrumentError> {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", url.host_str().unwrap_or_default());
        let user = (!url.username().is_empty()).then(|| {
            let secret = format!("{}:{}", url.username(), url.password().unwrap_or_default());
            format!("Basic {}", BASE64_STANDARD.encode(secret))
        });
        let own = [
            ("Host", Some(host)),
            ("Accept", Some("*/*".to_owned())),
            ("Authorization", user),
            ("Cookie", cookie),
            ("Content-Type", payload.and_then(|(kind, _)| kind.map(str::to_owned))),
            ("Content-Length", payload.map(|(_, body)| body.len().to_string())),
            ("Connection", Some("close".to_owned())),
        ];
        let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
        let given = |name: &str| {
            self.headers.iter().any(|(other, _)| is(other, name))
                || self.without.iter().any(|other| is(other, name))
                || (is(name, "Content-Length")
                    && self.headers.iter().any(|(other, _)| is(other, "Transfer-Encoding")))
        };
        let own = own.into_iter().filter(|(name, _)| !given(name));
        let mut all: Vec<(String, String)> =
            own.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        for (name, value) in &self.headers {
            if name.is_empty() || [name, value].iter().any(|part| part.contains(['\r', '\n'])) {
                let why = format!("`{name}: {value}` is no header; `raw` sends whatever it is given");
                return Err(InstrumentError::BadRequest(why));
            }
            all.push((name.clone(), value.clone()));
        }
        Ok(all)
    }
}

/// The content type, where there is one, and the bytes that go over the wire.
type Encoded = (Option<&'static str>, Vec<u8>);

impl Payload {
    fn encode(&self) -> Result<Option<Encoded>, InstrumentError> {
        Ok(match self {
            Self::None => None,
            Self::Text(text) => Some((None, text.clone().into_bytes())),
            Self::Bytes(bytes) | Self::Raw(bytes) => Some((None, bytes.clone())),
            Self::Form(fields) => {
                let mut address = Url::parse("http://form/")
                    .map_err(|error| InstrumentError::BadRequest(error.to_string()))?;
                // A form is encoded as a query is, and this is the encoder at hand.
                address.query_pairs_mut().extend_pairs(fields);
                let form = address.query().unwrap_or_default().as_bytes().to_vec();
                Some((Some("application/x-www-form-urlencoded"), form))
            }
            Self::Json(value) => Some((Some("application/json"), serde_json::to_vec(value)?)),
        })
    }
}

/// The path and query of an address as they are written. Only what would end the request line is encoded.
fn target(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let start = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let written = rest[start..].split('#').next().unwrap_or_default();
    let mut target = String::from(if written.starts_with('/') { "" } else { "/" });
    for c in written.chars() {
        if c.is_ascii_graphic() {
            target.push(c);
        } else {
            let mut bytes = [0; 4];
            target.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    target
}

/// An address that may be asked: of this machine.
pub(in crate::instrument) fn permitted(text: &str) -> Result<Url, InstrumentError> {
    const WHOLE: &str = "write it whole, such as http://localhost:8080/login";
    let url = Url::parse(text)
        .map_err(|error| InstrumentError::BadRequest(format!("`{text}` is no address: {error}; {WHOLE}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(InstrumentError::BadRequest(format!("`{text}` is neither http nor https; {WHOLE}")));
    }
    if !is_loopback(&url) {
        return Err(InstrumentError::NotLoopback { host: url.host_str().unwrap_or_default().to_owned() });
    }
    Ok(url)
}

/// Whether an address is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    // Servers print the unspecified address when they listen on every one of this machine's.
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(request: &HttpRequest) -> String {
        String::from_utf8(request.sent(Some("a=1".into())).unwrap().bytes).unwrap()
    }

    #[test]
    fn a_target_goes_as_it_is_written() {
        for (url, expected) in [
            ("http://localhost:1/%2e/x", "/%2e/x"),
            ("http://localhost:1/../a/./b", "/../a/./b"),
            ("http://localhost:1//a//?x=%zz&y#part", "//a//?x=%zz&y"),
            ("http://localhost:1?q", "/?q"),
            ("http://localhost:1", "/"),
            ("http://localhost:1/a b\u{e9}", "/a%20b%C3%A9"),
            ("http://localhost:1/\\..\\x", "/\\..\\x"),
        ] {
            assert_eq!(target(url), expected);
        }
    }

    #[test]
    fn a_given_header_replaces_and_repeats_and_an_unwanted_one_is_left_out() {
        let mut request =
            HttpRequest::new("pRoP", "http://u:p@localhost:8/x").with(Payload::Bytes(vec![b'a', 0]));
        request.headers =
            vec![("x".into(), "1".into()), ("X".into(), "2".into()), ("cookie".into(), "b".into())];
        request.without = vec!["host".into(), "accept".into()];
        assert_eq!(
            wire(&request),
            "pRoP /x HTTP/1.1\r\nAuthorization: Basic dTpw\r\nContent-Length: 2\r\nConnection: close\r\nx: 1\r\nX: 2\r\ncookie: b\r\n\r\na\0"
        );
        assert!(wire(&HttpRequest::new("get", "http://localhost")).starts_with(
            "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nCookie: a=1\r\nConnection: close\r\n\r\n"
        ));
        let raw = HttpRequest::new("", "http://localhost").with(Payload::Raw(b"HEAD\tx".to_vec()));
        assert_eq!((wire(&raw).as_str(), raw.sent(None).unwrap().method.as_str()), ("HEAD\tx", "HEAD"));
        request.headers.push(("a".into(), "b\r\nc: d".into()));
        assert!(request.sent(None).unwrap_err().to_string().contains("`raw` sends whatever"));
    }
}
