//! The loopback on which the programs of a place listen: that of this machine, or of their own network.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{Interest, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Network;

/// Where programs listen, for whoever wants to talk to them. The default is this machine's.
#[derive(Debug, Clone, Default)]
pub struct Loopback(pub(in crate::workspace::sandbox) Option<Arc<Network>>);

/// A port of this machine behind which a port of another loopback is, for as long as this lives.
#[derive(Debug)]
pub struct Mirror {
    pub port: u16,
    task: Option<JoinHandle<()>>,
}

impl Drop for Mirror {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Loopback {
    /// Connects to whoever listens on a port, on either family: development servers choose one for `localhost`.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn connect(&self, port: u16) -> io::Result<TcpStream> {
        let Some(network) = &self.0 else {
            let both: [SocketAddr; 2] =
                [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
            return TcpStream::connect(&both[..]).await;
        };
        match dial(network, port, false).await {
            Ok(stream) => Ok(stream),
            Err(first) => dial(network, port, true).await.map_err(|_| first),
        }
    }

    /// A port of this machine that leads to one of the programs', for clients that connect by themselves.
    ///
    /// # Errors
    /// When there is none to be had.
    pub async fn mirror(&self, port: u16) -> io::Result<Mirror> {
        if self.0.is_none() {
            return Ok(Mirror { port, task: None });
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own = listener.local_addr()?.port();
        let loopback = self.clone();
        let task = tokio::spawn(async move {
            while let Ok((mut outer, _)) = listener.accept().await {
                let loopback = loopback.clone();
                tokio::spawn(async move {
                    if let Ok(mut inner) = loopback.connect(port).await
                        && let Err(error) = copy_bidirectional(&mut outer, &mut inner).await
                    {
                        tracing::trace!(%error, "a mirrored connection ended");
                    }
                });
            }
        });
        Ok(Mirror { port: own, task: Some(task) })
    }

    /// Has a port of this machine be one of the programs' too.
    ///
    /// # Errors
    /// When one of theirs listens there already.
    pub fn lend(&self, port: u16) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |network| network.lend(port))
    }

    /// Whether it is that of this machine.
    pub fn is_of_machine(&self) -> bool {
        self.0.is_none()
    }

    /// The system's tables of its sockets. One of a network that has not come up is empty.
    pub(in crate::workspace) fn tables(&self) -> [PathBuf; 2] {
        let of = match self.0.as_ref().map(|network| network.keeper()) {
            None => "self".to_owned(),
            Some(keeper) => {
                keeper.map_or_else(|_| "none".to_owned(), |keeper| keeper.inner_pid().to_string())
            }
        };
        ["tcp", "tcp6"].map(|table| PathBuf::from(format!("/proc/{of}/net/{table}")))
    }
}

async fn dial(network: &Arc<Network>, port: u16, is_v6: bool) -> io::Result<TcpStream> {
    let network = Arc::clone(network);
    let dialled = tokio::task::spawn_blocking(move || network.keeper()?.dial(port, is_v6));
    let stream = std::net::TcpStream::from(dialled.await.map_err(io::Error::other)??);
    stream.set_nonblocking(true)?;
    let stream = TcpStream::from_std(stream)?;
    stream.ready(Interest::WRITABLE).await?;
    match stream.take_error()? {
        Some(error) => Err(error),
        None => Ok(stream),
    }
}
