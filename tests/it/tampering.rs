//! A worker who takes tests away, with a scripted mind and a real git: what the engine finds, and what becomes of it.
#![cfg(test)]

use std::sync::{Arc, Mutex};

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::command::Command;
use flightdeck::domain::decide::decide;
use flightdeck::domain::event::{Actor, Stamped};
use flightdeck::domain::finding::{Finding, FindingState, Ruling, Severity, Source, TriageDecision};
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::{FeatureId, FindingId, MilestoneId};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::text::Line;
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::Ground;
use crate::support::wire::Setting;

const CART: &str =
    "def total(prices):\n    return sum(prices)\n\n\ndef tax(price):\n    return price * 19 // 100\n";
const TESTS: &str = "import unittest\n\nimport cart\n\n\nclass CartTest(unittest.TestCase):\n    def test_total(self):\n        \
                     self.assertEqual(cart.total([2, 3]), 5)\n\n    def test_tax(self):\n        self.assertEqual(cart.tax(100), 19)\n";
/// The same without its second test.
const FEWER: &str = "import unittest\n\nimport cart\n\n\nclass CartTest(unittest.TestCase):\n    def test_total(self):\n        \
                     self.assertEqual(cart.total([2, 3]), 5)\n";
const CHECK: &str = "#!/bin/sh\nset -e\npython3 -m unittest -v\n";

/// Whether the orchestrator dismisses what blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LetBe {
    Yes,
    No,
}

/// What a worker hands in, by its brief.
type Handed = fn(&str) -> Value;

fn done(_: &str) -> Value {
    json!({ "summary": "Done.", "implemented": ["labels"] })
}

/// What each session was told first.
type Told = Arc<Mutex<Vec<String>>>;

fn brief(request: &Request) -> &str {
    let Some(Item::User { text }) = request.items.first() else { panic!("a session begins with its brief") };
    text
}

