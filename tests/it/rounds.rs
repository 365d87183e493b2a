//! Two rounds with a scripted mind and a real git: what reviewers have to themselves, and what they read.
#![cfg(test)]

use std::sync::{Arc, Mutex};

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::finding::FindingState;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::{FeatureId, FindingId};
use flightdeck::domain::mission::Status;
use flightdeck::domain::note::NoteState;
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::Setting;

/// What each session was told first, and what its shell answered: role, brief, answers.
type Told = Arc<Mutex<Vec<(String, String)>>>;

fn brief(request: &Request) -> &str {
    let Some(Item::User { text }) = request.items.first() else { panic!("a session begins with its brief") };
    text
}

fn answers(request: &Request) -> Vec<&str> {
    let answer = |item: &'_ Item| matches!(item, Item::ToolResult { .. });
    let results = request.items.iter().filter(|item| answer(item));
    results
        .filter_map(
            |item| if let Item::ToolResult { output, .. } = item { Some(output.as_str()) } else { None },
        )
        .collect()
}

/// Two features, each with an assertion that `cat` decides.
fn planning() -> [(&'static str, Value); 3] {
    let assertion = |id: &str, file: &str| {
        json!({ "id": id, "title": format!("{file} is there"), "statement": format!("The file {file} is there."),
            "check": { "via": "command", "how": format!("cat {file}"), "command": format!("cat {file}") },
            "evidence": "the command" })
    };
    let feature = |file: &str, id: &str| {
        json!({ "title": format!("Make {file}"), "description": format!("Write {file}."),
            "criteria": [format!("{file} is there")], "fulfills": [id] })
    };
    let service = json!({ "name": "web", "run": "python3 -m http.server 24987", "port": 24987 });
    [
        (
            "propose_contract",
            json!({ "assertions": [assertion("VAL-A-001", "one.txt"), assertion("VAL-A-002", "two.txt")] }),
        ),
        (
            "propose_environment",
            json!({ "test": [{ "name": "test", "run": "true" }], "services": [service] }),
        ),
        (
            "propose_plan",
            json!({ "milestones": [{ "title": "Files", "features": [feature("one.txt", "VAL-A-001"), feature("two.txt", "VAL-A-002")] }] }),
        ),
    ]
}

fn work(request: &Request, turn: usize) -> Reply {
    let (file, text) = match brief(request) {
        told if told.contains("Build F1") => ("one.txt", "first"),
        told if told.contains("Build F2") => ("two.txt", "second"),
        _ => ("one.txt", "first and mended"),
    };
    if turn == 0 {
        let command = format!("echo '{text}' > {file} && git add -A && git commit -qm '{text}'");
        return call("shell", json!({ "command": command }));
    }
    let learned = format!("{file} is read line by line");
    call(
        "handoff",
        json!({ "summary": format!("Wrote {file}."), "implemented": [file], "learned": [learned] }),
    )
}

/// The reviewer of F1 objects once; afterwards it sees the finding mended.
fn review(request: &Request, turn: usize, told: &Told) -> Reply {
    let text = brief(request);
    if turn == 0 {
        return call(
            "shell",
            json!({ "command": "echo \"$PORT $DATA_DIR $TMPDIR\"; touch \"$DATA_DIR/mine\"" }),
        );
    }
    told.lock().unwrap().push((text.to_owned(), answers(request).concat()));
    if text.contains("Review F1") && !text.contains("FND-1") {
        let issue = json!({ "file": "one.txt", "line": 1, "severity": "blocking", "description": "it says too little" });
        return call(
            "report_review",
            json!({ "summary": "Too little.", "verdict": "fail", "issues": [issue] }),
        );
    }
    let seen = json!({ "finding": "FND-1", "now": "no_longer_holds", "observed": "read it again" });
    let known = if text.contains("FND-1") { json!([seen]) } else { json!([]) };
    call("report_review", json!({ "summary": "Fine.", "verdict": "pass", "known": known }))
}

fn test(request: &Request, turn: usize) -> Reply {
    let due: Vec<&str> =
        ["VAL-A-001", "VAL-A-002"].into_iter().filter(|id| brief(request).contains(id)).collect();
    let Some(id) = due.get(turn / 2) else {
        return call(
            "report_user_testing",
            json!({ "summary": "Both files are there.", "frictions": ["no newline at the end"] }),
        );
    };
    if turn.is_multiple_of(2) {
        let file = if id.ends_with('1') { "one.txt" } else { "two.txt" };
        return call("run", json!({ "command": format!("cat {file}") }));
    }
    let shown = answers(request).last().copied().unwrap_or_default();
    let evidence: String = shown[shown.find("ev_").unwrap()..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    call(
        "verdict",
        json!({ "assertion": id, "outcome": "pass", "observed": "it is there", "evidence": [evidence] }),
    )
}

fn mind(told: &Told) -> Arc<Mind> {
    let told = Arc::clone(told);
    Mind::new(move |request, _| {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        let role = request.labels.get("role").map_or("", String::as_str);
        let phase = request.labels.get("phase").map_or("", String::as_str);
        Ok(match (role, phase) {
            ("orchestrator", "plan") => {
                let (tool, arguments) = planning()[turn.min(2)].clone();
                call(tool, arguments)
            }
            ("orchestrator", _) => {
                let fix = json!({ "title": "Say more", "description": "Say more in one.txt." });
                let decision = json!({ "finding": "FND-1", "decision": "feature", "feature": fix });
                call("triage", json!({ "decisions": [decision] }))
            }
            ("worker", _) => work(request, turn),
            ("reviewer", _) => review(request, turn, &told),
            ("scrutiny", _) => {
                told.lock().unwrap().push((brief(request).to_owned(), answers(request).concat()));
                let notes = match turn {
                    0 => json!([]),
                    _ if brief(request).contains("NOTE-1 by") => {
                        json!([{ "note": "NOTE-1", "decision": "confirm" }])
                    }
                    _ => json!([]),
                };
                call("report_scrutiny", json!({ "summary": "It holds together.", "notes": notes }))
            }
            _ => test(request, turn),
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewers_share_nothing_and_a_mended_feature_is_read_with_its_fix() {
    let files = [("README.md", "# Files\n")];
    let setting =
        Setting { goal: "Make files.", model: "test/mind", autopilot: Autopilot::On, files: &files };
    let (ground, told) = (Ground::of(&setting), Told::default());
    let mission = ground.fly(mind(&told)).await;
    assert_eq!(mission.status(), Status::Completed, "{:?}\n{}", mission.hold, ground.told());
    let told = told.lock().unwrap().clone();
    let find = |words: &str, round: usize| {
        let all: Vec<&(String, String)> = told.iter().filter(|(brief, _)| brief.starts_with(words)).collect();
        (*all[round - 1]).clone()
    };

    let ((one, first), (two, second)) = (find("# Review F1", 1), find("# Review F2", 1));
    let (mine, others): (Vec<&str>, Vec<&str>) =
        (first.split_whitespace().collect(), second.split_whitespace().collect());
    for value in mine.iter().take(3) {
        assert!(!others.contains(value), "{value} is shared: {mine:?} {others:?}");
    }
    for (brief, values) in [(&one, &mine), (&two, &others)] {
        assert!(brief.contains(&format!("port: {} (`$PORT`)", values[0])), "{brief}");
        assert!(brief.contains(values[1]), "{brief}");
        let web =
            format!("web: `PORT={} python3 -m http.server {}` instead of port 24987", values[0], values[0]);
        assert!(brief.contains(&web), "{brief}");
        assert!(!std::path::Path::new(values[1]).exists(), "its folders go with it");
    }

    let (again, _) = find("# Review F1", 2);
    assert!(
        again.contains("Its diff, with what mended it since") && again.contains("+first and mended"),
        "{again}"
    );
    assert!(
        !again.contains("+first\n") && !again.contains("two.txt\n+++"),
        "not its old diff, and not another's: {again}"
    );
    let (notes, sent_back) = find("# Scrutiny of M1, round 1", 2);
    assert!(notes.contains("NOTE-1 by") && notes.contains("NOTE-2 by"), "{notes}");
    for said in ["NOTE-1 (", "NOTE-2 (", "Confirm, merge or reject each in `notes`, and report again"] {
        assert!(sent_back.contains(said), "{said}: {sent_back}");
    }
    assert_eq!(mission.notes[0].state, NoteState::Confirmed);
    assert_eq!(mission.notes[1].state, NoteState::PassedOver, "it is asked once more, and no oftener");
    let (scrutiny, _) = find("# Scrutiny of M1, round 2", 1);
    assert!(scrutiny.contains("## Since round 1") && scrutiny.contains("- F3 Say more: "), "{scrutiny}");

    assert!(mission.rounds[0].user_testing.is_some(), "the tester works whatever a reviewer finds");
    let finding = &mission.findings[&FindingId(1)];
    assert_eq!(finding.state, FindingState::TakenUp { feature: FeatureId(3) });
    assert!(finding.seen.is_some());
    let reviews = mission.attempts.values().filter(|a| matches!(a.work, AgentWork::Review { round: 2, .. }));
    assert_eq!(reviews.count(), 2, "the mended feature and its fix, not the other one");
}
