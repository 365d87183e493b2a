//! One client of an engine, from its first word to its last.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::feed::Subscription;
use super::lines::{Line, Lines};
use super::protocol::{Call, LiveOutput, PROTOCOL, Reply};
use super::queue::Cut;
use super::server::{Host, Refusal, check_peer};
use super::wire::{self, CallId, LONGEST_ANSWER, LONGEST_CALL, RpcError, code};
use crate::domain::command::Command;

/// Calls of one client that may be under way at a time; more wait in its socket.
const CALLS: usize = 64;
/// How long a client may take to read what waits when the engine ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Talks with a client until it leaves, breaks the protocol, or the engine stops.
pub(super) async fn talk(stream: UnixStream, host: Arc<dyn Host>, stop: CancellationToken) {
    // A client that only asks counts too: an engine must not leave while it answers.
    let _present = host.feed().enter();
    let process = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let admitted = check_peer(&stream).and_then(|()| process.map_or(Ok(()), |pid| host.admits(pid)));
    let (input, output) = stream.into_split();
    let (outbox, outgoing) = mpsc::channel(CALLS);
    let speaker = Speaker { output, outgoing, subscription: None, stop: stop.clone() };
    if let Err(sentence) = admitted {
        let error = RpcError::new(code::FORBIDDEN, sentence);
        send(&outbox, &CallId::null(), &Err(error)).await;
        drop(outbox);
        return speaker.run().await;
    }
    let (commands, ordered) = mpsc::channel(CALLS);
    drop(tokio::spawn(carry_out(ordered, process, Arc::clone(&host), outbox.clone())));
    let places = Arc::new(Semaphore::new(CALLS));
    let listener = Listener { host, outbox, commands, places, phase: Phase::Unauthenticated };
    tokio::join!(listener.run(input, stop), speaker.run());
}

/// What the speaker says.
enum Outgoing {
    Line(String),
    /// The state; what follows it is sent after it.
    Attached(String, Subscription),
}

type Outbox = mpsc::Sender<Outgoing>;

struct Listener {
    host: Arc<dyn Host>,
    outbox: Outbox,
    commands: mpsc::Sender<(CallId, Command)>,
    places: Arc<Semaphore>,
    phase: Phase,
}

/// Whether the client has said hello.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unauthenticated,
    Ready,
}

impl Listener {
    async fn run(mut self, input: OwnedReadHalf, stop: CancellationToken) {
        let mut lines = Lines::new(input, LONGEST_CALL);
        loop {
            let line = tokio::select! {
                line = lines.next() => line,
                () = self.outbox.closed() => return,
                () = stop.cancelled() => return,
            };
            let flow = match line {
                Ok(Line::Text(line)) => self.hear(&line).await,
                Ok(Line::TooLong) => {
                    let message = format!("the line is longer than {} MiB", LONGEST_CALL >> 20);
                    self.refuse(&CallId::null(), RpcError::new(code::PARSE, message)).await
                }
                Ok(Line::End) | Err(_) => return,
            };
            if flow.is_break() {
                return;
            }
        }
    }

    async fn hear(&mut self, line: &[u8]) -> ControlFlow<()> {
        let (id, call) = wire::decode_call(line);
        match call {
            Err(error) => return self.refuse(&id, error).await,
            Ok(Call::Hello { protocol, client }) => return self.greet(id, protocol, &client).await,
            _ if self.phase == Phase::Unauthenticated => {
                let message = format!("say hello first, with protocol {PROTOCOL}");
                return self.refuse(&id, RpcError::new(code::NO_HELLO, message)).await;
            }
            Ok(Call::Attach { output }) => self.attach(&id, output).await,
            // One after another, so that two commands of a client cannot overtake each other.
            Ok(Call::Command { command }) => drop(self.commands.send((id, *command)).await),
            Ok(other) => self.start(id, other).await,
        }
        ControlFlow::Continue(())
    }

    async fn greet(&mut self, id: CallId, protocol: u32, client: &str) -> ControlFlow<()> {
        if self.phase == Phase::Unauthenticated {
            tracing::info!(client, protocol, "a client says hello");
        }
        let hello = Reply::Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mission: self.host.mission(),
            pid: std::process::id(),
        };
        send(&self.outbox, &id, &Ok(hello)).await;
        if protocol != PROTOCOL {
            return ControlFlow::Break(());
        }
        self.phase = Phase::Ready;
        ControlFlow::Continue(())
    }

    /// Subscribes first and takes the state second: what happens in between is in both and left out once.
    async fn attach(&self, id: &CallId, output: LiveOutput) {
        let subscription = self.host.feed().subscribe(output);
        let (mission, live) = self.host.state();
        let subscription = subscription.knowing(mission.seq);
        let attached = encode(id, &Ok(Reply::Attached { mission: Box::new(mission), live }));
        drop(self.outbox.send(Outgoing::Attached(attached, subscription)).await);
    }

    /// Answers a call while others are heard.
    async fn start(&self, id: CallId, call: Call) {
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
        let (host, outbox) = (Arc::clone(&self.host), self.outbox.clone());
        drop(tokio::spawn(async move {
            let outcome = guarded(answer(host, call)).await.map_err(explain);
            send(&outbox, &id, &outcome).await;
            drop(place);
        }));
    }

    async fn refuse(&self, id: &CallId, error: RpcError) -> ControlFlow<()> {
        send(&self.outbox, id, &Err(error)).await;
        ControlFlow::Continue(())
    }
}

