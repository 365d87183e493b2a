//! A mission whose app several testers work at the same time, each with a checkout, a service, a port and data of its own.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Founding};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::id::MissionId;
use flightdeck::domain::mission::{Mission, Status};
use flightdeck::domain::verdict::Outcome;
use flightdeck::workspace::Program;
use flightdeck::workspace::services::lease;
use flightdeck::workspace::sweep::{MARK, marked};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::Setting;
use crate::support::words;

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

const FILES: [(&str, &str); 2] = [("README.md", "# Files\n"), ("serve.py", SERVER)];

const IDS: [&str; 4] = ["VAL-A-001", "VAL-A-002", "VAL-B-001", "VAL-B-002"];

/// What each tester was told, by its flow; testers wait here until all are at work.
struct Meeting {
    expected: usize,
    told: Mutex<BTreeMap<String, String>>,
    changed: Condvar,
}

impl Meeting {
    fn of(expected: usize) -> Arc<Self> {
        Arc::new(Self { expected, told: Mutex::default(), changed: Condvar::new() })
    }

    fn arrive(&self, flow: &str, brief: &str) {
        let mut told = self.told.lock().unwrap();
        told.insert(flow.to_owned(), brief.to_owned());
        self.changed.notify_all();
        let minute = Duration::from_mins(1);
        // The runtime must know: what waits behind this task on its thread is what is waited for.
        let present = tokio::task::block_in_place(|| {
            let both = self.changed.wait_timeout_while(told, minute, |told| told.len() < self.expected);
            both.unwrap().0.len()
        });
        assert_eq!(present, self.expected, "they work at the same time");
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

/// The port of the service, and how many testers may work it.
#[derive(Clone, Copy)]
struct App {
    port: u16,
    testers: u32,
}

fn planning(app: App) -> [(&'static str, Value); 3] {
    let assertion = |id: &&str| {
        json!({ "id": id, "title": format!("{id} is served"), "statement": "The file page.txt is served.",
            "check": { "via": "http", "how": "GET /page.txt answers 200 with the word served" }, "evidence": "the exchange" })
    };
    let service =
        json!({ "name": "web", "run": "exec python3 serve.py", "port": app.port, "health": { "http": "/" } });
    let feature = json!({ "title": "Page", "description": "Write page.txt.", "criteria": ["it is there"], "fulfills": IDS });
    [
        ("propose_contract", json!({ "assertions": IDS.iter().map(assertion).collect::<Vec<_>>() })),
        (
            "propose_environment",
            json!({ "setup": [{ "name": "setup", "run": "touch set-up" }],
                "test": [{ "name": "test", "run": "true" }], "services": [service], "parallel_testers": app.testers }),
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

fn mind(meeting: &Arc<Meeting>, app: App) -> Arc<Mind> {
    let meeting = Arc::clone(meeting);
    Mind::new(move |request, _| {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        Ok(match request.labels.get("role").map_or("", String::as_str) {
            "orchestrator" => {
                let (tool, arguments) = planning(app)[turn.min(2)].clone();
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
    let setting =
        Setting { goal: "Serve a page.", model: "test/mind", autopilot: Autopilot::On, files: &FILES };
    let (ground, meeting) = (Ground::of(&setting), Meeting::of(2));
    let mission = ground.fly(mind(&meeting, App { port: 0, testers: 2 })).await;
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

/// What forked away from a program of a mission, and listens.
const LEFT_BEHIND: &str = r"
import http.server, os, sys
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_port_is_waited_for_while_its_mission_flies_and_freed_once_it_does_not() {
    let setting =
        Setting { goal: "Serve a page.", model: "test/mind", autopilot: Autopilot::On, files: &FILES };
    let (ground, meeting) = (Ground::of(&setting), Meeting::of(1));
    // Another mission of the person, which an engine flies: it left a server on the port.
    let other: MissionId = "other-1234".parse().unwrap();
    let founding = Founding { mission: other.clone(), ..words::founding() };
    let found = Command::Found(Box::new(founding));
    let now = flightdeck::engine::now();
    let events = decide(&Mission::unborn(), Actor::Person, found, now).unwrap();
    let flown = ground.missions.create(&other, now, Actor::Person, &events).unwrap();
    let lease = lease().unwrap();
    let mark = ground.missions.dir(&other).display().to_string();
    let server = Program::new("python3").arg("-c").arg(LEFT_BEHIND).arg(lease.port().to_string());
    server.env(MARK, &mark).run(CancellationToken::new(), |_: &str| {}).await.unwrap();

    let waits = async {
        loop {
            let waits: Vec<_> = ground.mission().waits.iter().map(|wait| wait.sentence.to_string()).collect();
            if let Some(sentence) = waits.iter().find(|sentence| sentence.contains("other-1234")) {
                return sentence.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let then_over = async {
        let sentence = waits.await;
        drop(flown);
        sentence
    };
    let app = App { port: lease.port(), testers: 0 };
    let flight = async { tokio::join!(ground.fly(mind(&meeting, app)), then_over) };
    let (mission, sentence) = tokio::time::timeout(Duration::from_mins(2), flight)
        .await
        .unwrap_or_else(|_| panic!("it neither waited nor ended: {}", ground.told()));
    assert!(
        sentence.contains(&format!("port {}", lease.port())) && sentence.contains("python3"),
        "{sentence}"
    );
    assert_eq!(mission.status(), Status::Completed, "{:?}\n{}", mission.hold, ground.told());
    assert_eq!(marked((MARK, &mark)), Vec::<i32>::new(), "it is ended");
}
