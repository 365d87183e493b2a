//! What a tester did is done again by the engine: against an app made wrong, to see that it shows something else; and at a
//! later commit, to prove again what it showed.
#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::command::Command;
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::finding::Severity;
use flightdeck::domain::gate::{Autopilot, Decision, GateId};
use flightdeck::domain::id::MilestoneId;
use flightdeck::domain::mission::{Limits, Mission};
use flightdeck::domain::red::HowRed;
use flightdeck::domain::sabotage::{Reaction, SabotageOutcome, SeenRed};
use flightdeck::domain::unshown::Doubt;
use flightdeck::domain::verdict::{Outcome, Recurrence, Verdict};
use flightdeck::workspace::sweep::{MARK, marked};
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::{Ground, free_port, repository_with};
use crate::support::wire::Setting;
use crate::support::words::val;

const M1: GateId = GateId::Milestone(MilestoneId(1));
const M2: GateId = GateId::Milestone(MilestoneId(2));

/// Serves the files of the checkout; keeps notes in its data, tells the time, and looks where it was started.
const SERVER: &str = r"
import http.server, os, time
class Handler(http.server.SimpleHTTPRequestHandler):
    def notes(self):
        path = os.environ['DATA_DIR'] + '/notes'
        return open(path).read().split() if os.path.exists(path) else []
    def say(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        note = self.rfile.read(int(self.headers['content-length'])).decode()
        with open(os.environ['DATA_DIR'] + '/notes', 'a') as notes:
            notes.write(note + '\n')
        self.say('kept')
    def do_GET(self):
        if self.path == '/notes':
            label = open('label.txt').read().strip() if os.path.exists('label.txt') else 'things'
            self.say('%d %s at http://127.0.0.1:%s' % (len(self.notes()), label, os.environ['PORT']))
        elif self.path == '/now':
            self.say('it is %f' % time.time())
        elif self.path == '/moody':
            # A stand-in for a race: who does the steps again meets another mood.
            self.say('all is well' if '/replay' in os.environ['DATA_DIR'] else 'nothing works')
        else:
            super().do_GET()
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
";

const FILES: [(&str, &str); 2] = [("README.md", "# Notes\n"), ("serve.py", SERVER)];

/// An assertion, how a tester comes to see that it holds, and what is built for it.
struct Promise {
    id: &'static str,
    via: &'static str,
    /// Calls of instruments; the last one's evidence is what the verdict names. `APP` is where the app runs.
    steps: Vec<(&'static str, Value)>,
    /// What the engine runs itself.
    command: Option<&'static str>,
    build: &'static str,
    milestone: u32,
    /// What the tester makes of it.
    outcome: &'static str,
}

impl Promise {
    fn get(id: &'static str, path: &str, build: &'static str) -> Self {
        let steps = vec![("http", json!({ "url": format!("APP{path}") }))];
        Self { id, via: "http", steps, command: None, build, milestone: 1, outcome: "pass" }
    }

    fn run(id: &'static str, command: &'static str, build: &'static str) -> Self {
        Self { via: "command", steps: Vec::new(), command: Some(command), ..Self::get(id, "", build) }
    }

    fn of(self, milestone: u32) -> Self {
        Self { milestone, ..self }
    }

    /// A tester sees it fail.
    fn failing(self) -> Self {
        Self { outcome: "fail", ..self }
    }
}

struct Story {
    promises: Vec<Promise>,
    setup: &'static str,
    /// How the app is started, and on which port; 0 for one that is given.
    service: (&'static str, u16),
    /// Whoever takes the app's port in the middle of the work.
    taker: Option<Taker>,
    /// How often a tester was asked.
    tested: AtomicUsize,
}

impl Story {
    fn new(promises: Vec<Promise>) -> Arc<Self> {
        Self::set_up_by(promises, "touch set-up")
    }

    fn set_up_by(promises: Vec<Promise>, setup: &'static str) -> Arc<Self> {
        Arc::new(Self::plain(promises, setup))
    }

    fn plain(promises: Vec<Promise>, setup: &'static str) -> Self {
        let service = ("exec python3 serve.py", 0);
        Self { promises, setup, service, taker: None, tested: AtomicUsize::new(0) }
    }

    fn planning(&self) -> [(&'static str, Value); 3] {
        let assertion = |promise: &Promise| {
            json!({ "id": promise.id, "title": format!("{} holds", promise.id), "statement": "A user sees what was built.",
                "check": { "via": promise.via, "how": "Ask for it and read that it is there.", "command": promise.command }, "evidence": "what was seen" })
        };
        let feature = |promise: &Promise| json!({ "title": format!("Feature of {}", promise.id), "description": "Build it.", "criteria": ["it is there"], "fulfills": [promise.id] });
        let last = self.promises.iter().map(|promise| promise.milestone).max().unwrap();
        let milestone = |number: u32| {
            let own = self.promises.iter().filter(|promise| promise.milestone == number);
            json!({ "title": format!("Part {number}"), "features": own.map(feature).collect::<Vec<_>>() })
        };
        let service = json!({ "name": "web", "run": self.service.0, "port": self.service.1, "health": { "http": "/" } });
        [
            (
                "propose_contract",
                json!({ "assertions": self.promises.iter().map(assertion).collect::<Vec<_>>() }),
            ),
            (
                "propose_environment",
                json!({ "setup": [{ "name": "setup", "run": self.setup }],
                    "test": [{ "name": "test", "run": "true" }], "services": [service] }),
            ),
            ("propose_plan", json!({ "milestones": (1..=last).map(milestone).collect::<Vec<_>>() })),
        ]
    }

    fn mind(self: &Arc<Self>) -> Arc<Mind> {
        let story = Arc::clone(self);
        Mind::new(move |request, _| Ok(story.reply(request)))
    }

    fn reply(&self, request: &Request) -> Reply {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        let Some(Item::User { text: brief }) = request.items.first() else { panic!("no brief") };
        let label = |name: &str| request.labels.get(name).map_or("", String::as_str);
        match (label("role"), label("phase")) {
            ("orchestrator", "plan") => {
                let (tool, arguments) = self.planning()[turn.min(2)].clone();
                call(tool, arguments)
            }
            ("orchestrator", _) => {
                let known = (1..9).map(|n| format!("FND-{n}")).filter(|id| brief.contains(&format!("{id} ")));
                let dismissed =
                    known.map(|id| json!({ "finding": id, "decision": "dismiss", "reason": "seen" }));
                call("triage", json!({ "decisions": dismissed.collect::<Vec<_>>() }))
            }
            ("worker", _) if turn == 0 => {
                let own = (1..).zip(&self.promises).find(|(n, _)| brief.contains(&format!("Build F{n}")));
                let build = own.map_or("true", |(_, promise)| promise.build);
                call("shell", json!({ "command": format!("{build} && git add -A && git commit -qm built") }))
            }
            ("worker", _) => call("handoff", json!({ "summary": "Built.", "implemented": ["it"] })),
            ("reviewer", _) => call("report_review", json!({ "summary": "Fine.", "verdict": "pass" })),
            ("scrutiny", _) => call("report_scrutiny", json!({ "summary": "It holds together." })),
            _ => self.test(request, brief, turn),
        }
    }

    fn test(&self, request: &Request, brief: &str, turn: usize) -> Reply {
        self.tested.fetch_add(1, Ordering::Relaxed);
        let (_, app) = brief.split_once("app: ").unwrap();
        let app = app.split_whitespace().next().unwrap();
        let due = self.promises.iter().filter(|promise| brief.contains(&format!("### {}", promise.id)));
        let mut turn = turn;
        for promise in due {
            if let Some((tool, wanted)) = promise.steps.get(turn) {
                if let Some(taker) = self.taker.as_ref().filter(|_| wanted["action"] == "start") {
                    taker.has_it();
                }
                let wanted = wanted.to_string().replace("APP", app);
                return call(tool, serde_json::from_str(&wanted).unwrap());
            }
            turn -= promise.steps.len();
            if turn == 0 {
                let record =
                    || brief.lines().find(|line| line.starts_with(&format!("- {} (revision", promise.id)));
                let evidence = if promise.steps.is_empty() { record().unwrap() } else { last(request) };
                let evidence = json!([reference(evidence)]);
                return call(
                    "verdict",
                    json!({ "assertion": promise.id, "outcome": promise.outcome, "observed": "it is there", "evidence": evidence }),
                );
            }
            turn -= 1;
        }
        if let Some(taker) = self.taker.as_ref().filter(|taker| taker.at_the_end) {
            taker.begin();
        }
        call("report_user_testing", json!({ "summary": "All is well." }))
    }
}

/// Somebody who takes a port as soon as it is free, and gives it back.
struct Taker {
    port: u16,
    at_the_end: bool,
    held: Arc<AtomicBool>,
}

impl Taker {
    fn new(port: u16, at_the_end: bool) -> Self {
        Self { port, at_the_end, held: Arc::default() }
    }

    /// Takes it in the background, and gives it back after a while.
    fn begin(&self) {
        let (port, held) = (self.port, Arc::clone(&self.held));
        std::thread::spawn(move || {
            let listener = loop {
                match std::net::TcpListener::bind(("127.0.0.1", port)) {
                    Ok(listener) => break listener,
                    Err(_) => std::thread::sleep(Duration::from_millis(1)),
                }
            };
            held.store(true, Ordering::Relaxed);
            std::thread::sleep(Duration::from_secs(3));
            drop(listener);
        });
    }

    fn has_it(&self) {
        self.begin();
        while !self.held.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A mission whose app has a port of its own.
fn on_a_port(promises: Vec<Promise>, run: &'static str, taker: Option<Taker>, port: u16) -> Arc<Story> {
    Arc::new(Story { service: (run, port), taker, ..Story::plain(promises, "touch set-up") })
}

fn is_free(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
}

/// What the last call showed.
fn last(request: &Request) -> &str {
    let last = request.items.iter().rev().find_map(|item| match item {
        Item::ToolResult { output, .. } => Some(output.as_str()),
        _ => None,
    });
    last.unwrap_or_default()
}

/// The first piece of evidence that a text names.
fn reference(shown: &str) -> String {
    let at = shown.find("ev_").unwrap_or_else(|| panic!("no evidence in {shown}"));
    shown[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn ground(autopilot: Autopilot) -> Ground {
    Ground::of(&Setting { goal: "Keep notes.", model: "test/mind", autopilot, files: &FILES })
}

fn outcome(mission: &Mission, id: &str) -> (SabotageOutcome, String) {
    let sabotage = mission.sabotages.get(&val(id)).unwrap_or_else(|| panic!("nothing was undone for {id}"));
    (sabotage.outcome, sabotage.sentence())
}

fn newest<'a>(mission: &'a Mission, id: &str) -> &'a Verdict {
    mission.verdicts[&val(id)].last().unwrap()
}

#[expect(clippy::too_many_lines, reason = "one story")]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_tester_did_is_done_again_against_an_app_made_wrong() {
    use SabotageOutcome::{Red, Toothless, Untold};

    let post = |note: &str| ("http", json!({ "url": "APP/note", "method": "post", "body": note }));
    let notes = Promise {
        steps: vec![post("one"), post("two"), ("http", json!({ "url": "APP/notes" }))],
        ..Promise::get("VAL-N-001", "/notes", "echo notes > label.txt")
    };
    let stamp = Promise {
        via: "terminal",
        steps: vec![("terminal", json!({ "action": "start", "command": "echo all is well" }))],
        ..Promise::get("VAL-S-001", "/", "echo stamp > stamp.txt")
    };
    let story = Story::new(vec![
        Promise::get("VAL-P-001", "/page.txt", "echo served > page.txt"),
        notes,
        stamp,
        Promise::get("VAL-T-001", "/now", "echo clock > clock.txt"),
    ]);
    let ground = ground(Autopilot::On);
    let mission = ground.fly(story.mind()).await;
    let told = || format!("{:?} {:?}\n{}", mission.status(), mission.hold, ground.told());
    assert!(mission.is_gate_open(M1) && !mission.is_go(M1), "{}", told());

    let gone =
        "is red in a copy without F1, where what it works with was gone: status 404 instead of status 200";
    assert_eq!(outcome(&mission, "VAL-P-001"), (Red, gone.to_owned()), "{}", told());
    assert_eq!(mission.how_red(&val("VAL-P-001")), Some(HowRed::Gone));
    // Data and port are fresh each time, and neither makes a difference.
    let (seen, words) = outcome(&mission, "VAL-N-001");
    assert!(seen == Red && words.contains("2 things") && words.contains("2 notes"), "{words}");
    assert!(
        words.starts_with("is red in a copy without F2, where what it asserts did not hold: "),
        "{words}"
    );
    assert_eq!(mission.how_red(&val("VAL-N-001")), Some(HowRed::Untrue));
    assert_eq!(
        outcome(&mission, "VAL-S-001"),
        (Toothless, "stays green whatever is undone in a copy: F3".to_owned())
    );
    let (seen, words) = outcome(&mission, "VAL-T-001");
    assert_eq!(
        (seen, words.as_str()),
        (Untold, "was not seen red: not all that its steps show can be compared")
    );
    let seen: Vec<SeenRed> = mission.contract.keys().map(|id| mission.seen_red(id)).collect();
    assert_eq!(seen, [SeenRed::Sabotaged, SeenRed::Sabotaged, SeenRed::Toothless, SeenRed::Untold]);

    let findings: Vec<&str> = mission.findings.values().map(|found| found.description.as_str()).collect();
    let toothless =
        "the check of VAL-S-001, by its tester's steps, stays green whatever is undone in a copy: F3";
    assert_eq!(findings, [toothless], "{}", told());
    let unshown = mission.unshown_at(M1);
    let doubts: Vec<Doubt> = unshown.iter().map(|found| found.doubt).collect();
    assert_eq!(doubts, [Doubt::NoAssertion, Doubt::Toothless, Doubt::NotSeenRed], "no requirement is named");
    let undone = &mission.sabotages[&val("VAL-P-001")].undone[0];
    assert!(matches!(undone.reaction, Reaction::Other { .. }));
    let record = ground.missions.read(&ground.id).unwrap();
    let shown = flightdeck::domain::verdict::EvidenceRef(undone.evidence.clone().unwrap());
    let shown = record.evidence().get(&shown).unwrap().doc();
    assert!(shown.content.contains("404") && shown.facts.unwrap().by == Actor::Engine);
    let kept = newest(&mission, "VAL-N-001").steps.clone().unwrap();
    let kept = record.evidence().get(&kept).unwrap().doc().content;
    assert!(kept.contains("\u{27e8}PORT\u{27e9}/notes") && kept.contains("two"), "{kept}");

    assert!(!ground.dir.join("sabotage").exists(), "its checkout goes with it");
    assert!(!ground.dir.join("scratch/own/replay").exists(), "and so do its data");
    assert_eq!(marked((MARK, &ground.dir.display().to_string())), Vec::<i32>::new());
    assert!(ground.dir.join("checkout/page.txt").exists());
}

/// Flies until the second gate; what the first milestone proved is older then.
async fn at_the_second_gate(story: &Arc<Story>) -> Ground {
    let ground = ground(Autopilot::Off);
    for gate in [GateId::Plan, M1] {
        let mission = ground.fly(story.mind()).await;
        assert!(mission.is_gate_open(gate), "{gate}: {:?}\n{}", mission.hold, ground.told());
        ground.person(Command::DecideGate { gate, decision: Decision::Go { note: None } });
    }
    let mission = ground.fly(story.mind()).await;
    assert!(mission.is_gate_open(M2), "{:?}\n{}", mission.hold, ground.told());
    ground
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shows_the_same_at_a_later_commit_is_proven_without_a_mind_and_only_that() {
    let story = Story::new(vec![
        Promise::get("VAL-A-001", "/page.txt", "echo served > page.txt"),
        Promise::get("VAL-B-001", "/list.txt", "echo one > list.txt"),
        Promise::get("VAL-C-001", "/list.txt", "echo two >> list.txt").of(2),
        Promise::get("VAL-D-001", "/last.txt", "echo last > last.txt").of(3),
    ]);
    let ground = at_the_second_gate(&story).await;
    let asked = story.tested.load(Ordering::Relaxed);
    ground.person(Command::ProveAgain { assertions: vec![val("VAL-A-001")] });
    // An engine that has never seen the tester does it: what it did is on the disk.
    let mission = ground.fly(story.mind()).await;
    assert!(mission.is_gate_open(M2), "{}", ground.told());
    assert_eq!(story.tested.load(Ordering::Relaxed), asked, "nobody was asked: {}", ground.told());
    let verdict = newest(&mission, "VAL-A-001");
    let earlier = &mission.verdicts[&val("VAL-A-001")][0];
    assert!(verdict.again && verdict.outcome == Outcome::Pass && verdict.attempt == earlier.attempt);
    assert_eq!((Some(&verdict.commit), &verdict.steps), (mission.head(), &earlier.steps));
    assert_ne!(verdict.evidence, earlier.evidence, "it rests on what was seen now");
    let record = ground.missions.read(&ground.id).unwrap();
    let seen = record.evidence().get(&verdict.evidence[0]).unwrap().doc();
    assert!(seen.content.contains("served") && seen.facts.unwrap().commit.as_ref() == mission.head());
    assert_eq!(mission.seen_red(&val("VAL-A-001")), SeenRed::Sabotaged, "that was seen already");
    drop(record);

    // The list is longer now: whether that is what was promised is for a tester to say.
    ground.person(Command::ProveAgain { assertions: vec![val("VAL-B-001")] });
    let mission = ground.fly(story.mind()).await;
    assert!(story.tested.load(Ordering::Relaxed) > asked, "{}", ground.told());
    let verdict = newest(&mission, "VAL-B-001");
    assert!(!verdict.again && Some(&verdict.commit) == mission.head(), "{}", ground.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_earlier_milestones_proved_is_done_again_in_the_last_one_and_looked_at_where_it_shows_something_else()
 {
    let story = Story::new(vec![
        Promise::get("VAL-A-001", "/page.txt", "echo served > page.txt"),
        Promise::get("VAL-B-001", "/list.txt", "echo one > list.txt"),
        Promise::get("VAL-C-001", "/list.txt", "echo two >> list.txt").of(2),
    ]);
    let ground = at_the_second_gate(&story).await;
    let mission = ground.mission();
    let (same, longer) = (newest(&mission, "VAL-A-001"), newest(&mission, "VAL-B-001"));
    assert!(same.again && !longer.again, "{}", ground.told());
    for verdict in [same, longer] {
        assert_eq!((Some(&verdict.commit), verdict.milestone), (mission.head(), MilestoneId(2)));
    }
    assert_eq!(mission.contract_tally().older, 0);
}

/// One round, and whatever fails in it is left to the person.
fn one_round() -> Ground {
    let repository = tempfile::tempdir().unwrap();
    let base = repository_with(repository.path(), FILES);
    let setting =
        Setting { goal: "Keep notes.", model: "test/mind", autopilot: Autopilot::On, files: &FILES };
    Ground::within(&setting, Limits { rounds: 1, ..Limits::default() }, repository, base)
}

fn second<'a>(mission: &'a Mission, id: &str) -> &'a Recurrence {
    let tried = newest(mission, id).second.as_ref();
    &tried.unwrap_or_else(|| panic!("{id} was not tried again")).result
}

/// Whose tester sees all of it fail, in one way or another.
fn failing() -> Arc<Story> {
    let post = |note: &str| ("http", json!({ "url": "APP/note", "method": "post", "body": note }));
    let notes = Promise {
        steps: vec![post("one"), post("two"), ("http", json!({ "url": "APP/notes" }))],
        ..Promise::get("VAL-N-001", "/notes", "echo notes > label.txt")
    };
    let program = Promise {
        via: "terminal",
        steps: vec![("terminal", json!({ "action": "start", "command": "echo broken; exit 4" }))],
        ..Promise::get("VAL-P-001", "/", "echo program > program.txt")
    };
    Story::new(vec![
        Promise::get("VAL-G-001", "/gone.txt", "echo gone > there.txt").failing(),
        Promise::get("VAL-M-001", "/moody", "echo moody > moody.txt").failing(),
        notes.failing(),
        program.failing(),
        Promise::get("VAL-T-001", "/now", "echo clock > clock.txt").failing(),
        Promise::run("VAL-X-001", "test -f never.txt", "echo x > x.txt").failing(),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_done_again_on_a_fresh_app_before_it_is_anything_to_mend() {
    let story = failing();
    let ground = one_round();
    let mission = ground.fly(story.mind()).await;
    let told = || format!("{:?} {:?}\n{}", mission.status(), mission.hold, ground.told());
    assert!(mission.is_exhausted(MilestoneId(1)) && mission.waits_at(M1), "{}", told());
    assert_eq!(story.tested.load(Ordering::Relaxed), 14, "one tester, whom nobody asks twice: {}", told());

    for same in ["VAL-G-001", "VAL-N-001", "VAL-P-001", "VAL-T-001"] {
        assert_eq!(second(&mission, same), &Recurrence::Same, "{same}: {}", told());
    }
    let first = "\u{201c}nothing works\u{201d} instead of \u{201c}all is well\u{201d}";
    assert!(
        matches!(second(&mission, "VAL-M-001"), Recurrence::Other { first: seen } if seen.as_str() == first),
        "{}",
        told()
    );
    assert_eq!(newest(&mission, "VAL-X-001").second, None, "its command was run twice already");
    let findings: Vec<(&str, Severity)> =
        mission.findings.values().map(|found| (found.description.as_str(), found.severity)).collect();
    let twice = |id: &str| format!("{id} fails, twice by the same steps: it is there");
    let flaky = format!("VAL-M-001 failed, showing {first} when the same was done again: it is there");
    let expected = [
        ("VAL-X-001 fails: it is there".to_owned(), Severity::Blocking),
        (twice("VAL-G-001"), Severity::Blocking),
        (flaky, Severity::NonBlocking),
        (twice("VAL-N-001"), Severity::Blocking),
        (twice("VAL-P-001"), Severity::Blocking),
        (twice("VAL-T-001"), Severity::Blocking),
    ];
    let expected: Vec<(&str, Severity)> =
        expected.iter().map(|(words, severity)| (words.as_str(), *severity)).collect();
    assert_eq!(findings, expected, "{}", told());

    // Two looks at the same thing are two pieces, with their times.
    let record = ground.missions.read(&ground.id).unwrap();
    let verdict = newest(&mission, "VAL-G-001");
    let pieces: Vec<_> = verdict.pieces().map(|piece| record.evidence().get(piece).unwrap().doc()).collect();
    let [first, again] = pieces.as_slice() else { panic!("{verdict:?}") };
    let (one, other) = (first.facts.clone().unwrap(), again.facts.clone().unwrap());
    assert!(first.reference != again.reference && one.at < other.at && one.look != other.look);
    assert_eq!((other.by, other.round, &other.commit), (Actor::Engine, one.round, &one.commit));
    assert!(again.content.contains("404"));
    drop(record);

    let page =
        flightdeck::view::row::plain(&flightdeck::view::assertion::proofs(&mission, &|_| String::new(), 200));
    assert!(page.contains("failed twice: the engine did the same steps again"), "{page}");
    assert!(page.contains(&format!("flaky: {}", "\u{201c}nothing works\u{201d}")), "{page}");
    assert!(page.contains(&again.reference.0), "{page}");
    assert!(!ground.dir.join("again").exists(), "its checkout goes with it");
    assert_eq!(marked((MARK, &ground.dir.display().to_string())), Vec::<i32>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_again_stands_and_says_why() {
    let setup = "case $PWD in */again) echo no; exit 7;; esac; touch set-up";
    let story =
        Story::set_up_by(vec![Promise::get("VAL-G-001", "/gone.txt", "echo g > g.txt").failing()], setup);
    let ground = one_round();
    let mission = ground.fly(story.mind()).await;
    let Recurrence::NotTried { why } = second(&mission, "VAL-G-001") else { panic!("{}", ground.told()) };
    assert!(why.as_str().ends_with("fails in a checkout of its own"), "{why}");
    let finding = mission.open_findings().next().unwrap();
    assert_eq!(finding.description.as_str(), "VAL-G-001 fails: it is there");
    let page =
        flightdeck::view::row::plain(&flightdeck::view::assertion::proofs(&mission, &|_| String::new(), 200));
    assert!(page.contains("not tried again, because `case $PWD"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_runs_fewer_tests_than_in_an_earlier_round_is_a_finding() {
    let build = "printf 'running 5 tests\\n\\ntest result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\\n' > counts.txt";
    let story = Story::new(vec![
        Promise::run("VAL-A-001", "cat counts.txt", build),
        Promise::run("VAL-B-001", "test -f b.txt", "sed -i 's/5/2/g' counts.txt && echo b > b.txt").of(2),
    ]);
    let ground = ground(Autopilot::On);
    let mission = ground.fly(story.mind()).await;
    let findings: Vec<&str> = mission.findings.values().map(|found| found.description.as_str()).collect();
    let fewer = "the check of VAL-A-001, `cat counts.txt`, reports 2 tests instead of 5";
    assert_eq!(findings, [fewer], "{:?}\n{}", mission.status(), ground.told());
}

const WITH_PORT: &str = "PORT=${PORT:-0} exec python3 serve.py";

#[tokio::test(flavor = "multi_thread")]
async fn a_testers_own_start_waits_for_a_port_that_somebody_else_holds() {
    let port = free_port();
    let steps = vec![
        ("app", json!({ "action": "stop" })),
        ("app", json!({ "action": "start" })),
        ("http", json!({ "url": "APP/notes" })),
    ];
    let promise = Promise { steps, ..Promise::get("VAL-N-001", "/notes", "echo notes > label.txt") };
    let story = on_a_port(vec![promise], WITH_PORT, Some(Taker::new(port, false)), port);
    let ground = one_round();
    let mission = ground.fly(story.mind()).await;
    let waits: Vec<String> = ground
        .events()
        .into_iter()
        .filter_map(|stamped| match stamped.event {
            Event::WaitStarted { wait } => Some(wait.sentence.to_string()),
            _ => None,
        })
        .collect();
    let told = ground.told();
    assert!(waits.iter().any(|why| why.contains(&format!("port {port}"))), "{waits:?}\n{told}");
    assert_eq!(newest(&mission, "VAL-N-001").outcome, Outcome::Pass, "{told}");
    assert!(mission.waits.is_empty(), "{:?}", mission.waits);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_again_waits_for_a_port_that_somebody_else_holds() {
    let port = free_port();
    let promise = Promise::get("VAL-G-001", "/gone.txt", "echo gone > there.txt").failing();
    let story = on_a_port(vec![promise], WITH_PORT, Some(Taker::new(port, true)), port);
    let ground = one_round();
    let mission = ground.fly(story.mind()).await;
    assert!(story.taker.as_ref().unwrap().held.load(Ordering::Relaxed), "somebody had it meanwhile");
    assert_eq!(second(&mission, "VAL-G-001"), &Recurrence::Same, "{}", ground.told());
}

/// A service that goes on outside of its process group.
const FORKS_AWAY: &str = "setsid sh -c 'setsid python3 serve.py & exec sleep 300' & exec sleep 300";

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_mission_whose_service_forks_away_leaves_no_process_and_no_port() {
    let port = free_port();
    let promise = Promise::get("VAL-N-001", "/notes", "echo notes > label.txt");
    let story = on_a_port(vec![promise], FORKS_AWAY, None, port);
    let ground = one_round();
    let mark = ground.dir.display().to_string();
    assert!(is_free(port) && marked((MARK, &mark)).is_empty(), "before");
    let mission = ground.fly(story.mind()).await;
    assert_eq!(newest(&mission, "VAL-N-001").outcome, Outcome::Pass, "{}", ground.told());
    assert_eq!(marked((MARK, &mark)), Vec::<i32>::new());
    assert!(is_free(port), "nobody listens any more");
}