struct Speaker {
    output: OwnedWriteHalf,
    outgoing: mpsc::Receiver<Outgoing>,
    subscription: Option<Subscription>,
    stop: CancellationToken,
}

impl Speaker {
    /// Says what there is to say, until the client is gone or has fallen behind, or the engine stops.
    async fn run(mut self) {
        loop {
            let line = tokio::select! {
                biased;
                outgoing = self.outgoing.recv() => match outgoing {
                    Some(outgoing) => self.line_of(outgoing),
                    None => return,
                },
                notice = next(&mut self.subscription) => match notice {
                    Ok(line) => line,
                    Err(cut) => return drop(self.say(farewell(cut)).await),
                },
                () = self.stop.cancelled() => return self.say_what_waits().await,
            };
            if self.say(line).await.is_err() {
                return;
            }
        }
    }

    fn line_of(&mut self, outgoing: Outgoing) -> String {
        match outgoing {
            Outgoing::Line(line) => line,
            Outgoing::Attached(line, subscription) => {
                self.subscription = Some(subscription);
                line
            }
        }
    }

    /// Says what was ready to be said when the engine stopped.
    async fn say_what_waits(&mut self) {
        let mut lines = Vec::new();
        while let Ok(outgoing) = self.outgoing.try_recv() {
            lines.push(self.line_of(outgoing));
        }
        lines.extend(self.subscription.iter().flat_map(Subscription::ready));
        for line in lines {
            if self.say(line).await.is_err() {
                return;
            }
        }
    }

    async fn say(&mut self, mut line: String) -> Result<(), std::io::Error> {
        line.push('\n');
        let stop = self.stop.clone();
        let give_up = async {
            stop.cancelled().await;
            tokio::time::sleep(FAREWELL).await;
        };
        tokio::select! {
            written = self.output.write_all(line.as_bytes()) => written,
            () = give_up => Err(std::io::ErrorKind::TimedOut.into()),
        }
    }
}

async fn carry_out(
    mut commands: mpsc::Receiver<(CallId, Command)>,
    from: Option<i32>,
    host: Arc<dyn Host>,
    outbox: Outbox,
) {
    while let Some((id, command)) = commands.recv().await {
        let outcome = guarded(host.command(command, from)).await.map_err(explain);
        send(&outbox, &id, &outcome).await;
    }
}

/// A fault of ours in one call is the answer to that call, and the client's other calls go on.
async fn guarded(call: impl Future<Output = Result<Reply, Refusal>>) -> Result<Reply, Refusal> {
    AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|_| {
        Err(Refusal::Failed("a fault of flightdeck's own; engine.log tells where".to_owned()))
    })
}

async fn answer(host: Arc<dyn Host>, call: Call) -> Result<Reply, Refusal> {
    if call == Call::Land {
        return host.land().await;
    }
    // Reading waits for the disk, where it holds up nobody else.
    let read = tokio::task::spawn_blocking(move || host.source().answer(call)).await;
    read.unwrap_or_else(|fault| Err(Refusal::Failed(format!("a task broke: {fault}"))))
}

/// The next line; never, without a subscription.
async fn next(subscription: &mut Option<Subscription>) -> Result<String, Cut> {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}

async fn send(outbox: &Outbox, id: &CallId, outcome: &Result<Reply, RpcError>) {
    // A client that left needs no answer.
    drop(outbox.send(Outgoing::Line(encode(id, outcome))).await);
}

fn explain(refusal: Refusal) -> RpcError {
    match refusal {
        Refusal::Rejected(rejection) => RpcError::rejected(&rejection),
        Refusal::Failed(sentence) => RpcError::new(code::FAILED, sentence),
    }
}

fn encode(id: &CallId, outcome: &Result<Reply, RpcError>) -> String {
    let problem = match wire::encode_answer(id, outcome) {
        Ok(line) if line.len() <= LONGEST_ANSWER => return line,
        Ok(line) => format!("the answer has {} MiB, which is too much: ask for less", line.len() >> 20),
        Err(error) => format!("failed to encode the answer: {error}"),
    };
    wire::encode_answer(id, &Err(RpcError::new(code::FAILED, problem))).unwrap_or_default()
}

fn farewell(cut: Cut) -> String {
    encode(&CallId::null(), &Err(RpcError::new(code::FAILED, cut.to_string())))
}
