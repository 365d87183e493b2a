//! A snapshot and the events after it say the same as all events.

use flightdeck::domain::attempt::{AgentWork, Ending, Role};
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::{Autopilot, DecidedBy, Decision, GateId};
use flightdeck::domain::id::{AttemptId, Commit, FeatureId, MilestoneId, Timestamp};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::text::{Line, Title};
use flightdeck::domain::usage::Usage;
use flightdeck::store::{KEPT, SNAPSHOT_EVERY};
use proptest::prelude::*;

use super::every_event::every_event;
use super::{Place, append_directives, directive, on_every_store};

on_every_store!(opening_costs_the_state_and_not_the_history, a_state_ahead_of_its_log_is_not_kept,);

fn some_event() -> impl Strategy<Value = Event> {
    let attempt = (1..6_u32).prop_map(AttemptId);
    let known: Vec<Event> =
        every_event().into_iter().filter(|event| !matches!(event, Event::Unrecognised { .. })).collect();
    prop_oneof![
        3 => (1..99_u32).prop_map(directive),
        2 => (attempt.clone(), 1..9_u32).prop_map(|(attempt, feature)| Event::AttemptStarted {
            attempt,
            work: AgentWork::Build { feature: FeatureId(feature) },
            role: Role::Worker,
            model: Title::clipped("rehearsal/worker"),
            base: Commit("c0ffee".to_owned()),
        }),
        2 => attempt.clone().prop_map(|attempt| Event::AttemptEnded {
            attempt,
            ending: Ending::Failed { reason: Line::clipped("no handoff") },
        }),
        2 => (attempt, 0..9_999_u64).prop_map(|(attempt, input)| Event::UsageCounted {
            attempt,
            usage: Usage { input, turns: 1, ..Usage::default() },
        }),
        1 => (1..4_u32).prop_map(|m| Event::GateOpened { gate: GateId::Milestone(MilestoneId(m)) }),
        1 => (1..4_u32).prop_map(|m| Event::GateDecided {
            gate: GateId::Milestone(MilestoneId(m)),
            decision: Decision::Go { note: None },
            by: DecidedBy::Person,
        }),
        1 => Just(Event::AutopilotSet { autopilot: Autopilot::On }),
        6 => proptest::sample::select(known),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mission_from_its_snapshot_is_the_fold_of_its_log(
        events in prop::collection::vec(some_event(), 1..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(events.len() + 1);
        for place in [Place::sqlite(), Place::memory()] {
            let store = place.create();
            let mut mission = Mission::unborn();
            for stamped in store.append(0, Timestamp(5), Actor::Engine, &events[..cut]).unwrap() {
                mission.apply(&stamped);
            }
            store.save_snapshot(&mission).unwrap();
            for stamped in store.append(cut as u64, Timestamp(6), Actor::Person, &events[cut..]).unwrap() {
                mission.apply(&stamped);
            }
            let loaded = store.load().unwrap();
            prop_assert_eq!(loaded.snapshot, cut as u64);
            prop_assert_eq!(loaded.events_read, (events.len() - cut) as u64);
            prop_assert_eq!(&loaded.mission, &mission);
            prop_assert_eq!(&Mission::fold(&store.read(0, u32::MAX).unwrap()), &mission);
        }
    }
}

fn opening_costs_the_state_and_not_the_history(place: &Place) {
    let store = place.create();
    let mut mission = Mission::unborn();
    let usage = |n: u64| Event::UsageCounted {
        attempt: AttemptId(1),
        usage: Usage { input: n, turns: 1, ..Usage::default() },
    };
    while mission.seq < 100_000 {
        let batch: Vec<Event> = (0..250).map(usage).collect();
        for stamped in store.append(mission.seq, Timestamp(1), Actor::Engine, &batch).unwrap() {
            mission.apply(&stamped);
        }
        store.snapshot_if_due(&mission).unwrap();
    }
    for stamped in store.append(mission.seq, Timestamp(1), Actor::Engine, &[usage(1)]).unwrap() {
        mission.apply(&stamped);
    }
    drop(store);
    let loaded = place.read().unwrap().load().unwrap();
    assert_eq!(loaded.mission, mission);
    assert!(loaded.events_read < SNAPSHOT_EVERY, "{} events were read", loaded.events_read);
}

#[test]
fn only_the_newest_snapshots_are_kept() {
    let place = Place::sqlite();
    let store = place.create();
    for number in 1..=4 {
        append_directives(&store, number..=number);
        store.save_snapshot(&store.mission().unwrap()).unwrap();
    }
    let database = place.database("mission.db");
    let kept: u32 = database.query_row("SELECT COUNT(*) FROM snapshots", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, KEPT);
}

#[test]
fn a_snapshot_that_cannot_be_used_is_ignored() {
    for damage in [
        "UPDATE snapshots SET body = '{\"seq\":' WHERE seq = 4",
        "UPDATE snapshots SET body = x'ff00ff' WHERE seq = 4",
        "UPDATE snapshots SET format = '1/99.0.0' WHERE seq = 4",
        "UPDATE snapshots SET body = replace(body, '\"seq\":4', '\"seq\":5') WHERE seq = 4",
        "DELETE FROM events WHERE seq > 3",
        "UPDATE snapshots SET body = 'nothing'",
    ] {
        let place = Place::sqlite();
        let log = place.create();
        for number in 1..=5 {
            append_directives(&log, number..=number);
            if number % 2 == 0 {
                let mission = Mission::fold(&log.read(0, u32::MAX).unwrap());
                log.save_snapshot(&mission).unwrap();
            }
        }
        assert_eq!(log.load().unwrap().snapshot, 4);
        let database = place.database("mission.db");
        database.execute(damage, []).unwrap();
        let loaded = log.load().unwrap();
        assert!(loaded.snapshot < 4, "{damage}");
        assert_eq!(loaded.mission, Mission::fold(&log.read(0, u32::MAX).unwrap()), "{damage}");
    }
}

fn a_state_ahead_of_its_log_is_not_kept(place: &Place) {
    let log = place.create();
    append_directives(&log, 1..=2);
    let mut mission = log.mission().unwrap();
    mission.seq = 3;
    assert!(log.save_snapshot(&mission).is_err());
}
