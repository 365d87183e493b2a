//! What agents know of the mission while it flies: what their commands do, what was said, what follows from a change.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::command::{Command, SpecEdit, WordingEdit};
use flightdeck::domain::event::Event;
use flightdeck::domain::gate::{Decision, GateId};
use flightdeck::domain::id::{FeatureId, ProposalId, Revision};
use flightdeck::domain::message::{Delivery, Message, MessageState, Party};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::proposal::Ruling;
use flightdeck::domain::risk;
use flightdeck::domain::text::{Prose, Title};
use flightdeck::engine::EngineOptions;
use flightdeck::link::protocol::{Call, LiveOutput};
use flightdeck::link::{Client, Notices};
use serde_json::{Value, json};

use flightdeck::view::gate_items::GateItem;

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::{planning, waits_at_the_plan_gate};
use crate::support::words;

/// How long anything may take; no test fails by being slow within it.
const PATIENCE: Duration = Duration::from_mins(2);

fn environment(test: &str) -> Reply {
    let script = |run: &str| json!([{ "name": "it", "run": run }]);
    call("propose_environment", json!({ "setup": script("touch set-up"), "test": script(test) }))
}

fn contract(commands: &[&str]) -> Reply {
    let assertion = |(number, command): (usize, &&str)| {
        json!({ "id": format!("VAL-GREET-{number:03}"), "title": "It greets", "statement": "Whoever runs greet.sh is greeted.",
            "check": { "via": "command", "how": "Run it and see exit code 0.", "command": command }, "evidence": "the command" })
    };
    let assertions: Vec<Value> = (1..).zip(commands).map(assertion).collect();
    call("propose_contract", json!({ "assertions": assertions }))
}

fn plan(assertions: usize) -> Reply {
    let ids: Vec<String> = (1..=assertions).map(|number| format!("VAL-GREET-{number:03}")).collect();
    let feature = json!({ "title": "Greet", "description": "greet.sh greets.", "fulfills": ids });
    call("propose_plan", json!({ "milestones": [{ "title": "Greetings", "features": [feature] }] }))
}

/// A mind that gives these replies, one after the other.
fn replies(all: Vec<Reply>) -> Arc<Mind> {
    Mind::new(move |_, asked| Ok(all.get(asked).cloned().unwrap_or_default()))
}