fn planning(test: &str) -> [(&'static str, Value); 3] {
    let assertion = json!({ "id": "VAL-CART-001", "title": "Labels", "statement": "A label has the price.",
        "check": { "via": "command", "how": "print a label and read it", "command": "grep -q label cart.py" },
        "evidence": "the command" });
    let feature = json!({ "title": "Labels", "description": "Write label() in cart.py. A tax is rounded up.",
        "criteria": ["label() is there"], "fulfills": ["VAL-CART-001"] });
    [
        ("propose_contract", json!({ "assertions": [assertion] })),
        ("propose_environment", json!({ "test": [{ "name": "test", "run": test }] })),
        ("propose_plan", json!({ "milestones": [{ "title": "Cart", "features": [feature] }] })),
    ]
}

/// The lines of a shell that write a file.
fn writing(path: &str, text: &str) -> String {
    format!("cat > {path} <<'END'\n{text}END\n")
}

/// A crew whose worker does `first` for the feature, and `then` for the fix of what was found.
fn crew(
    told: &Told,
    test: &'static str,
    (first, then): (String, String),
    let_be: LetBe,
    handed: Handed,
) -> Arc<Mind> {
    let told = Arc::clone(told);
    Mind::new(move |request, _| {
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        let label = |name: &str| request.labels.get(name).map_or("", String::as_str);
        if turn == 0 {
            told.lock().unwrap().push(brief(request).to_owned());
        }
        Ok(match (label("role"), label("phase")) {
            ("orchestrator", "plan") => {
                let (tool, arguments) = planning(test)[turn.min(2)].clone();
                call(tool, arguments)
            }
            ("orchestrator", _) => triage(request, let_be),
            ("worker", _) if turn == 0 => {
                let work = if brief(request).contains("Build F1") { &first } else { &then };
                call("shell", json!({ "command": format!("{work}git add -A && git commit -qm work") }))
            }
            ("worker", _) => call("handoff", handed(brief(request))),
            ("reviewer", _) => call("report_review", json!({ "summary": "Fine.", "verdict": "pass" })),
            ("scrutiny", _) => call("report_scrutiny", json!({ "summary": "It holds together." })),
            _ => call("report_user_testing", json!({ "summary": "Nothing to see." })),
        })
    })
}

/// Everything that blocks becomes a feature; the rest is dismissed.
fn triage(request: &Request, let_be: LetBe) -> Reply {
    let text = brief(request);
    let ids: Vec<&str> = (1..9)
        .map(|n| ["FND-1", "FND-2", "FND-3", "FND-4", "FND-5", "FND-6", "FND-7", "FND-8"][n - 1])
        .collect();
    let open = ids.into_iter().filter(|id| text.contains(&format!("- {id} ")));
    let decisions: Vec<Value> = open
        .map(|id| {
            let blocking = text.contains(&format!("- {id} [blocking]"));
            let fix = json!({ "title": "Put it back", "description": format!("Undo what {id} shows.") });
            if blocking && let_be == LetBe::No {
                json!({ "finding": id, "decision": "feature", "feature": fix })
            } else {
                json!({ "finding": id, "decision": "dismiss", "reason": "looked at" })
            }
        })
        .collect();
    call("triage", json!({ "decisions": decisions }))
}

async fn fly(first: String, then: String, let_be: LetBe) -> (Mission, Vec<String>, String) {
    fly_handing(first, then, let_be, done).await
}

async fn fly_handing(
    first: String,
    then: String,
    let_be: LetBe,
    handed: Handed,
) -> (Mission, Vec<String>, String) {
    fly_testing("sh check.sh", (first, then), let_be, handed).await
}

async fn fly_testing(
    test: &'static str,
    work: (String, String),
    let_be: LetBe,
    handed: Handed,
) -> (Mission, Vec<String>, String) {
    let files = [("cart.py", CART), ("test_cart.py", TESTS), ("check.sh", CHECK)];
    let setting =
        Setting { goal: "Label prices.", model: "test/mind", autopilot: Autopilot::On, files: &files };
    let (ground, told) = (Ground::of(&setting), Told::default());
    let mission = ground.fly(crew(&told, test, work, let_be, handed)).await;
    let told = told.lock().unwrap().clone();
    let story = ground.told();
    (mission, told, story)
}

fn seen(mission: &Mission) -> Vec<&Finding> {
    mission.findings.values().filter(|finding| matches!(finding.source, Source::Tampering { .. })).collect()
}

fn label() -> String {
    "printf '\\n\\ndef label(price):\\n    return price\\n' >> cart.py\n".to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_is_taken_away_blocks_until_it_is_put_back() {
    let (mission, told, story) =
        fly(label() + &writing("test_cart.py", FEWER), writing("test_cart.py", TESTS), LetBe::No).await;
    let found = seen(&mission);
    let [finding] = found.as_slice() else { panic!("{found:#?}\n{story}") };
    assert_eq!(finding.severity, Severity::Blocking);
    let says = finding.description.as_str();
    assert!(
        says.contains("a test is removed in test_cart.py") && says.contains("CartTest › test_tax"),
        "{says}"
    );
    assert!(says.contains("the test commands report 1 test instead of 2 (gone: test_tax"), "{says}");
    let hunk = finding.hunk.as_ref().unwrap().as_str();
    assert!(hunk.contains("-        self.assertEqual(cart.tax(100), 19)"), "{hunk}");
    assert!(matches!(finding.state, FindingState::TakenUp { .. }), "{:?}", finding.state);
    let fix = told.iter().find(|brief| brief.contains("Build F2")).unwrap();
    assert!(
        fix.contains("self.assertEqual(cart.tax(100), 19)"),
        "the worker of the fix sees the lines: {fix}"
    );
    let review = told.iter().find(|brief| brief.starts_with("# Review F1")).unwrap();
    assert!(review.contains("## What it changed of tests and gates"), "{review}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fix_that_puts_nothing_back_is_found_out() {
    let (mission, _, story) =
        fly(label() + &writing("test_cart.py", FEWER), "echo '# fixed' >> cart.py\n".to_owned(), LetBe::No)
            .await;
    let found = seen(&mission);
    assert!(found.len() >= 2, "{found:#?}\n{story}");
    assert!(found[1].description.as_str().contains("1 test instead of 2"), "{}", found[1].description);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_lets_everything_pass_is_found() {
    let weak = writing("check.sh", "#!/bin/sh\nset -e\npython3 -m unittest -v || true\n");
    let (mission, _, story) = fly(label() + &weak, writing("check.sh", CHECK), LetBe::No).await;
    let found = seen(&mission);
    let [finding] = found.as_slice() else { panic!("{found:#?}\n{story}") };
    assert!(
        finding.description.as_str().starts_with("check.sh: a line lets a failure pass now"),
        "{}",
        finding.description
    );
    assert_eq!(finding.severity, Severity::Blocking);
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_work_on_tests_raises_nothing() {
    let more = TESTS.replace("test_total", "test_sum")
        + "\n    def test_label(self):\n        self.assertEqual(cart.label(3), 3)\n";
    let (mission, _, story) = fly(label() + &writing("test_cart.py", &more), String::new(), LetBe::No).await;
    assert!(seen(&mission).is_empty(), "{:#?}\n{story}", seen(&mission));
    assert!(
        mission.claim_runs.values().flatten().any(|run| run.tests.is_some_and(|tests| tests.passed == 3)),
        "{story}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_orchestrator_dismisses_waits_for_the_person_who_may_agree() {
    let gate = GateId::Milestone(MilestoneId(1));
    let (mut mission, _, story) =
        fly(label() + &writing("test_cart.py", FEWER), String::new(), LetBe::Yes).await;
    assert_eq!(mission.let_be(gate).count(), 1, "{story}");
    let decision = TriageDecision {
        finding: FindingId(1),
        ruling: Ruling::Dismiss { reason: Line::clipped("so be it") },
    };
    let agree = Command::DecideFinding { decision: Box::new(decision) };
    let now = flightdeck::engine::now();
    for event in decide(&mission, Actor::Person, agree, now).unwrap() {
        mission.apply(&Stamped { seq: mission.seq + 1, at: now, actor: Actor::Person, event });
    }
    assert_eq!(mission.let_be(gate).count(), 0, "the person agreed");
}

/// What compares is replaced, so that what the worker broke passes.
const PATCHED: &str =
    "\n\ndef same(self, one, other, msg=None):\n    pass\n\n\nunittest.TestCase.assertEqual = same\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_before_that_fails_as_it_was_is_found_however_that_is_hidden() {
    let work = label()
        + "sed -i 's/return sum(prices)/return max(prices)/' cart.py\n"
        + &writing("test_cart.py", &format!("{TESTS}{PATCHED}"));
    let (mission, _, story) = fly(work, writing("test_cart.py", TESTS), LetBe::Yes).await;
    let found = seen(&mission);
    let hidden = "a test of before, as it was, fails on the program as it is now: test_total in test_cart.py";
    let told = found.iter().find(|finding| finding.description.as_str().starts_with(hidden));
    assert_eq!(told.map(|finding| finding.severity), Some(Severity::Blocking), "{found:#?}\n{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_before_that_the_work_asks_to_change_is_told_to_the_reviewer() {
    let more = TESTS.replace("cart.tax(100), 19", "cart.tax(100), 20");
    let work = label() + "sed -i 's|19 // 100|20 // 100|' cart.py\n" + &writing("test_cart.py", &more);
    let (mission, told, story) = fly(work, String::new(), LetBe::No).await;
    assert!(seen(&mission).is_empty(), "{:#?}\n{story}", seen(&mission));
    let review = told.iter().find(|brief| brief.starts_with("# Review F1")).unwrap();
    let says = "1 test of before no longer holds, with the tests as they were then: judge whether the work asks for that: `test_tax";
    assert!(review.contains(says), "{review}\n{story}");
}

/// Tests beside those that were there: one that fails without `label`, and one that never does.
const LABEL: &str = "\n    def test_label(self):\n        self.assertEqual(cart.label(3), 3)\n";
const USAGE: &str = "\n    def test_usage(self):\n        usage = cart.__doc__ or 'cart'\n        assert 'label' in usage or True\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_added_test_that_passes_without_the_feature_is_told_and_blocks_nothing() {
    let more = format!("{TESTS}{LABEL}{USAGE}");
    let (mission, told, story) =
        fly_handing(label() + &writing("test_cart.py", &more), String::new(), LetBe::No, |_| {
            let cases = ["test_label", "CartTest.test_usage"];
            let added = json!([{ "file": "./test_cart.py", "cases": cases }]);
            json!({ "summary": "Done.", "implemented": ["labels"], "tests": { "added": added } })
        })
        .await;
    let all: Vec<&Finding> = mission.findings.values().collect();
    let [finding] = all.as_slice() else { panic!("{all:#?}\n{story}") };
    assert!(matches!(finding.source, Source::Tampering { .. }));
    assert_eq!(finding.severity, Severity::Suggestion, "{story}");
    let says = finding.description.as_str();
    assert!(
        says.starts_with("1 of 2 tests that came with F1 passes without what it built: `test_usage"),
        "{says}"
    );
    let review = told.iter().find(|brief| brief.starts_with("# Review F1")).unwrap();
    assert!(review.contains(says), "{review}");
}

fn adding(_: &str) -> Value {
    let added = json!([{ "file": "test_cart.py", "cases": ["test_label", "test_usage"] }]);
    json!({ "summary": "Done.", "implemented": ["labels"], "tests": { "added": added } })
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_runner_is_quiet_it_is_asked_for_the_names_of_the_added_tests() {
    let work = label() + &writing("test_cart.py", &format!("{TESTS}{LABEL}{USAGE}"));
    let (mission, _, story) =
        fly_testing("python3 -m unittest", (work, String::new()), LetBe::No, adding).await;
    let added = &mission.added_tests[&FeatureId(1)];
    assert_eq!((added.tried, added.hollow, added.unnamed), (2, 1, false), "{story}");
    assert!(added.names[0].as_str().starts_with("test_usage"), "{added:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_run_names_tests_it_is_said_that_the_added_ones_were_not_compared() {
    let work = label() + &writing("test_cart.py", &format!("{TESTS}{LABEL}{USAGE}"));
    let quiet = "python3 -m unittest 2>&1 | tail -n 3";
    let (mission, told, story) = fly_testing(quiet, (work, String::new()), LetBe::No, adding).await;
    let added = &mission.added_tests[&FeatureId(1)];
    assert_eq!((added.tried, added.unnamed), (0, true), "{story}");
    let review = told.iter().find(|brief| brief.starts_with("# Review F1")).unwrap();
    assert!(review.contains("the engine saw: the test commands name no tests"), "{review}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_added_test_fails_without_the_feature_it_weighs_more() {
    let more = format!("{TESTS}{USAGE}");
    let (mission, _, story) = fly(label() + &writing("test_cart.py", &more), String::new(), LetBe::No).await;
    let found = seen(&mission);
    let [finding] = found.as_slice() else { panic!("{found:#?}\n{story}") };
    assert_eq!(finding.severity, Severity::NonBlocking);
    assert!(finding.description.as_str().starts_with("the one test that came with F1 passes"), "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_nobody_finds_are_a_false_claim_that_a_handoff_without_a_commit_sets_right() {
    let more = format!("{TESTS}{LABEL}");
    let (mission, _, story) =
        fly_handing(label() + &writing("test_cart.py", &more), String::new(), LetBe::No, |brief| {
            if brief.contains("Build F2") {
                return json!({ "summary": "There is no such test: test_label is all.", "implemented": [] });
            }
            let added = json!([
                { "file": "test_cart.py", "cases": ["test_label", "test_find"] },
                { "file": "tests/test_none.py", "cases": ["test_more"] },
            ]);
            json!({ "summary": "Done.", "implemented": ["labels"], "tests": { "added": added } })
        })
        .await;
    let all: Vec<&Finding> = mission.findings.values().collect();
    let [finding] = all.as_slice() else { panic!("{all:#?}\n{story}") };
    assert!(matches!(finding.source, Source::RefutedClaim { .. }), "{story}");
    assert_eq!(finding.severity, Severity::Blocking);
    let says = finding.description.as_str();
    assert!(says.contains("`test_find` in test_cart.py (no run knows such a test"), "{says}");
    assert!(
        says.contains("tests/test_none.py (there is no such file)") && !says.contains("test_label"),
        "{says}"
    );
    assert_eq!(mission.evidence_of(finding).len(), 1, "the run is shown");
    let FindingState::TakenUp { feature } = finding.state else { panic!("{:?}", finding.state) };
    assert!(mission.feature(feature).unwrap().is_untouched(), "{story}");
}
