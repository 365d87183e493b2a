//! An engine that is only its link: a state that events are applied to, and answers that can be held back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use flightdeck::domain::activity::Activity;
use flightdeck::domain::command::Command;
use flightdeck::domain::diff::{DiffDoc, DiffScope};
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::evidence::EvidenceDoc;
use flightdeck::domain::id::{AttemptId, Commit, MilestoneId, MissionId, Timestamp};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::rejection::{Reason, Rejection};
use flightdeck::domain::transcript::{Before, Entry};
use flightdeck::domain::verdict::EvidenceRef;
use flightdeck::link::protocol::Reply;
use flightdeck::link::{Feed, Host, MissionSource, Refusal, Server};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub struct Engine {
    pub feed: Feed,
    pub mission: Mutex<Mission>,
    /// `diff` is answered once a permit is added.
    pub diffs: Semaphore,
    /// Cancelled when the test ends: no diff is held back any longer.
    pub gone: CancellationToken,
    pub commands: Mutex<Vec<Command>>,
    /// Events that happen right before and right after a state is taken, while somebody attaches.
    pub restless: AtomicU64,
}

/// An engine that serves in a directory of its own.
pub struct Serving {
    pub engine: Arc<Engine>,
    pub socket: PathBuf,
    pub stop: CancellationToken,
    pub task: JoinHandle<()>,
    pub dir: tempfile::TempDir,
    _gone: DropGuard,
}

impl Engine {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            feed: Feed::new(),
            mission: Mutex::new(Mission::unborn()),
            diffs: Semaphore::new(0),
            gone: CancellationToken::new(),
            commands: Mutex::default(),
            restless: AtomicU64::new(0),
        })
    }

    /// Applies an event and tells it, in the order that the feed asks for.
    pub fn happen(&self) -> u64 {
        let stamped = {
            let mut mission = self.mission.lock().unwrap();
            let limit = u32::try_from(mission.seq + 1).unwrap();
            let stamped = Stamped {
                seq: mission.seq + 1,
                at: Timestamp(1),
                actor: Actor::Engine,
                event: Event::RoundsExtended { milestone: MilestoneId(1), limit },
            };
            mission.apply(&stamped);
            stamped
        };
        let seq = stamped.seq;
        self.feed.publish_event(stamped);
        seq
    }

    /// Waits until this many clients listen.
    pub async fn listeners(&self, count: usize) {
        while self.feed.clients() != count {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl Host for Engine {
    fn mission(&self) -> MissionId {
        "guestbook-7k2p".parse().unwrap()
    }

    fn feed(&self) -> &Feed {
        &self.feed
    }

    fn source(&self) -> &dyn MissionSource {
        self
    }

    fn state(&self) -> (Mission, Vec<Activity>) {
        let around = self.restless.load(Ordering::SeqCst);
        for _ in 0..around {
            self.happen();
        }
        let mission = self.mission.lock().unwrap().clone();
        for _ in 0..around {
            self.happen();
        }
        (mission, Vec::new())
    }

    async fn command(&self, command: Command, _: Option<i32>) -> Result<Reply, Refusal> {
        tokio::task::yield_now().await;
        self.commands.lock().unwrap().push(command.clone());
        match command {
            Command::Resume => Ok(Reply::Accepted { seq: self.happen() }),
            _ => Err(Rejection::new(Reason::OutOfTurn, "not now").into()),
        }
    }

    async fn land(&self) -> Result<Reply, Refusal> {
        Ok(Reply::Landed {
            branch: "main".to_owned(),
            commit: Commit("c0ffee".to_owned()),
            notes: Vec::new(),
        })
    }
}

impl MissionSource for Engine {
    fn mission(&self) -> Result<Mission, Refusal> {
        Err(Refusal::Failed("none".to_owned()))
    }

    fn events(&self, after: u64, limit: u32) -> Result<Vec<Stamped>, Refusal> {
        assert!(limit > 0);
        Err(Refusal::Failed(format!("no events after {after}")))
    }

    fn transcript(&self, _: AttemptId, _: Before, limit: u32) -> Result<(Vec<Entry>, u64), Refusal> {
        Ok((Vec::new(), u64::from(limit)))
    }

    fn evidence(&self, reference: &EvidenceRef) -> Result<EvidenceDoc, Refusal> {
        Err(Refusal::Failed(format!("no evidence {}", reference.0)))
    }

    fn diff(&self, _: &DiffScope) -> Result<DiffDoc, Refusal> {
        let held = async {
            tokio::select! {
                permit = self.diffs.acquire() => permit.unwrap().forget(),
                () = self.gone.cancelled() => {}
            }
        };
        tokio::runtime::Handle::current().block_on(held);
        Ok(DiffDoc::default())
    }
}

pub async fn serve() -> Serving {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("run/engine.sock");
    let engine = Engine::new();
    let (task, stop) = serve_at(&socket, &engine).await;
    let gone = engine.gone.clone().drop_guard();
    Serving { engine, socket, stop, task, dir, _gone: gone }
}

pub async fn serve_at(socket: &Path, engine: &Arc<Engine>) -> (JoinHandle<()>, CancellationToken) {
    let stop = CancellationToken::new();
    let server = Server::bind(socket).await.unwrap();
    (tokio::spawn(server.serve(Arc::clone(engine) as Arc<dyn Host>, stop.clone())), stop)
}
