//! A mission whose app several testers work at the same time, each with a checkout, a service, a port and data of its own.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::Status;
use flightdeck::domain::verdict::Outcome;
use flightdeck::workspace::sweep::{MARK, marked};
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::Setting;

/// Serves what the checkout has, and counts its visitors in the data folder.
const SERVER: &str = r"
import http.server, os
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        with open(os.environ['DATA_DIR'] + '/visits', 'a') as visits:
            visits.write('x')
        super().do_GET()
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
";

const IDS: [&str; 4] = ["VAL-A-001", "VAL-A-002", "VAL-B-001", "VAL-B-002"];

/// What each tester was told, by its flow; testers wait here until both are at work.
#[derive(Default)]
struct Meeting {
    told: Mutex<BTreeMap<String, String>>,
    changed: Condvar,
}

impl Meeting {
    fn arrive(&self, flow: &str, brief: &str) {
        let mut told = self.told.lock().unwrap();
        told.insert(flow.to_owned(), brief.to_owned());
        self.changed.notify_all();
        let both = self.changed.wait_timeout_while(told, Duration::from_secs(60), |told| told.len() < 2);
        assert!(both.unwrap().0.len() == 2, "they work at the same time");
    }
}

fn brief(request: &Request) -> &str {
    let Some(Item::User { text }) = request.items.first() else { panic!("a session begins with its brief") };
    text
}

fn last_answer(request: &Request) -> &str {
    let result = request.items.iter().rev().find_map(|item| match item {
        Item::ToolResult { output, .. } => Some(output.as_str()),
        _ => None,
    });
    result.unwrap_or_default()
}

fn planning() -> [(&'static str, Value); 3] {
    let assertion = |id: &&str| {
        json!({ "id": id, "title": format!("{id} is served"), "statement": "The file page.txt is served.",
            "check": { "via": "http", "how": "GET /page.txt answers 200 with the word served" }, "evidence": "the exchange" })
    };
    let service =
        json!({ "name": "web", "run": "exec python3 serve.py", "port": 0, "health": { "http": "/" } });
    let feature = json!({ "title": "Page", "description": "Write page.txt.", "criteria": ["it is there"], "fulfills": IDS });
    [
        ("propose_contract", json!({ "assertions": IDS.iter().map(assertion).collect::<Vec<_>>() })),
        (
            "propose_environment",
            json!({ "setup": [{ "name": "setup", "run": "touch set-up" }],
                "test": [{ "name": "test", "run": "true" }], "services": [service], "parallel_testers": 2 }),
        ),
        ("propose_plan", json!({ "milestones": [{ "title": "Files", "features": [feature] }] })),
    ]
}

fn address(brief: &str) -> &str {
    let (_, after) = brief.split_once("app: ").unwrap_or_else(|| panic!("{brief}"));
    after.split_whitespace().next().unwrap()
}

fn test(request: &Request, turn: usize, meeting: &Meeting) -> Reply {
    let (text, flow) = (brief(request), request.labels.get("flow").cloned().unwrap_or_default());
    if turn == 0 {
        meeting.arrive(&flow, text);
    }
    let own: Vec<&str> = IDS.into_iter().filter(|id| text.contains(&format!("### {id}"))).collect();
    let Some(id) = own.get(turn / 2) else {
        return call("report_user_testing", json!({ "summary": format!("Flow {flow} is served.") }));
    };
    if turn.is_multiple_of(2) {
        return call("http", json!({ "url": format!("{}/page.txt", address(text)) }));
    }
    let shown = last_answer(request);
    assert!(shown.contains("served"), "{shown}");
    let evidence: String = shown[shown.find("ev_").unwrap()..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    call(
        "verdict",
        json!({ "assertion": id, "outcome": "pass", "observed": "it is served", "evidence": [evidence] }),
    )
}

fn mind(meeting: &Arc<Meeting>) -> Arc<Mind> {
    let meeting = Arc::clone(meeting);
    Mind::new(move |request, _| {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        Ok(match request.labels.get("role").map_or("", String::as_str) {
            "orchestrator" => {
                let (tool, arguments) = planning()[turn.min(2)].clone();
                call(tool, arguments)
            }
            "worker" if turn == 0 => call(
                "shell",
                json!({ "command": "echo served > page.txt && git add -A && git commit -qm page" }),
            ),
            "worker" => call("handoff", json!({ "summary": "Wrote it.", "implemented": ["page.txt"] })),
            "reviewer" => call("report_review", json!({ "summary": "Fine.", "verdict": "pass" })),
            "scrutiny" => call("report_scrutiny", json!({ "summary": "It holds together." })),
            _ => test(request, turn, &meeting),
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_testers_at_once_share_nothing_and_their_reports_make_the_round() {
    let files = [("README.md", "# Files\n"), ("serve.py", SERVER)];
    let setting =
        Setting { goal: "Serve a page.", model: "test/mind", autopilot: Autopilot::On, files: &files };
    let (ground, meeting) = (Ground::of(&setting), Arc::<Meeting>::default());
    let mission = ground.fly(mind(&meeting)).await;
    assert_eq!(mission.status(), Status::Completed, "{:?}\n{}", mission.hold, ground.told());

    let round = &mission.rounds[0];
    let summaries: Vec<&str> = round.testing_reports().map(|(_, report)| report.summary.as_str()).collect();
    assert_eq!(summaries, ["Flow 1 is served.", "Flow 2 is served."]);
    let testers = mission.attempts.values().filter(|a| matches!(a.work, AgentWork::TestAsUser { .. }));
    assert_eq!(testers.count(), 2);
    for (id, verdicts) in &mission.verdicts {
        assert!(verdicts.len() == 1 && verdicts[0].outcome == Outcome::Pass, "{id}: {verdicts:?}");
    }
    let told = meeting.told.lock().unwrap();
    let (one, other) = (&told["1"], &told["2"]);
    assert_ne!(address(one), address(other));
    let data = |brief: &str| {
        let (_, after) = brief.split_once("\ndata: ").unwrap();
        after.split_whitespace().next().unwrap().to_owned()
    };
    assert_ne!(data(one), data(other));
    assert!(!std::path::Path::new(&data(one)).exists(), "it goes with its tester");
    assert_eq!(marked((MARK, &ground.dir.display().to_string())), Vec::<i32>::new());
    let left = std::fs::read_dir(ground.dir.join("flows")).unwrap().count();
    assert_eq!(left, 0, "their checkouts go with them");
}