/// What the model was told before its first reply.
fn first_words(request: &Request) -> String {
    match request.items.first() {
        Some(Item::User { text }) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planner_is_told_what_its_commands_do_before_anything_is_built() {
    let ground = Ground::plain("test/planner");
    let mut insists = plan(2);
    let kept =
        json!([{ "command": "test -e set-up && no-such-tool --check", "because": "the image has it" }]);
    insists.calls[0].arguments.as_mut().unwrap()["commands_kept"] = kept;
    let mission = ground
        .fly(replies(vec![
            contract(&["test -e README.md", "sh greet.sh Ada"]),
            environment("test -e set-up && no-such-tool --check"),
            plan(2),
            insists,
        ]))
        .await;
    let told = ground.told();
    for words in [
        "What your commands do at the base commit:\\n- setup: `touch set-up` exits 0 after ",
        "- test: `test -e set-up && no-such-tool --check` exits 127 after ",
        "not found",
        "- VAL-GREET-001: `test -e README.md` exits 0 after ",
        "it holds before anything is built, so it proves nothing",
        "- 1 check red, as it should be before the work",
        "the test command can do nothing at the base commit: `no-such-tool` is not found on this machine",
        "or say in `commands_kept` why each stays as it is",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let risks = risk::risks(&mission);
    assert_eq!(risks[0], "VAL-GREET-001 holds before anything is built: its command proves nothing");
    assert!(
        risks[1]
            .starts_with("the test command can do nothing at the base commit: `no-such-tool` is not found")
            && risks[1].ends_with("; the planner keeps it: the image has it"),
        "{risks:?}"
    );
    let baseline = mission.baseline.as_ref().unwrap();
    assert_eq!((baseline.runs.len(), &baseline.commit), (4, &mission.founding.as_ref().unwrap().base));
    assert!(baseline.runs.iter().all(|run| run.evidence.is_some()), "what they printed is kept");
    let page = flightdeck::view::gate_items::items(&mission, GateId::Plan);
    let environment = page.iter().find(|item| **item == GateItem::Environment).unwrap();
    let rows = flightdeck::view::gate_items::detail(&mission, environment, 100);
    assert!(format!("{rows:?}").contains("exits 127 at the base"), "the plan gate shows it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_once_is_not_run_again_and_what_was_red_is() {
    let ground = Ground::plain("test/planner");
    let counted = ground.outside().join("counted");
    let count = |word: &str| format!("echo {word} >> {}", counted.display());
    let (green, red) = (count("green"), format!("{} && false", count("red")));
    let check = format!("{} && false", count("check"));
    let both = json!({ "test": [{ "name": "a", "run": green }, { "name": "b", "run": red }] });
    let propose = || call("propose_environment", both.clone());
    let mission = ground.fly(replies(vec![contract(&[&check]), propose(), propose(), plan(1)])).await;
    assert!(waits_at_the_plan_gate(&mission), "{}", ground.told());
    let counted = std::fs::read_to_string(&counted).unwrap();
    let times = |word: &str| counted.lines().filter(|line| *line == word).count();
    // What could not do its work is tried again with the next proposal: the machine may have been mended meanwhile.
    assert_eq!((times("green"), times("check"), times("red")), (1, 1, 2), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planner_tries_things_where_nothing_of_it_stays() {
    let ground = Ground::plain("test/planner");
    let shell = call("shell", json!({ "command": "cat README.md && echo soil > soil.txt && pwd" }));
    let plan = planning().map(|(tool, arguments)| call(tool, arguments));
    let mission = ground.fly(replies([vec![shell], plan.to_vec()].concat())).await;
    assert!(waits_at_the_plan_gate(&mission), "{}", ground.told());
    assert!(ground.told().contains("# Greetings\\n"), "{}", ground.told());
    assert!(ground.told().contains("/trial\\n[exit code 0]"), "{}", ground.told());
    assert!(!ground.repository.path().join("soil.txt").exists());
    assert!(!ground.dir.join("trial/soil.txt").exists(), "its checkout goes with it");
    assert!(!ground.dir.join("proof/soil.txt").exists());
}

/// A mission with its engine, and a person beside it.
struct Desk {
    ground: Ground,
    engine: tokio::task::JoinHandle<Result<flightdeck::engine::Rest, flightdeck::engine::EngineError>>,
    client: Client,
    notices: Notices,
}

impl Desk {
    async fn over(ground: Ground, mind: Arc<Mind>) -> Self {
        let options = EngineOptions { backends: mind, ..ground.options() };
        let socket = options.socket.clone();
        let engine = tokio::spawn(flightdeck::engine::run(options));
        let reached = async {
            loop {
                if let Ok(reached) = Client::connect(&socket, "test").await {
                    return reached;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let (client, notices) = tokio::time::timeout(PATIENCE, reached).await.unwrap();
        client.call(Call::Attach { output: LiveOutput::Unwanted }).await.unwrap();
        Self { ground, engine, client, notices }
    }

    async fn until(&self, what: &str, holds: impl Fn(&Mission) -> bool) -> Mission {
        let look = async {
            loop {
                let mission = self.ground.mission();
                if holds(&mission) {
                    return mission;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, look).await;
        seen.unwrap_or_else(|_| panic!("{what} was not seen: {}", self.ground.told()))
    }

    async fn person(&self, command: Command) {
        self.client.call(Call::Command { command: Box::new(command) }).await.unwrap();
    }

    async fn close(self) {
        drop((self.client, self.notices));
        self.engine.abort();
        drop(self.engine.await);
    }
}

fn is_build(mission: &Mission) -> bool {
    mission.live_attempts().any(|attempt| attempt.work == AgentWork::Build { feature: FeatureId(1) })
}

/// Said while its checkout was still prepared, read at its first turn, and recorded as read only then.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_a_worker_that_is_still_being_prepared_is_read_first() {
    let ground = Ground::plain("test/worker");
    let go = ground.outside().join("go");
    let wait =
        format!("n=0; while [ ! -e {} ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done", go.display());
    let first = vec![
        contract(&["sh greet.sh"]),
        call("propose_environment", json!({ "test": [{ "name": "t", "run": "true" }] })),
        plan(1),
    ];
    ground.fly(replies(first)).await;
    // A set-up that waits for the person, so that the message is there before the inbox is.
    let environment = flightdeck::domain::environment::Environment {
        setup: vec![words::script(&wait)],
        ..flightdeck::domain::environment::Environment::default()
    };
    let store = ground.missions.open(&ground.id).unwrap();
    let mission = store.mission().unwrap();
    let proposed = [Event::EnvironmentProposed { environment }];
    store
        .append(mission.seq, flightdeck::engine::now(), flightdeck::domain::event::Actor::Engine, &proposed)
        .unwrap();
    drop(store);
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let mind = Mind::new(move |request, _| {
        kept.lock().unwrap().push(request.items.clone());
        std::thread::sleep(Duration::from_millis(20));
        Ok(call("list", json!({ "path": ".", "depth": kept.lock().unwrap().len() })))
    });
    let desk = Desk::over(ground, mind).await;
    let mission = desk.until("a worker", is_build).await;
    let worker = mission.live_attempts().next().unwrap().id;
    let say = Command::Say {
        to: Party::Attempt(worker),
        text: Prose::clipped("Mind the umlauts."),
        delivery: Delivery::Queue,
    };
    desk.person(say).await;
    assert_eq!(desk.ground.mission().messages[0].state, MessageState::Waiting, "nobody has read it yet");
    std::fs::write(&go, "").unwrap();
    desk.until("the message as read", |mission| mission.messages[0].state == MessageState::Delivered).await;
    let items = heard.lock().unwrap()[0].clone();
    let said = Item::User { text: "A message from the person: Mind the umlauts.".into() };
    assert_eq!(items[1], said, "it is read at the first turn");
    let all = heard.lock().unwrap().last().unwrap().clone();
    assert_eq!(all.iter().filter(|item| **item == said).count(), 1, "and only once");
    desk.close().await;
}

/// Talk reads what it is asked about and is told what its change leads to; the worker gets the new words whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_talk_reads_changes_and_learns_what_follows() {
    let ground = Ground::plain("test/talk");
    let first = vec![contract(&["sh greet.sh"]), environment("true"), plan(1)];
    ground.fly(replies(first)).await;
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    let talked = Mutex::new(0);
    let at_work = Arc::new(AtomicBool::new(false));
    let begun = Arc::clone(&at_work);
    let mind = Mind::new(move |request, _| {
        if !first_words(request).contains("## What you are to answer now") {
            begun.store(true, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(20));
            return Ok(call("list", json!({ "path": ".", "depth": request.items.len() })));
        }
        let mut talked = talked.lock().unwrap();
        *talked += 1;
        let edit =
            json!([{ "id": "VAL-GREET-001", "statement": "Whoever runs greet.sh Ada reads Hello, Ada." }]);
        let spec = json!({ "title": "Greet by name", "description": "greet.sh greets by name.", "criteria": ["It says Ada."] });
        Ok(match *talked {
            1 => call("read_mission", json!({ "what": "VAL-GREET-001" })),
            2 => call("read_mission", json!({ "what": "FND-3" })),
            3 => call("amend_contract", json!({ "edit": edit })),
            4 => call("amend_plan", json!({ "edit": [{ "feature": "F1", "spec": spec }] })),
            _ => Reply { text: "Done.".into(), ..Reply::default() },
        })
    });
    let desk = Desk::over(ground, mind).await;
    let mission = desk.until("a worker", is_build).await;
    let worker = mission.live_attempts().find(|a| a.work.writes()).unwrap().id;
    // What changes before its brief is written stands in the brief.
    while !at_work.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let text = Prose::clipped("Let it greet by name.");
    desk.person(Command::Say { to: Party::Orchestrator, text, delivery: Delivery::Queue }).await;
    desk.until("an answer", |mission| mission.messages.iter().any(|m| m.to == Party::Person)).await;
    desk.until("the new revision as read", |mission| {
        mission.attempts[&worker].revisions.values().all(|revision| revision.0 == 2)
    })
    .await;
    let expected = [
        "check via command: Run it and see exit code 0.",
        "there is no \\\"FND-3\\\" in the mission: read one of VAL-A-001",
        "The contract is amended.\\n- VAL-GREET-001: revision 2 · no verdict goes stale · F1 is running on revision 1 · #2 told at the next turn",
        "The plan is amended.\\n- F1 (Greet by name) has new words; #2, who builds it, is told at its next turn",
        "note: VAL-GREET-001 has a new wording, which holds from now on:\n### VAL-GREET-001 It greets (revision 2)\nWhoever runs greet.sh Ada reads Hello, Ada.",
        "Your feature F1 has new words: Greet by name\ngreet.sh greets by name.\nIt is done when\n- It says Ada.",
    ];
    // A transcript is written in batches, behind the log.
    for _ in 0..500 {
        let told = desk.ground.told();
        if expected.iter().all(|words| told.contains(words)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = desk.ground.told();
    for words in expected {
        assert!(told.contains(words), "{words}\n{told}");
    }
    desk.close().await;
}

/// What an orchestrator changes of the person's words waits for them, and it is told so instead of what would follow.
#[tokio::test(flavor = "multi_thread")]
async fn a_talk_is_told_what_waits_for_the_person() {
    let ground = Ground::plain("test/talk");
    let first = vec![contract(&["sh greet.sh"]), environment("true"), plan(1)];
    ground.fly(replies(first)).await;
    let words = SpecEdit { title: Some(Title::clipped("Greet warmly")), ..SpecEdit::default() };
    ground.person(Command::EditFeature {
        feature: FeatureId(1),
        base: Revision::FIRST,
        edit: Box::new(words),
    });
    let statement = Some(Prose::clipped("Whoever runs it is greeted warmly."));
    ground.person(Command::EditAssertion {
        assertion: "VAL-GREET-001".parse().unwrap(),
        base: Revision::FIRST,
        edit: Box::new(WordingEdit { statement, ..WordingEdit::default() }),
    });
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    let talked = Mutex::new(0);
    let mind = Mind::new(move |request, _| {
        if !first_words(request).contains("## What you are to answer now") {
            std::thread::sleep(Duration::from_millis(20));
            return Ok(call("list", json!({ "path": ".", "depth": request.items.len() })));
        }
        let mut talked = talked.lock().unwrap();
        *talked += 1;
        let edit = json!([{ "id": "VAL-GREET-001", "statement": "Whoever runs it reads Hello." }]);
        let spec = json!({ "title": "Greet coldly", "description": "greet.sh greets." });
        Ok(match *talked {
            1 => call("amend_contract", json!({ "edit": edit })),
            2 => call("amend_plan", json!({ "edit": [{ "feature": "F1", "spec": spec }] })),
            _ => Reply { text: "Done.".into(), ..Reply::default() },
        })
    });
    let desk = Desk::over(ground, mind).await;
    let text = Prose::clipped("Say it plainly.");
    desk.person(Command::Say { to: Party::Orchestrator, text, delivery: Delivery::Queue }).await;
    let mission =
        desk.until("an answer", |mission| mission.messages.iter().any(|m| m.to == Party::Person)).await;
    assert_eq!(mission.open_proposals().count(), 2);
    let told = desk.ground.told();
    let waits = "Nothing is amended yet. Some of this is the person's to change, and stays until they agree";
    assert_eq!(told.matches(waits).count(), 2, "{told}");
    assert!(!told.contains("told at the next turn"), "{told}");
    desk.close().await;
}

/// A worker that asks for two amendments and works on, and an orchestrator that agrees to the first and counters the second.
fn asking_and_answering() -> Arc<Mind> {
    Mind::new(move |request, _| {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        let asks = |id: &str| {
            let reason = "nobody is there to greet";
            call(
                "request_amendment",
                json!({ "assertion": id, "proposal": "Whoever is there is greeted.", "reason": reason }),
            )
        };
        let (words, edit) =
            ("The goal asks for no more.", json!({ "statement": "Whoever can read is greeted." }));
        let answers = |finding: &str, answer: &str, edit: &Value| {
            call(
                "answer_amendment",
                json!({ "finding": finding, "answer": answer, "words": words, "edit": edit }),
            )
        };
        let is_talk = first_words(request).contains("with `answer_amendment`");
        if !is_talk {
            std::thread::sleep(Duration::from_millis(20));
        }
        let pending = |id: &str| first_words(request).contains(&format!("(answer {id} with"));
        Ok(match (is_talk, turn) {
            (false, 0) => asks("VAL-GREET-001"),
            (false, 1) => asks("VAL-GREET-002"),
            (false, _) => call("list", json!({ "path": ".", "depth": turn })),
            (true, 0) if pending("FND-1") => answers("FND-1", "agreed", &json!({})),
            (true, turn) if pending("FND-2") && turn == usize::from(pending("FND-1")) => {
                answers("FND-2", "countered", &edit)
            }
            (true, _) => Reply { text: "Answered.".into(), ..Reply::default() },
        })
    })
}

/// A request wakes the orchestrator while its worker works, each answer reaches the worker, and what blocks waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_asks_for_an_amendment_is_answered_while_it_works() {
    let ground = Ground::plain("test/amendment");
    let check = json!({ "via": "command", "how": "Run it and see exit code 0.", "command": "sh greet.sh" });
    let assertion = |number: u32, severity: &str| {
        json!({ "id": format!("VAL-GREET-{number:03}"), "title": "It greets", "statement": "Whoever runs it is greeted.",
            "check": check, "evidence": "the command", "severity": severity })
    };
    let proposed = json!({ "assertions": [assertion(1, "blocking"), assertion(2, "non_blocking")] });
    ground.fly(replies(vec![call("propose_contract", proposed), environment("true"), plan(2)])).await;
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    let mind = asking_and_answering();
    let desk = Desk::over(ground, mind).await;
    let is_read = |mission: &Mission| {
        let said = |m: &&Message| matches!(m.to, Party::Attempt(_)) && m.state == MessageState::Delivered;
        mission.messages.iter().filter(said).count() == 2
    };
    let mission = desk.until("both answers as read", is_read).await;
    let worker = mission.live_attempts().find(|attempt| attempt.work.writes()).unwrap().id;
    assert_eq!(mission.undecided_findings().count(), 0, "nothing is left for the triage");
    let ruling = Ruling::Accept;
    desk.person(Command::DecideProposal { proposal: ProposalId(1), ruling }).await;
    let both =
        |mission: &Mission| mission.attempts[&worker].revisions.values().all(|revision| revision.0 == 2);
    let mission = desk.until("both wordings as read", both).await;
    let talks = mission.attempts.values().filter(|attempt| attempt.work == AgentWork::Talk).count();
    assert!((1..=2).contains(&talks), "each request wakes it once: {talks}");
    let told = desk.ground.told();
    for words in [
        "The request is recorded, and the orchestrator is told.",
        "The request is settled, and the worker is told. Some of this is the person's to change, and stays until they agree: they are asked about PRO-1 (VAL-GREET-001).",
        "FND-1, your request to amend VAL-GREET-001, is agreed. The person decides on it (PRO-1); until then VAL-GREET-001 holds as it stands, and you work under that. The goal asks for no more.",
        "FND-2, your request to amend VAL-GREET-002, is countered. VAL-GREET-002 has its new wording from now on. The goal asks for no more.",
        "VAL-GREET-002 has a new wording, which holds from now on:\n### VAL-GREET-002 It greets (revision 2, non-blocking)\nWhoever can read is greeted.",
        "### VAL-GREET-001 It greets (revision 2)\nWhoever is there is greeted.",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    desk.close().await;
}
