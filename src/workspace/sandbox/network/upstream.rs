//! The proxy of a company, through which its machines reach other hosts.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Host;

/// The variables that name it, the one that counts first.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// More of an answer is no answer of a proxy's, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// A proxy that is asked for a tunnel.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Upstream {
    host: String,
    port: u16,
    login: Option<String>,
}

impl Upstream {
    /// The one of this process's environment, where it is for that host.
    pub(super) fn of_environment(asked: &Host) -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let direct = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable).unwrap_or_default();
        let is_direct =
            direct.split(',').map(|entry| entry.trim().trim_start_matches("*.").trim_start_matches('.'));
        let covers = |entry: &str| {
            entry == "*" || asked.name() == entry || asked.name().ends_with(&format!(".{entry}"))
        };
        if is_direct.filter(|entry| !entry.is_empty()).any(covers) {
            return None;
        }
        VARIABLES.into_iter().find_map(variable).and_then(|address| Self::at(&address))
    }

    fn at(address: &str) -> Option<Self> {
        let whole = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let url = Url::parse(&whole).ok().filter(|url| url.scheme() == "http")?;
        let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let login = (!url.username().is_empty())
            .then(|| format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default())));
        Some(Self { host: url.host_str()?.to_owned(), port: url.port_or_known_default()?, login })
    }

    /// Has it connect a host.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn tunnel(&self, name: &str, port: u16) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        let name = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
        let login = self.login.as_ref().map_or_else(String::new, |login| {
            format!("Proxy-Authorization: Basic {}\r\n", BASE64_STANDARD.encode(login))
        });
        let request = format!("CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n{login}\r\n");
        stream.write_all(request.as_bytes()).await?;
        // Byte by byte: what comes after the head is no longer the proxy's.
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
            if head.len() > LONGEST_HEAD {
                return Err(io::Error::other("the machine's own proxy gives no answer that ends"));
            }
        }
        let head = String::from_utf8_lossy(&head);
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if status.starts_with('2') {
            return Ok(stream);
        }
        let line = head.lines().next().unwrap_or_default();
        Err(io::Error::other(format!("the machine's own proxy ({}:{}) says {line}", self.host, self.port)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn an_address_is_read_with_its_login() {
        let at = |text: &str| Upstream::at(text).map(|found| (found.host, found.port, found.login));
        assert_eq!(at("http://proxy:3128"), Some(("proxy".into(), 3128, None)));
        assert_eq!(at("proxy:8080"), Some(("proxy".into(), 8080, None)));
        assert_eq!(at("http://me:p%40ss@proxy"), Some(("proxy".into(), 80, Some("me:p@ss".into()))));
        assert_eq!(at("socks5://proxy:1080"), None);
    }

    #[tokio::test]
    async fn a_tunnel_begins_behind_the_answer_and_a_refusal_is_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move {
            for answer in ["HTTP/1.1 200 OK\r\nVia: x\r\n\r\nhello", "HTTP/1.1 407 Who are you\r\n\r\n"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 512];
                let count = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..count]).into_owned();
                assert!(request.starts_with("CONNECT a.com:443 HTTP/1.1\r\n"), "{request}");
                assert!(request.contains("Proxy-Authorization: Basic bWU6cHc="), "{request}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let upstream = Upstream::at(&format!("http://me:pw@127.0.0.1:{port}")).unwrap();
        let mut stream = upstream.tunnel("a.com", 443).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "hello");
        let refused = upstream.tunnel("a.com", 443).await.unwrap_err().to_string();
        assert!(refused.contains("407 Who are you"), "{refused}");
        serving.await.unwrap();
    }
}
