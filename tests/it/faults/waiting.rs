//! What passes by itself: the mission waits for it where everybody sees that, goes on without anybody, and is never held.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{Model, ModelError, Request, StreamSink, Turn};
use flightdeck::domain::attempt::Role;
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event, Stamped};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::{AttemptId, MissionId, Timestamp};
use flightdeck::domain::mission::{HoldCause, Mission, Status};
use flightdeck::domain::text::Title;
use flightdeck::domain::transcript::{Entry, EntryBody};
use flightdeck::domain::wait::WaitCause;
use flightdeck::engine::{Backends, EngineError, EngineOptions, Predecessor, Rest};
use flightdeck::link::protocol::Call;
use flightdeck::link::{Client, LinkError};
use flightdeck::store::{Access, Blobs, Catalogue, ChainCheck, MissionLog, Store, StoreError, Transcripts};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::scripted::Mind;
use crate::support::flight::Ground;
use crate::support::wire::{needs, planning, waits_at_the_plan_gate};

/// Nothing here takes longer on any machine.
const PATIENCE: Duration = Duration::from_mins(4);

type Engine = JoinHandle<Result<Rest, EngineError>>;

fn fly(ground: &Ground, backends: Arc<dyn Backends>) -> Engine {
    tokio::spawn(flightdeck::engine::run(EngineOptions { backends, ..ground.options() }))
}

