//! A client's end: calls by id, any number at a time, and notices beside them.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::error::LinkError;
use super::lines::{Line, Lines};
use super::protocol::{Call, Notice, PROTOCOL, Reply};
use super::queue::{Queue, Taken};
use super::server::check_peer;
use super::wire::{self, Incoming, LONGEST_ANSWER, LONGEST_CALL, RpcError};

/// How long an engine may say nothing before it counts as silent.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to an engine. Clones share it; it ends with the last of them and its [`Notices`].
#[derive(Debug, Clone)]
pub struct Client {
    connection: Arc<Connection>,
}

/// What the engine sends without being asked.
#[derive(Debug)]
pub struct Notices {
    connection: Arc<Connection>,
}

#[derive(Debug)]
struct Connection {
    lines: mpsc::Sender<String>,
    next_id: AtomicU64,
    shared: Arc<Shared>,
    tasks: [AbortHandle; 2],
    /// The process at the other end of a socket of this machine, where silence means that something is wrong with it.
    peer: Peer,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
enum Peer {
    /// A process of this machine; its id, where the system says it.
    Process(Option<i32>),
    /// Whoever answers over a pipe, such as one of `ssh`, which may be slow.
    Pipe,
}

/// What a connection's tasks share with it.
#[derive(Debug, Default)]
struct Shared {
    askers: Mutex<Askers>,
    notices: Queue<Notice>,
}

/// Who waits for which answer.
#[derive(Debug, Default)]
struct Askers {
    waiting: HashMap<u64, oneshot::Sender<RpcResult>>,
    gone: bool,
    /// What the engine said about the connection before it closed it.
    complaint: Option<String>,
}

type RpcResult = Result<Reply, RpcError>;

impl Client {
    /// Connects to an engine's socket and says hello.
    ///
    /// # Errors
    /// [`LinkError::NoEngine`] when nobody answers, [`LinkError::Version`] when the engine is of another version.
    pub async fn connect(socket: &Path, client_name: &str) -> Result<(Self, Notices), LinkError> {
        let stream = connect(socket).await?;
        let peer = Peer::Process(stream.peer_cred().ok().and_then(|peer| peer.pid()));
        let (reader, writer) = stream.into_split();
        Self::greet(reader, writer, client_name, peer).await
    }

    /// Says hello over any pair of streams, such as those of `ssh HOST flightdeck bridge`.
    pub async fn over(
        reader: impl AsyncRead + Unpin + Send + 'static,
        writer: impl AsyncWrite + Unpin + Send + 'static,
        client_name: &str,
    ) -> Result<(Self, Notices), LinkError> {
        Self::greet(reader, writer, client_name, Peer::Pipe).await
    }

    async fn greet(
        reader: impl AsyncRead + Unpin + Send + 'static,
        writer: impl AsyncWrite + Unpin + Send + 'static,
        client_name: &str,
        peer: Peer,
    ) -> Result<(Self, Notices), LinkError> {
        let shared = Arc::new(Shared::default());
        let (lines, outgoing) = mpsc::channel(16);
        let speaking = tokio::spawn(speak(writer, outgoing, Arc::clone(&shared))).abort_handle();
        let listening = tokio::spawn(listen(reader, Arc::clone(&shared))).abort_handle();
        let connection = Arc::new(Connection {
            lines,
            next_id: AtomicU64::new(1),
            shared,
            tasks: [speaking, listening],
            peer,
        });
        let client = Self { connection: Arc::clone(&connection) };
        match client.heard(client.ask(hello(client_name))).await? {
            Reply::Hello { protocol: PROTOCOL, .. } => Ok((client, Notices { connection })),
            Reply::Hello { protocol: theirs, version, .. } => {
                Err(LinkError::Version { ours: PROTOCOL, theirs, version })
            }
            _ => Err(LinkError::Protocol("hello was not answered with hello".to_owned())),
        }
    }

    /// Asks, and waits for the answer; others may ask meanwhile. What takes long is waited for as long as the engine is
    /// there.
    ///
    /// # Errors
    /// [`LinkError::Rejected`] when the mission refuses, [`LinkError::Failed`] when the engine could not,
    /// [`LinkError::Silent`] when it answers nothing at all, [`LinkError::Gone`] when it went away before it answered:
    /// then it is open whether it was done.
    pub async fn call(&self, call: Call) -> Result<Reply, LinkError> {
        let mut answer = pin!(self.ask(call));
        loop {
            match timeout(PATIENCE, &mut answer).await {
                Ok(answer) => return answer,
                Err(_) => self.is_there().await?,
            }
        }
    }

    /// Whether the engine answers at all.
    ///
    /// # Errors
    /// [`LinkError::Silent`] when it does not, [`LinkError::Gone`] when it went away.
    pub async fn is_there(&self) -> Result<(), LinkError> {
        if let Peer::Pipe = self.connection.peer {
            return Ok(());
        }
        // A greeting is answered without a look at the mission or the disk.
        self.heard(self.ask(hello("pulse"))).await.map(drop)
    }

