//! What the person wants of an engine at night and after a quota.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flightdeck::agent::model::ModelError;
use flightdeck::domain::command::Command;
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::mission::{Hold, HoldCause, Mission, Status};
use flightdeck::engine::{AfterQuota, EngineOptions, Habits};
use flightdeck::link::Client;
use flightdeck::link::protocol::Call;

use super::waiting::{away, landed, seen};
use crate::support::flight::Ground;
use crate::support::wire::{needs, waits_at_the_plan_gate};

async fn resume(ground: &Ground) {
    let (client, notices) = Client::connect(&ground.options().socket, "test").await.unwrap();
    client.call(Call::Command { command: Box::new(Command::Resume) }).await.unwrap();
    drop((client, notices));
}

/// Quiet hours that began a moment ago and have hours to go, by the clock of this machine.
fn now_and_for_hours() -> String {
    let now = jiff::Timestamp::from_millisecond(flightdeck::engine::now().0).unwrap();
    let now = now.to_zoned_datetime(jiff::tz::TimeZone::system());
    let minute = i64::from(now.hour()) * 60 + i64::from(now.minute()) + 1440;
    let time = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    format!("{}-{}", time(minute - 2), time(minute + 180))
}

fn cause(mission: &Mission) -> Option<HoldCause> {
    mission.hold.as_ref().map(|hold| hold.cause)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_started_in_quiet_hours_and_nobody_is_asked_unless_the_person_goes_on() {
    let (ground, up) = (Ground::plain("test/mind"), Arc::new(AtomicBool::new(true)));
    let hours = now_and_for_hours();
    let habits = Habits { quiet_hours: hours.parse().ok(), ..Habits::default() };
    let backends = away(&up, ModelError::Refused("never".into()));
    let options = EngineOptions { backends, habits, ..ground.options() };
    let engine = tokio::spawn(flightdeck::engine::run(options));
    let mission = seen(&ground, |mission| mission.hold.is_some()).await;
    assert_eq!((cause(&mission), mission.status()), (Some(HoldCause::QuietHours), Status::Paused));
    let hold = mission.hold.as_ref().unwrap();
    assert_eq!(hold.sentence.as_str(), format!("quiet hours until {}", hours.split_once('-').unwrap().1));
    assert_eq!((needs(&mission).len(), mission.attempts.len()), (0, 0));
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!engine.is_finished(), "it waits for their end");
    resume(&ground).await;
    landed(engine).await;
    assert!(waits_at_the_plan_gate(&ground.mission()), "{:?}", needs(&ground.mission()));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_by_itself_after_quiet_hours() {
    let (ground, up) = (Ground::plain("test/mind"), Arc::new(AtomicBool::new(true)));
    let until = Timestamp(flightdeck::engine::now().0 + 300);
    let hold = Hold { until: Some(until), ..Hold::new(HoldCause::QuietHours, "quiet hours") };
    ground.engine(Command::Hold { hold });
    let backends = away(&up, ModelError::Refused("never".into()));
    let mission = ground.fly(backends).await;
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert!(mission.attempts.values().all(|attempt| attempt.started >= until));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_not_waited_for_where_the_person_does_not_want_it() {
    let (ground, up) = (Ground::plain("test/mind"), Arc::<AtomicBool>::default());
    let fault = ModelError::Quota { message: "spent".into(), resets_after: Duration::from_mins(90) };
    let habits = Habits { after_quota: AfterQuota::Hold, ..Habits::default() };
    let options = EngineOptions { backends: away(&up, fault), habits, ..ground.options() };
    let engine = tokio::spawn(flightdeck::engine::run(options));
    let mission = seen(&ground, |mission| mission.hold.is_some()).await;
    assert_eq!((cause(&mission), mission.waits().count()), (Some(HoldCause::Quota), 0));
    let told = needs(&mission);
    assert!(told[0].starts_with("spent; ") && told[0].contains("`flightdeck resume`"), "{told:?}");
    up.store(true, Ordering::SeqCst);
    resume(&ground).await;
    landed(engine).await;
    let mission = ground.mission();
    assert!(waits_at_the_plan_gate(&mission), "{:?}", needs(&mission));
    assert_eq!(mission.attempts.len(), 1, "the conversation went on as it stood");
}
