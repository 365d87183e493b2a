//! The sample mission is flown here, by commands to the domain, and recorded in `assets/sample.jsonl`.

mod evidence;
mod flight;
mod plan;
mod recorder;
mod story;
mod transcript;

use std::path::Path;

use flightdeck::domain::mission::Mission;
use flightdeck::tui::sample::{Moment, RecordLine, sample};

/// `UPDATE_SAMPLE=1 cargo test sample` writes the file again.
#[test]
fn the_sample_is_the_record_of_a_mission_that_obeys_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample.jsonl");
    let made = story::record();
    if std::env::var_os("UPDATE_SAMPLE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == kept,
        "assets/sample.jsonl is not what the builder makes: UPDATE_SAMPLE=1 writes it again"
    );
    for line in kept.lines() {
        let read: RecordLine = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), line);
    }
}

#[test]
fn every_moment_of_the_sample_stands_where_its_name_says() {
    let at = |moment| sample(moment).mission();
    let waits_for_go = |mission: &Mission| mission.open_gate().is_some_and(|gate| mission.waits_at(gate.id));
    assert!(waits_for_go(&at(Moment::PlanGate)));
    assert!(waits_for_go(&at(Moment::MilestoneGate)));
    let flying = at(Moment::Flying);
    assert_eq!(flying.live_attempts().count(), 1);
    assert!(flying.questions.iter().any(|question| question.answer.is_none()));
}