    /// An answer that does not take long.
    async fn heard(
        &self,
        answer: impl Future<Output = Result<Reply, LinkError>>,
    ) -> Result<Reply, LinkError> {
        match self.connection.peer {
            Peer::Pipe => answer.await,
            Peer::Process(pid) => timeout(PATIENCE, answer).await.unwrap_or(Err(LinkError::Silent { pid })),
        }
    }

    async fn ask(&self, call: Call) -> Result<Reply, LinkError> {
        let id = self.connection.next_id.fetch_add(1, Ordering::Relaxed);
        let line = wire::encode_call(id, &call).map_err(|error| LinkError::Protocol(error.to_string()))?;
        if line.len() >= LONGEST_CALL {
            let sentence = format!("this is longer than {} MiB; send less at a time", LONGEST_CALL >> 20);
            return Err(LinkError::Failed(sentence));
        }
        let shared = &self.connection.shared;
        let answer = shared.expect(id).ok_or_else(|| shared.gone())?;
        self.connection.lines.send(line).await.map_err(|_| shared.gone())?;
        match answer.await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(error.rejection().map_or(LinkError::Failed(error.message), Into::into)),
            Err(_) => Err(shared.gone()),
        }
    }
}

fn hello(client_name: &str) -> Call {
    Call::Hello { protocol: PROTOCOL, client: client_name.to_owned() }
}

impl Notices {
    /// The next notice; `None` once the engine went away or cut this client off, and everything it sent was taken.
    ///
    /// Live output that nobody takes is merged and then left out, so a client that is slow stays small.
    pub async fn next(&mut self) -> Option<Notice> {
        match self.connection.shared.notices.next().await.ok()? {
            Taken::Fact(notice) | Taken::Live(notice) => Some(notice),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Shared {
    fn expect(&self, id: u64) -> Option<oneshot::Receiver<RpcResult>> {
        let (sender, receiver) = oneshot::channel();
        let mut askers = self.askers();
        if askers.gone {
            return None;
        }
        askers.waiting.insert(id, sender);
        Some(receiver)
    }

    fn answer(&self, id: u64, answer: RpcResult) {
        let asker = self.askers().waiting.remove(&id);
        if let Some(asker) = asker
            && asker.send(answer).is_err()
        {
            tracing::debug!(id, "nobody waits for this answer any more");
        }
    }

    fn complain(&self, sentence: String, bytes: usize) {
        self.askers().complaint = Some(sentence.clone());
        self.take_in(Notice::Warning { sentence }, bytes);
    }

    fn gone(&self) -> LinkError {
        self.askers().complaint.clone().map_or(LinkError::Gone, LinkError::Failed)
    }

    fn take_in(&self, notice: Notice, bytes: usize) {
        match notice {
            Notice::Output { attempt, piece } => self.notices.output(attempt, &piece),
            Notice::Activity { live } => self.notices.activity(live.into()),
            fact => self.notices.fact(fact, bytes),
        }
    }

    fn end(&self) {
        let mut askers = self.askers();
        askers.gone = true;
        askers.waiting.clear();
        drop(askers);
        self.notices.close();
    }

    fn askers(&self) -> MutexGuard<'_, Askers> {
        self.askers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects to a socket whose other end is this user.
pub(super) async fn connect(socket: &Path) -> Result<UnixStream, LinkError> {
    let stream = UnixStream::connect(socket).await.map_err(|source| match source.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            LinkError::NoEngine { socket: socket.to_owned() }
        }
        _ => LinkError::Io { path: socket.to_owned(), source },
    })?;
    check_peer(&stream).map_err(|_| LinkError::Unsafe {
        path: socket.to_owned(),
        problem: "somebody else listens there".to_owned(),
    })?;
    Ok(stream)
}

/// Writes whole lines, so that a call that is broken off leaves none half written.
async fn speak(mut writer: impl AsyncWrite + Unpin, mut lines: mpsc::Receiver<String>, shared: Arc<Shared>) {
    while let Some(mut line) = lines.recv().await {
        line.push('\n');
        let written = async {
            writer.write_all(line.as_bytes()).await?;
            writer.flush().await
        };
        if written.await.is_err() {
            return shared.end();
        }
    }
}

async fn listen(reader: impl AsyncRead + Unpin, shared: Arc<Shared>) {
    let mut lines = Lines::new(reader, LONGEST_ANSWER);
    while let Ok(Line::Text(line)) = lines.next().await {
        match wire::decode_incoming(&line) {
            Ok(Incoming::Answer { id, outcome }) => shared.answer(id, outcome),
            Ok(Incoming::Notice(notice)) => shared.take_in(notice, line.len()),
            Ok(Incoming::Complaint(error)) => shared.complain(error.message, line.len()),
            Ok(Incoming::Unknown) => {}
            Err(error) => {
                tracing::warn!(%error, "the engine sent a line that is no message");
                break;
            }
        }
    }
    shared.end();
}
