//! The demo, cut off in the middle and taken up again: only the mind is rehearsed, so this builds and tests for real.

use std::time::Duration;

use nix::sys::signal::Signal;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::stage::Stage;

/// Nobody can be asked, so that it flies to the first decision and names the commands that take it.
#[test]
fn a_demo_that_can_ask_nobody_flies_to_its_first_gate() {
    let stage = Stage::bare();
    stage.configure("[limits]\nsabotage_percent = 0\n");
    let (out, err) = stage.ended(&["demo", "--dir", "demo", "--headless", "--speed", "200"], 3);
    let id = stage.json(&["status"])["id"].as_str().unwrap().to_owned();
    assert!(out.contains(&format!("flightdeck gate {id} plan go")), "{out}{err}");
}

#[expect(clippy::too_many_lines, reason = "one story")]
#[test]
fn a_demo_that_was_cut_off_goes_on_to_its_landed_branch() {
    let stage = Stage::bare();
    stage.configure("[limits]\nsabotage_percent = 0\n");
    let demo = ["demo", "--dir", "demo", "--headless", "--autopilot", "--speed", "200"];
    // Long enough to be in the middle of it, whatever the machine; how far it came makes no difference.
    let cut_off = stage.flightdeck(&demo).timeout(Duration::from_secs(4)).output().unwrap();
    assert!(stage.clean(&cut_off.stdout).contains("a rehearsal"), "it says plainly what plays the agents");
    stage.kill_engines(Signal::SIGKILL);

    let (out, err) = stage.ended(&demo, 0);
    assert!(out.contains("goes on in"), "{out}{err}");
    assert!(out.contains(" assertions proven") && out.contains("landed on main as"), "{out}");
    let status = stage.json(&["status"]);
    assert_eq!(status["status"], "landed");

    let log = stage.told(&["log", "--json"]);
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_kind = |kind: &str| events.iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>();
    let mut built: Vec<&Value> =
        of_kind("handoff_given").iter().map(|event| &event["body"]["feature"]).collect();
    let handoffs = built.len();
    built.sort_by_key(ToString::to_string);
    built.dedup();
    assert_eq!(handoffs, built.len(), "no feature is built twice");
    let failed = of_kind("round_closed").iter().filter(|event| event["body"]["outcome"] == "failed").count();
    assert_eq!(failed, 1, "user testing finds the bug");

    assert!(stage.ended(&demo, 0).0.contains("this demo is over and landed"));
    let evidence = stage.json(&["evidence"]);
    let reference = evidence[0]["evidence"][0].as_str().unwrap();
    assert_eq!(stage.json(&["evidence", reference])["reference"], reference);
    assert!(stage.told(&["evidence", reference]).contains(reference));
    assert_eq!(stage.json(&["evidence", &reference[..7]])["reference"], reference, "its beginning is enough");
    let assertion = evidence[0]["assertion"].as_str().unwrap();
    assert!(
        stage.json(&["evidence", assertion])["reference"]
            .as_str()
            .is_some_and(|found| found.starts_with("ev_"))
    );
    // Each piece of it is listed, and the one that is printed is marked.
    let pieces = stage.json(&["evidence", assertion])["pieces"].as_array().unwrap().clone();
    let listed = stage.told(&["evidence", assertion]);
    assert!(pieces.len() > 1, "what its check showed when it was tried is one of them: {listed}");
    for piece in &pieces {
        assert!(listed.contains(piece["reference"].as_str().unwrap()), "{piece}: {listed}");
    }
    assert!(listed.contains("pieces of evidence of") && listed.contains("\n\u{25b8} ev_"), "{listed}");
    let shown = stage.told(&["gate", "M1"]);
    assert!(
        shown.contains("GO by autopilot\n")
            && shown.contains("\n✓ GO was said\n")
            && shown.contains("flightdeck evidence ev_"),
        "{shown}"
    );
    assert!(shown.contains("found     FND-1, by "), "{shown}");
    let feature = stage.told(&["feature", "show", "F1"]);
    let (_, builder) = feature.split_once("Handoff of ").unwrap_or_else(|| panic!("{feature}"));
    let builder: String = builder.chars().take_while(|c| *c == '#' || c.is_ascii_digit()).collect();
    assert!(stage.told(&["findings"]).contains("by a failed verdict of #"));
    let told = stage.told(&["stats"]);
    assert!(
        told.contains("user testing") && told.contains("M1 ") && told.contains("test cases came with"),
        "{told}"
    );
    for scope in [&["diff"][..], &["diff", "F1"], &["diff", "M1"], &["diff", &builder]] {
        assert!(stage.told(scope).contains("diff --git"), "{scope:?}");
    }
}
