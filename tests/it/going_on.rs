//! Sessions that go on where an earlier one stopped: with its conversation word for word, and with what is new since.

use std::sync::{Arc, Mutex};

use flightdeck::agent::model::catalogue::ModelFacts;
use flightdeck::agent::model::{Item, Model, Reply, Request};
use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::command::Command;
use flightdeck::domain::gate::{Decision, GateId};
use flightdeck::domain::id::FeatureId;
use flightdeck::domain::mission::Mission;
use flightdeck::domain::plan::Feature;
use flightdeck::domain::text::Title;
use flightdeck::engine::Backends;
use serde_json::json;

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::{planning, waits_at_the_plan_gate};
use crate::support::words;

/// What a model was asked, each time.
type Asked = Arc<Mutex<Vec<Request>>>;

/// A mind that gives these replies one after the other, and then says nothing for ever.
fn replies(all: Vec<Reply>) -> (Arc<Mind>, Asked) {
    let asked = Asked::default();
    let kept = Arc::clone(&asked);
    let mind = Mind::new(move |request, number| {
        kept.lock().unwrap().push(request.clone());
        if number >= all.len() {
            std::thread::sleep(std::time::Duration::from_millis(40));
        }
        Ok(all.get(number).cloned().unwrap_or_else(|| call("list", json!({ "depth": number }))))
    });
    (mind, asked)
}

fn plan() -> Vec<Reply> {
    planning().map(|(tool, arguments)| call(tool, arguments)).into()
}

fn last(asked: &Asked) -> Request {
    asked.lock().unwrap().last().unwrap().clone()
}

fn first(asked: &Asked) -> Request {
    asked.lock().unwrap()[0].clone()
}

/// The text that a session heard last.
fn said(request: &Request) -> String {
    let texts = request.items.iter().rev().filter_map(|item| match item {
        Item::User { text } => Some(text.clone()),
        _ => None,
    });
    texts.take(1).collect()
}

