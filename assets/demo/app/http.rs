//! As much of HTTP/1.1 as a guestbook needs.

use std::io::{self, BufRead, Read, Write};

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str, body: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), body: body.as_bytes().to_vec() }
    }

    /// Reads one request; `None` when the client hung up instead.
    pub fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut first = String::new();
        if from.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        let mut words = first.split_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(invalid("the first line is no request"));
        };
        let path = target.split('?').next().unwrap_or(target);
        let length = read_length(from)?;
        let mut body = Vec::new();
        from.take(length).read_to_end(&mut body)?;
        Ok(Some(Self { method: method.to_owned(), path: path.to_owned(), body }))
    }
}

/// Reads the header fields and keeps the one that matters.
fn read_length(from: &mut impl BufRead) -> io::Result<u64> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(length);
        }
        if let Some((name, value)) = line.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().map_err(|_| invalid("content-length is no number"))?;
            }
        }
    }
}

/// What a client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub content_type: &'static str,
    pub location: Option<&'static str>,
    pub body: String,
}

impl Response {
    pub fn html(status: u16, body: String) -> Self {
        Self { status, content_type: "text/html; charset=utf-8", location: None, body }
    }

    pub fn json(body: String) -> Self {
        Self { status: 200, content_type: "application/json", location: None, body }
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", location: None, body: body.to_owned() }
    }

    /// Sends the browser on with a GET, so that a reload does not sign twice.
    pub fn see_other(location: &'static str) -> Self {
        Self { location: Some(location), ..Self::text(303, "") }
    }

    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        write!(to, "HTTP/1.1 {} {}\r\n", self.status, reason(self.status))?;
        write!(to, "Content-Type: {}\r\nContent-Length: {}\r\n", self.content_type, self.body.len())?;
        if let Some(location) = self.location {
            write!(to, "Location: {location}\r\n")?;
        }
        write!(to, "Connection: close\r\n\r\n{}", self.body)?;
        to.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        303 => "See Other",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        _ => "Internal Server Error",
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_with_its_body_and_without_its_query() {
        let mut bytes = &b"POST /sign?from=home HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello, more"[..];
        let request = Request::read(&mut bytes).unwrap();
        assert_eq!(request, Some(Request::new("POST", "/sign", "hello")));
    }

    #[test]
    fn a_client_that_hangs_up_is_no_error() {
        assert_eq!(Request::read(&mut &b""[..]).unwrap(), None);
        assert!(Request::read(&mut &b"nonsense\r\n\r\n"[..]).is_err());
    }

    #[test]
    fn a_response_says_how_long_it_is() {
        let mut out = Vec::new();
        Response::text(200, "ok").write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(text.contains("Content-Length: 2\r\n") && text.ends_with("\r\n\r\nok"));
    }
}
