//! A role's fallback takes over from a model that is of no use, and the mission says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{Model, ModelError, Request, StreamSink, Turn};
use flightdeck::domain::attempt::Role;
use flightdeck::domain::event::Event;
use flightdeck::domain::mission::HoldCause;
use flightdeck::engine::{Backends, EngineOptions};
use tokio_util::sync::CancellationToken;

use super::scripted::call;
use crate::support::flight::Ground;
use crate::support::wire::{planning, waits_at_the_plan_gate};

/// Models by their names: `test/first` always fails, `test/second` plans.
struct Two {
    fault: Option<ModelError>,
    fallback: Option<&'static str>,
    planned: Arc<AtomicUsize>,
}

impl Two {
    fn new(fault: Option<ModelError>, fallback: Option<&'static str>) -> Self {
        Self { fault, fallback, planned: Arc::default() }
    }
}

struct One {
    name: String,
    fault: Option<ModelError>,
    planned: Arc<AtomicUsize>,
}

impl Backends for Two {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        let first = name == "test/first";
        if first && self.fault.is_none() {
            return Err("test has no key: set TEST_API_KEY".to_owned());
        }
        let fault = self.fault.clone().filter(|_| first);
        Ok(Arc::new(One { name: name.to_owned(), fault, planned: Arc::clone(&self.planned) }))
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::UNKNOWN
    }

    fn fallback(&self, _role: Role) -> Option<String> {
        self.fallback.map(str::to_owned)
    }
}

#[async_trait::async_trait]
impl Model for One {
    fn name(&self) -> &str {
        &self.name
    }

    async fn turn(&self, _: &Request, _: &dyn StreamSink, _: &CancellationToken) -> Turn {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let turn = self.planned.fetch_add(1, Ordering::SeqCst);
        let (tool, arguments) = planning().into_iter().nth(turn).expect("a fourth turn");
        Ok(call(tool, arguments))
    }
}

async fn flown(ground: &Ground, backends: Two) {
    let backends: Arc<dyn Backends> = Arc::new(backends);
    let engine = flightdeck::engine::run(EngineOptions { backends, ..ground.options() });
    tokio::time::timeout(Duration::from_mins(4), engine).await.expect("it does not come to rest").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_of_no_use_gives_way_to_the_fallback() {
    let faults = [
        Some(ModelError::Key("test refused the key".into())),
        Some(ModelError::Refused("unknown model `test/first`".into())),
        Some(ModelError::Quota { message: "spent".into(), resets_after: Duration::from_hours(5) }),
        // It cannot even be made.
        None,
    ];
    for fault in faults {
        let words = fault
            .as_ref()
            .map_or_else(|| "test has no key: set TEST_API_KEY".to_owned(), ToString::to_string);
        let ground = Ground::plain("test/first");
        flown(&ground, Two::new(fault, Some("test/second"))).await;
        let mission = ground.mission();
        assert!(waits_at_the_plan_gate(&mission), "{words}: {}", ground.told());
        let taken: Vec<(String, String, String)> = ground
            .events()
            .into_iter()
            .filter_map(|stamped| match stamped.event {
                Event::FallbackTaken { from, to, reason, .. } => {
                    Some((from.to_string(), to.to_string(), reason.to_string()))
                }
                _ => None,
            })
            .collect();
        let [(from, to, reason)] = taken.as_slice() else { panic!("{taken:?}\n{}", ground.told()) };
        assert_eq!((from.as_str(), to.as_str(), reason), ("test/first", "test/second", &words));
        assert_eq!(mission.fallbacks[&Role::Orchestrator].from.as_str(), "test/first");
        let note = format!("note: test/second plays the orchestrator in place of test/first: {words}");
        assert!(ground.told().contains(&note), "{}", ground.told());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fallback_that_works_the_person_is_asked_as_before() {
    for fallback in [None, Some("test/first")] {
        let ground = Ground::plain("test/first");
        flown(&ground, Two::new(Some(ModelError::Key("refused".into())), fallback)).await;
        let hold = ground.mission().hold.unwrap();
        assert_eq!(hold.cause, HoldCause::Backend, "{fallback:?}");
    }
}

#[test]
fn a_fallback_is_told_in_a_line_of_the_log() {
    use flightdeck::domain::event::{Actor, Stamped};
    use flightdeck::domain::id::Timestamp;
    use flightdeck::domain::mission::Mission;
    use flightdeck::domain::text::{Line, Title};
    let event = Event::FallbackTaken {
        role: Role::Worker,
        from: Title::clipped("a/b"),
        to: Title::clipped("c/d"),
        reason: Line::clipped("a refused the key"),
    };
    let stamped = Stamped { seq: 1, at: Timestamp(1), actor: Actor::Engine, event };
    let line = flightdeck::view::event_lines::event_line(&stamped, &Mission::default()).unwrap();
    assert!(
        line.text.contains("falls back to c/d, because a/b is given up on: a refused the key"),
        "{}",
        line.text
    );
}