/// A request as far as a prompt cache looks at it: what an earlier one sent is the beginning of the later one.
fn goes_on(earlier: &Request, later: &Request) {
    assert_eq!(earlier.system, later.system);
    let tools = |request: &Request| {
        let tools = request.tools.iter();
        tools.map(|tool| format!("{} {} {}", tool.name, tool.description, tool.schema)).collect::<Vec<_>>()
    };
    assert_eq!(tools(earlier), tools(later));
    assert!(later.items.len() > earlier.items.len(), "{later:?}");
    assert_eq!(earlier.items[..], later.items[..earlier.items.len()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_planner_that_asked_is_the_one_that_hears_the_answers() {
    let ground = Ground::plain("test/planner");
    let questions = json!([
        { "question": "Which language?", "options": ["German", "Finnish"] },
        { "question": "Whom does it greet?" },
    ]);
    let asks = call("ask_user", json!({ "questions": questions }));
    let (mind, before) = replies(vec![call("read", json!({ "path": "README.md" })), asks]);
    let mission = ground.fly(mind).await;
    let ids: Vec<_> = mission.questions.iter().map(|question| question.id).collect();
    assert_eq!(ids.len(), 2, "one beside the other");
    ground.person(Command::Answer { question: ids[0], text: words::prose("Finnish") });
    let (mind, between) = replies(Vec::new());
    ground.fly(mind).await;
    assert!(between.lock().unwrap().is_empty(), "it waits for the other answer");
    ground.person(Command::Answer { question: ids[1], text: words::prose("Ada") });

    let (mind, after) = replies(plan());
    let mission = ground.fly(mind).await;
    assert!(waits_at_the_plan_gate(&mission), "{}", ground.told());
    let (earlier, later) = (last(&before), first(&after));
    goes_on(&earlier, &later);
    let told = said(&later);
    for words in [
        "You go on where you were.",
        "you asked: Which language?\nto choose from:\n- German\n- Finnish\nthe person answered: Finnish\n",
        "you asked: Whom does it greet?\nthe person answered: Ada\n",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert!(!told.contains("# The goal") && !told.contains("found out before"), "it knows that: {told}");
    assert!(ground.told().contains("note: goes on with the conversation of #1"), "{}", ground.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planner_hears_a_no_go_in_the_same_conversation_and_not_its_own_plan_again() {
    let ground = Ground::plain("test/planner");
    let (mind, before) = replies(plan());
    ground.fly(mind).await;
    let note = words::line("Greet in Finnish, too.");
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::NoGo { note } });
    let (mind, after) = replies(plan());
    let mission = ground.fly(mind).await;
    assert!(waits_at_the_plan_gate(&mission), "{}", ground.told());
    let later = first(&after);
    goes_on(&last(&before), &later);
    let told = said(&later);
    assert!(told.contains("Greet in Finnish, too."), "{told}");
    assert!(!told.contains("VAL-GREET-001") && !told.contains("## Commands"), "{told}");

    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    // A worker that was asked has a record of its own, which the second of them takes over.
    for _ in 0..2 {
        let (mind, asked) = replies(Vec::new());
        ground.fly_until(mind, |_| !asked.lock().unwrap().is_empty()).await;
    }
    let kept = std::fs::read_dir(ground.dir.join("sessions")).unwrap().count();
    assert_eq!(kept, 1, "nobody goes on planning, so that record is gone");
}

/// A mission with GO whose worker has written a file, committed another, and was killed in its third turn.
async fn killed_at_work() -> (Ground, Request) {
    let ground = Ground::plain("test/worker");
    ground.fly(replies(plan()).0).await;
    ground.person(Command::DecideGate { gate: GateId::Plan, decision: Decision::Go { note: None } });
    let commits = "echo 'echo Hello, Ada!' > greet.sh && git add -A && git commit -qm greet && echo done";
    let (mind, before) = replies(vec![
        call("shell", json!({ "command": commits })),
        call("write", json!({ "path": "notes.txt", "content": "half of it\n" })),
        call("shell", json!({ "command": "echo going; sleep 60" })),
    ]);
    let running = |_: &Mission| before.lock().unwrap().len() == 3;
    ground.fly_until(mind, running).await;
    let request = last(&before);
    (ground, request)
}

fn built(mission: &Mission) -> bool {
    mission.feature(FeatureId(1)).is_some_and(Feature::is_built)
}

fn handoff() -> Reply {
    call("handoff", json!({ "summary": "It greets.", "implemented": ["greet.sh"] }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_killed_goes_on_in_its_own_checkout() {
    let (ground, earlier) = killed_at_work().await;
    let clean = "cat notes.txt && git log --oneline | head -3 && rm notes.txt && git status --short";
    let (mind, after) = replies(vec![call("shell", json!({ "command": clean })), handoff()]);
    ground.fly_until(mind, built).await;
    let later = first(&after);
    goes_on(&earlier, &later);
    let told = ground.told();
    for words in [
        "half of it",
        "greet",
        "goes on with the conversation of #2",
        "Cut short: the session was interrupted here",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let news = said(&later);
    assert!(news.contains("Your checkout is as you left it"), "{news}");
    assert!(!news.contains("rolled back") && !news.contains("# Build F1"), "{news}");
    let attempts = ground.mission().attempts;
    let builds = attempts.values().filter(|a| matches!(a.work, AgentWork::Build { .. })).count();
    assert_eq!(builds, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_session_cannot_go_on_the_next_is_offered_what_was_left() {
    for spoil in ["another model", "no record", "a record cut in its first line"] {
        let (ground, _) = killed_at_work().await;
        let record = ground.dir.join("sessions/2.jsonl");
        match spoil {
            "another model" => ground.person(Command::ChooseModel {
                role: flightdeck::domain::attempt::Role::Worker,
                model: Title::clipped("test/other"),
            }),
            "no record" => std::fs::remove_file(&record).unwrap(),
            _ => {
                let whole = std::fs::read(&record).unwrap();
                std::fs::write(&record, &whole[..40]).unwrap();
            }
        }
        let kept = "ls; git log -p --format=%s HEAD..refs/flightdeck/wire-test/attempt-2 && git cherry-pick HEAD..refs/flightdeck/wire-test/attempt-2~1 && cat greet.sh";
        let (mind, after) = replies(vec![call("shell", json!({ "command": kept })), handoff()]);
        ground.fly_until(mind, built).await;
        let later = first(&after);
        assert_eq!(later.items.len(), 1, "{spoil}: it begins anew");
        let brief = said(&later);
        assert!(brief.contains("# Build F1") && brief.contains("git log -p"), "{spoil}: {brief}");
        let told = ground.told();
        assert!(told.contains("What attempt 2 left uncommitted"), "{spoil}: {told}");
        assert!(told.contains("+half of it") && told.contains("echo Hello, Ada!"), "{spoil}: {told}");
    }
}

/// A mind with a small window.
struct Small(Arc<Mind>);

impl Backends for Small {
    fn model(&self, name: &str) -> Result<Arc<dyn Model>, String> {
        self.0.model(name)
    }

    fn facts(&self, _name: &str) -> ModelFacts {
        ModelFacts::of_window(24_000)
    }
}

fn offers_recall(request: &Request) -> bool {
    request.tools.iter().any(|tool| tool.name == "recall")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_long_conversation_left_out_is_recalled_after_a_restart_too_and_decisions_stay() {
    let ground = Ground::plain("test/planner");
    let prints =
        |n: u32| call("shell", json!({ "command": format!("echo NEEDLE-{n}-; seq -s ' ' {n}0000 {n}1500") }));
    let mut long = vec![plan()[0].clone()];
    long.extend((1..=9).map(prints));
    let turns = long.len();
    let (mind, before) = replies(long);
    let small = || Arc::new(Small(Arc::clone(&mind)));
    ground.fly_until(small(), |_| before.lock().unwrap().len() > turns).await;
    let (begun, grown) = (first(&before), last(&before));
    assert!(
        !offers_recall(&begun) && offers_recall(&grown),
        "it is offered once there is something to recall"
    );
    assert_eq!(begun.items[0], grown.items[0], "the brief stays");
    let items = format!("{:?}", grown.items);
    assert!(!items.contains("NEEDLE-1-\\n"), "the oldest is left out: {items}");
    assert!(items.contains("Whoever runs greet.sh is greeted."), "the contract was decided: {items}");

    let asks = call("recall", json!({ "words": "NEEDLE-1-" }));
    let number = call("recall", json!({ "number": 4 }));
    let (mind, after) = replies([vec![asks, number], plan()].concat());
    let mission = ground.fly(Arc::new(Small(mind))).await;
    assert!(waits_at_the_plan_gate(&mission), "{}", ground.told());
    assert!(offers_recall(&first(&after)));
    let told = ground.told();
    assert!(
        told.contains("The newest places first, by number") && told.contains("NEEDLE-1-\\n10000 10001"),
        "{told}"
    );
    assert!(told.contains("you called shell {\\\"command\\\":\\\"echo NEEDLE-1-;"), "{told}");
}
