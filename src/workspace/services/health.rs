//! Whether a service answers on its port.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::spec::Health;
use crate::workspace::sandbox::Loopback;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks a service whether it is up, and if not, why.
pub(super) async fn check(health: &Health, port: u16, on: &Loopback) -> Result<(), String> {
    let answer = match health {
        Health::None => return Ok(()),
        Health::Tcp => timeout(PATIENCE, connect(port, on)).await.map(|result| result.map(drop)),
        Health::Http { path } => {
            timeout(PATIENCE, status_of(port, path, on)).await.map(|result| match result? {
                status @ 400.. => Err(format!("GET {path} answered {status}")),
                _ => Ok(()),
            })
        }
    };
    answer.unwrap_or_else(|_| Err(format!("port {port} gave no answer in {} s", PATIENCE.as_secs())))
}

async fn connect(port: u16, on: &Loopback) -> Result<TcpStream, String> {
    on.connect(port).await.map_err(|error| format!("port {port} takes no connections: {error}"))
}

/// A request small enough that a whole client would be more to go wrong.
async fn status_of(port: u16, path: &str, on: &Loopback) -> Result<u16, String> {
    let mut stream = connect(port, on).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let broken = |error: io::Error| format!("GET {path} broke off: {error}");
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') && answer.len() < 4096 {
        let count = stream.read_buf(&mut answer).await.map_err(broken)?;
        if count == 0 {
            break;
        }
    }
    let line = String::from_utf8_lossy(&answer);
    let status = line.strip_prefix("HTTP/").and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
    status.ok_or_else(|| format!("GET {path} was not answered in HTTP"))
}
