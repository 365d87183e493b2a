//! The engine killed at any moment: nothing acknowledged is lost, nothing is built twice, the end is the same.
#![cfg(test)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flightdeck::domain::event::{Event, Stamped};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::FeatureId;
use flightdeck::domain::mission::Status;
use flightdeck::domain::verdict::Standing;
use flightdeck::link::Client;
use flightdeck::link::protocol::{Call, LiveOutput, Notice, Reply};

use crate::support::flight::Ground;

/// How often the engine is killed.
const KILLS: u32 = 20;
/// The moments are drawn from this: a failure can be flown again.
const SEED: u64 = 20_261_124;

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_at_twenty_random_moments_loses_nothing_and_ends_the_same() {
    let ground = Ground::demo(Autopilot::On);
    let mut told: BTreeMap<u64, Stamped> = BTreeMap::new();
    let mut dice = Dice(SEED);
    for _ in 0..KILLS {
        let mut engine = start(&ground);
        let life = Duration::from_millis(30 + dice.next() % 900);
        watch(&ground, &mut told, life).await;
        engine.kill().unwrap();
        engine.wait().unwrap();
        // Whatever was told is in the log the moment the engine is dead.
        let log = ground.events();
        assert!(told.values().all(|event| log.contains(event)), "an acknowledged event is lost");
    }
    let mut engine = start(&ground);
    watch(&ground, &mut told, Duration::from_mins(3)).await;
    engine.kill().unwrap();
    engine.wait().unwrap();

    let (mission, log) = (ground.mission(), ground.events());
    assert_eq!(mission.status(), Status::Completed, "{:?}", mission.hold);
    assert!(told.values().all(|event| log.contains(event)));
    assert!(mission.contract.keys().all(|id| mission.standing(id) == Standing::Passed));
    let mut built: BTreeMap<FeatureId, u32> = BTreeMap::new();
    for stamped in &log {
        if let Event::HandoffGiven { feature, .. } = &stamped.event {
            *built.entry(*feature).or_default() += 1;
        }
    }
    assert!(built.values().all(|times| *times == 1), "a feature was built twice: {built:?}");
    assert_eq!(built.len(), mission.features.len());
    // A browser's helpers end by themselves once they see that it is gone.
    let place = ground.dir.display().to_string();
    for _ in 0..200 {
        if survivors(&place).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(survivors(&place), Vec::<String>::new());
    assert!(std::net::TcpListener::bind(("127.0.0.1", ground.demo_port())).is_ok(), "its app's port is free");
}

/// A small, seeded generator (Knuth's MMIX constants): the test needs no better one.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test starts the real engine as a program of its own, to kill it"
)]
fn start(ground: &Ground) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(ground.dir.join("engine.log")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_flightdeck"))
        .arg("engine")
        .arg(&ground.dir)
        .args(["--speed", "10000"])
        // CI names the servers of other tests by variables that are no settings.
        .env_remove("FLIGHTDECK_AIMOCK")
        .env_remove("FLIGHTDECK_LLMOCK")
        .env_remove("FLIGHTDECK_EVERYTHING")
        .env("FLIGHTDECK_HOME", ground.home.path())
        .env("XDG_CONFIG_HOME", ground.home.path().join("config"))
        .env("XDG_RUNTIME_DIR", ground.home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Follows the engine for a while, or until the mission is over, and keeps every event it tells.
async fn watch(ground: &Ground, told: &mut BTreeMap<u64, Stamped>, life: Duration) {
    let following = async {
        let Some((client, mut notices)) = connect(&ground.dir).await else { return };
        let call = Call::Attach { output: LiveOutput::Unwanted };
        let Ok(Reply::Attached { mission, .. }) = client.call(call).await else { return };
        if mission.end.is_some() {
            return;
        }
        while let Some(notice) = notices.next().await {
            if let Notice::Event(event) = notice {
                let over = matches!(event.event, Event::MissionCompleted);
                told.insert(event.seq, *event);
                if over {
                    return;
                }
            }
        }
    };
    // The engine's life is the only clock here: it decides where the kill falls, never whether the test passes.
    drop(tokio::time::timeout(life, following).await);
}

async fn connect(dir: &Path) -> Option<(Client, flightdeck::link::Notices)> {
    loop {
        if let Ok(socket) = std::fs::read_to_string(dir.join("engine.socket"))
            && let Ok(reached) = Client::connect(Path::new(&socket), "crash test").await
        {
            return Some(reached);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Programs of the mission that are still running.
fn survivors(mission: &str) -> Vec<String> {
    let mark = format!("FLIGHTDECK_MISSION={mission}");
    let marked = |pid: &str| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    pids.filter(|name| name.chars().all(|c| c.is_ascii_digit()))
        .filter(|pid| marked(pid))
        .map(|pid| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default())
        .collect()
}