/// Looks at the mission until it shows what is looked for.
pub async fn seen(ground: &Ground, looked_for: impl Fn(&Mission) -> bool) -> Mission {
    let look = async {
        loop {
            let mission = ground.mission();
            if looked_for(&mission) {
                return mission;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("not seen: {}", ground.told()))
}

pub async fn landed(engine: Engine) {
    tokio::time::timeout(PATIENCE, engine).await.expect("it does not come to rest").unwrap().unwrap();
}

fn kinds(ground: &Ground, kind: &str) -> usize {
    ground.events().iter().filter(|stamped| stamped.event.kind() == kind).count()
}

/// A mind that cannot be reached before somebody says so.
pub fn away(up: &Arc<AtomicBool>, fault: ModelError) -> Arc<Mind> {
    let (up, turns) = (Arc::clone(up), AtomicUsize::new(0));
    Mind::new(move |_, _| {
        if !up.load(Ordering::SeqCst) {
            return Err(fault.clone());
        }
        let turn = turns.fetch_add(1, Ordering::SeqCst);
        let (tool, arguments) = planning().into_iter().nth(turn).expect("a fourth turn");
        Ok(super::scripted::call(tool, arguments))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_away_for_a_while_is_waited_for_with_the_conversation_as_it_stands() {
    let refused = || ModelError::Passing { message: "local cannot be reached".into(), retry_after: None };
    let overloaded = ModelError::Passing { message: "529".into(), retry_after: Some(Duration::from_secs(1)) };
    let spent = ModelError::Quota { message: "spent".into(), resets_after: Duration::from_secs(1) };
    for (fault, cause) in
        [(refused(), WaitCause::Model), (overloaded, WaitCause::Model), (spent, WaitCause::Quota)]
    {
        let (ground, up) = (Ground::plain("test/away"), Arc::<AtomicBool>::default());
        let engine = fly(&ground, away(&up, fault.clone()));
        let mission = seen(&ground, |mission| mission.waits().next().is_some()).await;
        let wait = mission.waits().next().unwrap().clone();
        assert_eq!((wait.cause, wait.sentence.as_str()), (cause, fault.to_string().as_str()));
        assert_eq!((mission.status(), needs(&mission)), (Status::Retrying, Vec::new()));
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        up.store(true, Ordering::SeqCst);
        landed(engine).await;
        let mission = ground.mission();
        assert!(waits_at_the_plan_gate(&mission), "{:?}\n{}", needs(&mission), ground.told());
        assert_eq!(mission.attempts.len(), 1, "the conversation went on");
        assert_eq!((kinds(&ground, "mission_held"), kinds(&ground, "wait_ended")), (0, 1));
        assert!(mission.attempts.values().all(|attempt| attempt.waited_ms > 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_model_goes_on_with_another_as_soon_as_one_is_chosen() {
    let (ground, up) = (Ground::plain("test/away"), Arc::<AtomicBool>::default());
    let fault = ModelError::Quota { message: "spent".into(), resets_after: Duration::from_hours(5) };
    let engine = fly(&ground, away(&up, fault));
    seen(&ground, |mission| mission.waits().next().is_some()).await;
    up.store(true, Ordering::SeqCst);
    let (client, notices) = Client::connect(&ground.options().socket, "test").await.unwrap();
    let chosen = Command::ChooseModel { role: Role::Orchestrator, model: Title::clipped("test/here") };
    client.call(Call::Command { command: Box::new(chosen) }).await.unwrap();
    drop((client, notices));
    landed(engine).await;
    let mission = ground.mission();
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert_eq!(mission.attempts.values().next_back().unwrap().model.as_str(), "test/here");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_has_a_model_tried_at_once() {
    let (ground, up) = (Ground::plain("test/away"), Arc::<AtomicBool>::default());
    let fault = ModelError::Quota { message: "spent".into(), resets_after: Duration::from_hours(5) };
    let engine = fly(&ground, away(&up, fault));
    seen(&ground, |mission| mission.waits().next().is_some()).await;
    up.store(true, Ordering::SeqCst);
    let (client, notices) = Client::connect(&ground.options().socket, "test").await.unwrap();
    client.call(Call::Command { command: Box::new(Command::Resume) }).await.unwrap();
    drop((client, notices));
    landed(engine).await;
    assert!(waits_at_the_plan_gate(&ground.mission()));
    assert_eq!(ground.mission().attempts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_started_anew_goes_on_with_what_is_waited_for() {
    let (ground, up) = (Ground::plain("test/away"), Arc::<AtomicBool>::default());
    let fault = ModelError::Passing { message: "away".into(), retry_after: None };
    let waits = |mission: &Mission| mission.waits().next().is_some();
    let options = EngineOptions { backends: away(&up, fault.clone()), ..ground.options() };
    let before = cut_off(&ground, options, waits).await;
    let engine = fly(&ground, away(&up, fault));
    let after = seen(&ground, |mission| mission.attempts.len() == 2 && waits(mission)).await;
    assert_eq!(after.waits().next().unwrap().since, before.waits().next().unwrap().since);
    up.store(true, Ordering::SeqCst);
    landed(engine).await;
    assert!(waits_at_the_plan_gate(&ground.mission()));
    assert_eq!((kinds(&ground, "wait_started"), kinds(&ground, "wait_ended")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_port_is_waited_for_and_nobody_is_asked() {
    let ground = Ground::demo(Autopilot::On);
    let port = ground.demo_port();
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let engine = tokio::spawn(flightdeck::engine::run(ground.options()));
    let mission = seen(&ground, |mission| mission.waits().next().is_some()).await;
    let wait = mission.waits().next().unwrap();
    assert_eq!((wait.cause, mission.status()), (WaitCause::Port, Status::Retrying));
    assert!(wait.sentence.as_str().contains(&format!("port {port}")), "{}", wait.sentence);
    drop(listener);
    landed(engine).await;
    assert_eq!(ground.mission().status(), Status::Completed, "{:?}", ground.mission().hold);
    assert_eq!(kinds(&ground, "mission_held"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_for_a_while_stops_nothing_for_good() {
    let ground = Ground::plain("test/mind");
    let full = Arc::new(AtomicBool::new(false));
    let missions = Arc::new(Filling { inner: Arc::clone(&ground.missions), full: Arc::clone(&full) });
    let fills = Arc::clone(&full);
    // The disk fills with the first turn.
    let mind = Mind::new(move |_, asked| {
        if asked == 0 {
            fills.store(true, Ordering::SeqCst);
        }
        let (tool, arguments) = planning().into_iter().nth(asked).expect("a fourth turn");
        Ok(super::scripted::call(tool, arguments))
    });
    let options = EngineOptions { backends: mind, missions, ..ground.options() };
    let engine = tokio::spawn(flightdeck::engine::run(options));
    let asks = async {
        while !full.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (client, _notices) = Client::connect(&ground.options().socket, "test").await.unwrap();
        client.call(Call::Command { command: Box::new(Command::Pause) }).await
    };
    let refused = tokio::time::timeout(PATIENCE, asks).await.unwrap();
    let Err(LinkError::Failed(sentence)) = refused else { panic!("{refused:?}") };
    assert!(
        sentence.starts_with("nothing was done: the disk with ") && sentence.contains("is full"),
        "{sentence}"
    );
    full.store(false, Ordering::SeqCst);
    landed(engine).await;
    let mission = ground.mission();
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert_eq!((mission.attempts.len(), kinds(&ground, "mission_held")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_gone_is_a_decision() {
    let ground = Ground::plain("test/mind");
    std::fs::remove_dir_all(ground.repository.path().join(".git")).unwrap();
    let ended = fly(&ground, Mind::first(Vec::new())).await.unwrap();
    assert!(ended.is_err() || ground.mission().hold.is_some(), "it is not tried for ever");
}

/// A mind that is asked and never answers.
struct Silent;

impl Backends for Silent {
    fn model(&self, _name: &str) -> Result<Arc<dyn Model>, String> {
        Ok(Arc::new(Self))
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::UNKNOWN
    }
}

#[async_trait::async_trait]
impl Model for Silent {
    fn name(&self) -> &'static str {
        "test/silent"
    }

    async fn turn(&self, _: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
        std::future::pending().await
    }
}

/// Cuts the engine off while its first model call is under way.
async fn dies_in_a_call(ground: &Ground) -> Mission {
    let predecessor = ground.options().predecessor;
    dies_after(ground, predecessor).await
}

async fn dies_after(ground: &Ground, predecessor: Predecessor) -> Mission {
    let calls = ground.dir.join("engine.calls");
    let before = ground.mission().attempts.len();
    let asked = move |mission: &Mission| {
        let open = std::fs::read_to_string(&calls).unwrap_or_default();
        let asks = |id: AttemptId| open.contains(&format!("\"{}\":", id.0));
        mission.attempts.len() > before && mission.live_attempts().any(|attempt| asks(attempt.id))
    };
    let options = EngineOptions { backends: Arc::new(Silent), predecessor, ..ground.options() };
    cut_off(ground, options, asked).await
}

/// Flies until the mission shows what is looked for; then everything of the engine is gone at once, as in a crash.
async fn cut_off(ground: &Ground, options: EngineOptions, looked_for: impl Fn(&Mission) -> bool) -> Mission {
    let own = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    drop(own.spawn(flightdeck::engine::run(options)));
    let mission = seen(ground, looked_for).await;
    own.shutdown_background();
    let gone = async {
        while ground.missions.engine(&ground.id).is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("it holds the mission for ever");
    mission
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_three_times_in_the_same_call_is_held_and_each_call_is_counted() {
    let ground = Ground::plain("test/silent");
    for _ in 0..3 {
        dies_in_a_call(&ground).await;
    }
    landed(fly(&ground, Mind::first(Vec::new()))).await;
    let mission = ground.mission();
    assert_eq!(mission.hold.as_ref().map(|hold| hold.cause), Some(HoldCause::Crashes));
    assert!(needs(&mission)[0].contains("plan broke off 3 times in a row"), "{:?}", needs(&mission));
    assert_eq!((mission.attempts.len(), mission.usage().turns), (3, 3));
    assert!(mission.usage().input > 0, "what was sent is counted");
    ground.resume();
    landed(fly(&ground, Mind::first(Vec::new()))).await;
    assert!(waits_at_the_plan_gate(&ground.mission()), "{:?}", needs(&ground.mission()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_saw_to_die_is_counted_and_what_ended_in_order_is_not() {
    let ground = Ground::plain("test/silent");
    dies_in_a_call(&ground).await;
    for (left, losses) in [(false, 0), (true, 1)] {
        let socket = ground.options().socket;
        drop(std::fs::remove_file(ground.dir.join("engine.calls")));
        drop(std::fs::remove_file(&socket));
        if left {
            // What an engine leaves that did not end in order.
            drop(std::os::unix::net::UnixListener::bind(&socket));
        }
        dies_after(&ground, Predecessor::SeenToDie).await;
        assert_eq!(kinds(&ground, "work_lost"), losses);
    }
}

/// A catalogue whose disk may be full.
#[derive(Debug)]
struct Filling {
    inner: Arc<dyn Catalogue>,
    full: Arc<AtomicBool>,
}

impl Catalogue for Filling {
    fn ids(&self) -> Vec<MissionId> {
        self.inner.ids()
    }

    fn create(&self, id: &MissionId, at: Timestamp, by: Actor, first: &[Event]) -> Result<Store, StoreError> {
        self.inner.create(id, at, by, first)
    }

    fn open(&self, id: &MissionId) -> Result<Store, StoreError> {
        let inner = Arc::new(self.inner.open(id)?);
        let full = Arc::clone(&self.full);
        let half = |inner: &Arc<Store>| FillingStore { inner: Arc::clone(inner), full: Arc::clone(&full) };
        Ok(Store::new(Access::Write, half(&inner), half(&inner), half(&inner)))
    }

    fn read(&self, id: &MissionId) -> Result<Store, StoreError> {
        self.inner.read(id)
    }

    fn engine(&self, id: &MissionId) -> Option<u32> {
        self.inner.engine(id)
    }

    fn dir(&self, id: &MissionId) -> PathBuf {
        self.inner.dir(id)
    }
}

#[derive(Debug)]
struct FillingStore {
    inner: Arc<Store>,
    full: Arc<AtomicBool>,
}

impl MissionLog for FillingStore {
    fn append(&self, expected: u64, events: &[Stamped]) -> Result<(), StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::DiskFull { path: "/full".into() });
        }
        let Some(first) = events.first() else { return Ok(()) };
        let own: Vec<Event> = events.iter().map(|stamped| stamped.event.clone()).collect();
        self.inner.append(expected, first.at, first.actor, &own).map(drop)
    }

    fn each_after(
        &self,
        after: u64,
        limit: u32,
        take: &mut dyn FnMut(Stamped) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.read(after, limit)?.into_iter().try_for_each(take)
    }

    fn verify(&self) -> Result<ChainCheck, StoreError> {
        self.inner.verify()
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        self.inner.last_seq()
    }

    fn snapshot(&self, _: &str, _: u64) -> Result<Option<(u64, String)>, StoreError> {
        Ok(None)
    }

    fn save_snapshot(&self, _: &str, _: u64, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    fn place(&self) -> &Path {
        Path::new("/full")
    }
}

impl Transcripts for FillingStore {
    fn add(&self, attempt: AttemptId, at: Timestamp, body: EntryBody) -> Result<Entry, StoreError> {
        self.inner.transcripts().add(attempt, at, body)
    }

    fn range(&self, attempt: AttemptId, numbers: std::ops::Range<u64>) -> Result<Vec<Entry>, StoreError> {
        self.inner.transcripts().range(attempt, numbers)
    }

    fn count(&self, attempt: AttemptId) -> Result<u64, StoreError> {
        self.inner.transcripts().count(attempt)
    }

    fn flush(&self) -> Result<(), Arc<StoreError>> {
        self.inner.transcripts().flush()
    }
}

impl Blobs for FillingStore {
    fn put(&self, _: &str, _: &[u8]) -> Result<(), StoreError> {
        Ok(())
    }

    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn place(&self) -> &Path {
        Path::new("/full")
    }
}
