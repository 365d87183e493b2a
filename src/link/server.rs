//! The engine's end: a socket for its owner alone, and what an engine must be able to answer.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use nix::unistd::geteuid;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection;
use super::error::LinkError;
use super::feed::Feed;
use super::protocol::Reply;
use super::socket::prepare_directory;
use super::source::MissionSource;
use crate::domain::activity::Activity;
use crate::domain::command::Command;
use crate::domain::id::MissionId;
use crate::domain::mission::Mission;
use crate::domain::rejection::Rejection;

/// How long the acceptor rests when the system has no more descriptors.
const REST: Duration = Duration::from_millis(100);

/// How often it is seen that the socket is still there.
const LOOK: Duration = Duration::from_secs(5);

/// What an engine answers with.
#[async_trait]
pub trait Host: Send + Sync {
    /// The mission it flies.
    fn mission(&self) -> MissionId;

    /// What answers the calls that only read.
    fn source(&self) -> &dyn MissionSource;

    /// Where it publishes.
    fn feed(&self) -> &Feed;

    /// The mission as it is, and what runs now. An event is in it before the feed tells it.
    fn state(&self) -> (Mission, Vec<Activity>);

    /// Whether a process of this user may speak for the person. What an agent started may not; the sentence says so.
    fn admits(&self, _: i32) -> Result<(), String> {
        Ok(())
    }

    /// Carries out a person's command, which comes from a process where the system says which; commands of one client come
    /// one after another.
    async fn command(&self, command: Command, from: Option<i32>) -> Result<Reply, Refusal>;

    async fn land(&self) -> Result<Reply, Refusal>;
}

/// Why an engine does not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The mission's rules forbid it; nothing has changed.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It was tried and failed; the sentence says what to do.
    #[error("{0}")]
    Failed(String),
}

/// A socket that clients connect to.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    socket: Socket,
}

impl Server {
    /// Listens at a path, in a directory for its owner alone. A socket that a dead engine left is replaced.
    ///
    /// # Errors
    /// [`LinkError::Taken`] when an engine answers there, [`LinkError::Unsafe`] when others could interfere.
    pub async fn bind(path: &Path) -> Result<Self, LinkError> {
        let failed = |source| LinkError::Io { path: path.to_owned(), source };
        prepare_directory(path.parent().unwrap_or(Path::new(".")))?;
        match UnixStream::connect(path).await {
            Ok(_) => return Err(LinkError::Taken { socket: path.to_owned() }),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                fs::remove_file(path).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        let listen = || {
            let listener = UnixListener::bind(path)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
            let found = fs::symlink_metadata(path)?;
            let socket = Socket { path: path.to_owned(), device: found.dev(), inode: found.ino() };
            Ok(Self { listener, socket })
        };
        listen().map_err(failed)
    }

    /// Answers clients until it is stopped; then each gets what waits for it, and the socket goes.
    pub async fn serve(mut self, host: Arc<dyn Host>, stop: CancellationToken) {
        let clients = TaskTracker::new();
        let mut looks = tokio::time::interval(LOOK);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = looks.tick() => {
                    self.mend().await;
                    continue;
                }
                () = stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    drop(clients.spawn(connection::talk(stream, Arc::clone(&host), stop.clone())));
                }
                Err(error) => {
                    tracing::warn!(%error, "a client could not connect");
                    tokio::time::sleep(REST).await;
                }
            }
        }
        clients.close();
        clients.wait().await;
    }

    /// Listens anew where the socket was deleted: whoever finds none would try to start a second engine.
    async fn mend(&mut self) {
        if self.socket.is_there() {
            return;
        }
        match Self::bind(&self.socket.path.clone()).await {
            Ok(server) => {
                tracing::warn!("the socket was gone; it is put back");
                *self = server;
            }
            Err(error) => tracing::debug!(%error, "the socket is gone and cannot be put back yet"),
        }
    }
}

/// Whether the peer at a socket is this user; the sentence says who it is otherwise.
pub(super) fn check_peer(stream: &UnixStream) -> Result<(), String> {
    let own = geteuid().as_raw();
    match stream.peer_cred() {
        Ok(peer) => admit(peer.uid(), own),
        Err(error) => Err(format!("the system does not say who you are: {error}")),
    }
}

fn admit(peer: u32, own: u32) -> Result<(), String> {
    if peer == own {
        Ok(())
    } else {
        Err(format!(
            "this mission belongs to user {own} and you are user {peer}: run flightdeck as its owner"
        ))
    }
}

/// The file of a socket, which goes with its server unless another took the place meanwhile.
#[derive(Debug)]
struct Socket {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Socket {
    fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path)
            .is_ok_and(|found| (found.dev(), found.ino()) == (self.device, self.inode))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.is_there()
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "the socket stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_user_is_refused_with_a_sentence() {
        assert_eq!(admit(1_000, 1_000), Ok(()));
        let sentence = admit(0, 1_000).unwrap_err();
        assert!(sentence.contains("user 1000") && sentence.contains("you are user 0"), "{sentence}");
    }
}
