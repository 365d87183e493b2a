//! What each role is told, from the recorded requests of a whole mission: everybody leaves a word of their own wherever they
//! can, and each is looked for in everything that the models of the other roles were ever sent.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use flightdeck::agent::model::{Item, Reply, Request, ToolSpec};
use flightdeck::domain::gate::Autopilot;
use flightdeck::domain::mission::{Limits, Mission, Status};
use flightdeck::domain::verdict::Outcome;
use flightdeck::engine::EngineOptions;
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::{Ground, repository_with};
use crate::support::wire::Setting;

/// What the models of a role were sent, and what they replied.
#[derive(Clone, Default)]
struct Exchange {
    told: String,
    left: String,
    /// The bytes of its tools, as they are estimated and paid for with each request; the most of any session.
    tools: usize,
}

type Exchanges = BTreeMap<String, Exchange>;

/// What somebody leaves behind, and the roles that may be told of it beside whoever left it, which is the first.
const WORDS: [(&str, &[&str]); 32] = [
    ("VAL-SEAL-001", &["critic", "user_testing"]),
    ("sealedtitle", &["critic", "user_testing"]),
    ("sealedstatement", &["critic", "user_testing"]),
    ("sealedsteps", &["critic", "user_testing"]),
    ("sealedcommand", &["critic", "user_testing"]),
    ("sealedproof", &["critic", "user_testing"]),
    ("plannersaid", &["orchestrator"]),
    ("criticobjects", &["critic", "orchestrator"]),
    ("criticsums", &["critic"]),
    ("planneranswers", &["orchestrator", "critic"]),
    ("workersaid", &["worker"]),
    ("workersaw", &["worker"]),
    ("workercommits", &["worker"]),
    ("codeword", &["worker", "reviewer", "scrutiny", "orchestrator"]),
    ("handoffsums", &["worker", "reviewer", "orchestrator"]),
    ("handoffchecks", &["worker", "reviewer", "orchestrator"]),
    ("handoffissue", &["worker", "reviewer", "scrutiny", "orchestrator"]),
    ("handoffleaves", &["worker", "reviewer", "scrutiny", "orchestrator"]),
    ("workerlearned", &["worker", "scrutiny", "orchestrator"]),
    ("reviewersaid", &["reviewer"]),
    ("reviewersaw", &["reviewer"]),
    ("reviewsums", &["reviewer", "scrutiny"]),
    ("reviewissue", &["reviewer", "scrutiny", "orchestrator"]),
    ("reviewerlearned", &["reviewer", "worker", "scrutiny", "orchestrator"]),
    ("scrutinysums", &["scrutiny"]),
    ("scrutinyknows", &["scrutiny", "worker", "orchestrator"]),
    ("triagedismisses", &["orchestrator", "reviewer", "scrutiny"]),
    ("triagedefers", &["orchestrator", "reviewer", "scrutiny"]),
    ("testersaid", &["user_testing"]),
    ("testersaw", &["user_testing"]),
    ("testerissue", &["user_testing", "orchestrator", "scrutiny"]),
    ("testerlearned", &["user_testing", "worker", "scrutiny", "orchestrator"]),
];

fn said(text: &str, reply: Reply) -> Reply {
    Reply { text: text.to_owned(), ..reply }
}

fn assertion(id: &str, command: &str) -> Value {
    let check = json!({ "via": "command", "how": format!("Run `{command}` and see that it exits 0."), "command": command });
    json!({ "id": id, "title": format!("It keeps {id}"), "statement": format!("The file has what {id} asks for."),
        "check": check, "evidence": "the record" })
}

fn plan(brief: &str, turn: usize) -> Reply {
    let feature = |title: &str, id: &str| json!({ "title": title, "description": "Write a file.", "criteria": ["it is there"], "fulfills": [id] });
    let features = [feature("The first file", "VAL-A-001"), feature("The second file", "VAL-A-002")];
    let answers = if brief.contains("OBJ-1") {
        json!([{ "objection": "OBJ-1", "outcome": "kept", "words": "planneranswers" }])
    } else {
        json!([])
    };
    match turn {
        0 => said(
            "plannersaid",
            call(
                "propose_contract",
                json!({ "assertions": [assertion("VAL-A-001", "grep -q right one.txt"), assertion("VAL-A-002", "test -f two.txt")] }),
            ),
        ),
        1 => call("propose_environment", json!({ "test": [{ "name": "test", "run": "true" }] })),
        _ => call(
            "propose_plan",
            json!({ "milestones": [{ "title": "First", "features": features }], "answers": answers }),
        ),
    }
}

fn criticize(request: &Request) -> Reply {
    let objection =
        json!({ "kind": "other", "about": "F1", "why": "criticobjects", "instead": "less of it" });
    if format!("{:?}", request.items).contains("Objections before yours") {
        return call("agree", json!({ "summary": "criticsums of VAL-SEAL-001" }));
    }
    let mut objects = call("object", json!({ "objections": [objection], "summary": "criticsums" }));
    if !request.items.iter().any(|item| matches!(item, Item::Assistant(_))) {
        // In one reply, with what ends the session before what is to be done in it.
        let check = json!({ "via": "command", "how": "Do the sealedsteps and see that it exits 0.", "command": "test -f three.txt # sealedcommand" });
        let sealed = json!({ "id": "VAL-SEAL-001", "title": "The sealedtitle of one more file", "check": check,
            "statement": "A sealedstatement says there is a third.", "evidence": "the sealedproof" });
        objects.calls.extend(call("seal", json!({ "assertions": [sealed] })).calls);
    }
    objects
}

/// Four features are built: two that were planned, and the fixes of what failed.
fn build(brief: &str, turn: usize) -> Reply {
    let (file, text) = match brief {
        _ if brief.starts_with("# Build F1") => ("one.txt", "wrong codeword"),
        _ if brief.starts_with("# Build F2") => ("two.txt", "codeword"),
        _ if brief.contains("no third file") => ("three.txt", "codeword"),
        _ => ("one.txt", "right codeword"),
    };
    if turn == 0 {
        let command =
            format!("echo workersaw; echo {text} > {file}; git add -A; git commit -qm workercommits");
        return said("workersaid", call("shell", json!({ "command": command })));
    }
    let left = if file == "two.txt" { json!(["handoffleaves"]) } else { json!([]) };
    let issue = json!({ "severity": "non_blocking", "description": format!("handoffissue of {file}") });
    let check = json!({ "action": "handoffchecks", "observed": "it is there" });
    call(
        "handoff",
        json!({ "summary": "handoffsums", "implemented": [file], "left_undone": left, "issues": [issue],
            "checks": [check], "learned": [format!("workerlearned {file}")] }),
    )
}

fn review(brief: &str, turn: usize) -> Reply {
    if turn == 0 {
        return said("reviewersaid", call("shell", json!({ "command": "echo reviewersaw" })));
    }
    let issue =
        json!({ "file": "one.txt", "line": 1, "severity": "suggestion", "description": "reviewissue" });
    let issues = if brief.starts_with("# Review F2") { json!([issue]) } else { json!([]) };
    call(
        "report_review",
        json!({ "summary": "reviewsums", "verdict": "pass", "issues": issues, "learned": ["reviewerlearned"] }),
    )
}

fn scrutinize() -> Reply {
    call("report_scrutiny", json!({ "summary": "scrutinysums", "knowledge": ["scrutinyknows"] }))
}

/// The assertions that a tester's brief asks for.
fn asked(brief: &str) -> Vec<&str> {
    let heads = brief.lines().filter_map(|line| line.strip_prefix("### VAL-"));
    heads.filter_map(|head| head.split(' ').next()).collect()
}

/// The engine's record of a check, as the brief names it, and whether it is green.
fn record(brief: &str, id: &str) -> (String, bool) {
    let line = brief.lines().find(|line| line.starts_with(&format!("- VAL-{id} (revision"))).unwrap();
    let start = line.find("ev_").unwrap();
    let name = line[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (name, line.contains(": green"))
}

fn test_as_user(brief: &str, turn: usize) -> Reply {
    let ids = asked(brief);
    if turn == 0 {
        return said("testersaid", call("run", json!({ "command": "echo testersaw" })));
    }
    let Some(id) = ids.get(turn - 1) else {
        let known = brief.contains("testerissue");
        let issue = json!({ "severity": "non_blocking", "description": "testerissue beside VAL-SEAL-001" });
        let issues = if known { json!([]) } else { json!([issue]) };
        return call(
            "report_user_testing",
            json!({ "summary": "It is usable.", "issues": issues, "learned": ["testerlearned"] }),
        );
    };
    let (evidence, green) = record(brief, id);
    let (outcome, observed) = match *id {
        _ if green => ("pass", "It is right."),
        "SEAL-001" => (
            "fail",
            "VAL-SEAL-001: \"A sealedstatement says there is a third.\" I looked, and there is no third file.",
        ),
        _ => ("fail", "It reads wrong."),
    };
    call(
        "verdict",
        json!({ "assertion": format!("VAL-{id}"), "outcome": outcome, "observed": observed, "evidence": [evidence] }),
    )
}

/// What failed is mended, what a tester reported is put off, everything else is dismissed.
fn triage(brief: &str) -> Reply {
    let open: Vec<&str> = brief.split("## Open findings\n").nth(1).unwrap_or_default().lines().collect();
    let due = open.iter().take_while(|line| !line.starts_with("## "));
    let heads = due.filter(|line| line.starts_with("- FND-"));
    let decisions: Vec<Value> = heads
        .map(|line| {
            let id = line[2..].split(' ').next().unwrap();
            if line.contains("[blocking]") {
                let fix = json!({ "title": "Mend it", "description": "Mend what is wrong.", "criteria": ["it is right"] });
                return json!({ "finding": id, "decision": "feature", "feature": fix });
            }
            if line.contains("testerissue") {
                return json!({ "finding": id, "decision": "defer", "until": "milestone", "reason": "triagedefers" });
            }
            json!({ "finding": id, "decision": "dismiss", "reason": "triagedismisses" })
        })
        .collect();
    call("triage", json!({ "decisions": decisions }))
}

fn reply(request: &Request) -> Reply {
    let Some(Item::User { text: brief }) = request.items.first() else { panic!("no brief") };
    let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
    let label = |name: &str| request.labels.get(name).map_or("", String::as_str);
    match (label("role"), label("phase")) {
        ("orchestrator", "plan") => plan(brief, turn),
        ("orchestrator", _) => triage(brief),
        ("critic", _) => criticize(request),
        ("worker", _) => build(brief, turn),
        ("reviewer", _) => review(brief, turn),
        ("scrutiny", _) => scrutinize(),
        _ => test_as_user(brief, turn),
    }
}

/// Flies the whole mission with those prompts before the built-in ones, and keeps all that each role's models were sent.
async fn fly(prompts: Vec<PathBuf>) -> (Mission, Exchanges, String) {
    let files = [("README.md", "# Files\n"), ("AGENTS.md", "guideword\n")];
    let repository = tempfile::tempdir().unwrap();
    let base = repository_with(repository.path(), files);
    let setting =
        Setting { goal: "Write two files.", model: "test/mind", autopilot: Autopilot::On, files: &files };
    let limits = Limits { critic_rounds: 2, ..Limits::default() };
    let ground = Ground::within(&setting, limits, repository, base);
    let all = Arc::new(Mutex::new(Exchanges::new()));
    let kept = Arc::clone(&all);
    let mind = Mind::new(move |request, _| {
        let role = request.labels.get("role").cloned().unwrap_or_default();
        let sent = format!("{}\n{:?}\n{:?}\n", request.system, request.items, request.tools);
        let reply = reply(request);
        let mut kept = kept.lock().unwrap();
        let exchange = kept.entry(role).or_default();
        exchange.told += &sent;
        exchange.left += &format!("{reply:?}\n");
        let bytes =
            |tool: &ToolSpec| tool.name.len() + tool.description.len() + tool.schema.to_string().len();
        exchange.tools = exchange.tools.max(request.tools.iter().map(bytes).sum());
        Ok(reply)
    });
    let options = EngineOptions { backends: mind, prompt_dirs: prompts, ..ground.options() };
    flightdeck::engine::run(options).await.unwrap();
    let mission = ground.mission();
    let all = all.lock().unwrap().clone();
    (mission, all, ground.told())
}

/// No word reached a role that must not know it, and each word was left.
fn assert_apart(mission: &Mission, exchanges: &Exchanges, log: &str) {
    assert_eq!(mission.status(), Status::Completed, "{log}");
    assert_eq!(mission.rounds.len(), 2, "{log}");
    let roles: BTreeSet<&str> = exchanges.keys().map(String::as_str).collect();
    let all = ["critic", "orchestrator", "reviewer", "scrutiny", "user_testing", "worker"];
    assert_eq!(roles, all.into());
    for (word, may_know) in WORDS {
        let left_by = may_know[0];
        let left = exchanges[left_by].left.contains(word);
        assert!(left, "a {left_by} left no {word}: the test would say nothing of it");
        for role in all.iter().filter(|role| !may_know.contains(role)) {
            assert!(!exchanges[*role].told.contains(word), "a {role} was told {word}\n{log}");
        }
    }
    assert!(
        !exchanges["user_testing"].told.contains("guideword"),
        "what workers write for each other is no tester's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_what_their_role_must_not_know() {
    let (mission, exchanges, log) = fly(Vec::new()).await;
    assert_apart(&mission, &exchanges, &log);
    assert_lean(&exchanges);
    let sealed = "VAL-SEAL-001".parse().unwrap();
    let outcomes: Vec<Outcome> = mission.verdicts[&sealed].iter().map(|verdict| verdict.outcome).collect();
    assert_eq!(outcomes, [Outcome::Fail, Outcome::Pass], "it fails, is mended, and passes");
    // What is meant to arrive does.
    for (role, word) in [
        ("reviewer", "codeword"),
        ("reviewer", "handoffsums"),
        ("worker", "(not confirmed) workerlearned one.txt"),
        ("scrutiny", "workerlearned one.txt"),
        ("user_testing", "(not confirmed) testerlearned"),
        ("user_testing", "testerissue"),
        ("orchestrator", "testerissue"),
        ("critic", "planneranswers"),
        ("worker", "guideword"),
        ("worker", "a user saw: it: "),
        ("reviewer", "there is no third file"),
    ] {
        assert!(exchanges[role].told.contains(word), "no {role} was told {word}\n{log}");
    }
    assert!(!exchanges["critic"].told.contains("README.md"), "a critic reads the goal and the plan alone");
}

/// Each turn of each session pays for the tools of its role: a worker's were 2,150 tokens once.
fn assert_lean(exchanges: &Exchanges) {
    for (role, most) in [
        ("orchestrator", 2_080),
        ("critic", 750),
        ("worker", 1_250),
        ("reviewer", 900),
        ("scrutiny", 850),
        ("user_testing", 1_000),
    ] {
        let tokens = exchanges[role].tools / 4;
        assert!(
            (most / 3..=most).contains(&tokens),
            "the tools of {role}: {tokens} tokens of at most {most}"
        );
    }
}

/// A project may word prompts anew; it cannot have a tester see what a tester must not.
#[tokio::test(flavor = "multi_thread")]
async fn no_prompt_opens_the_code_to_a_tester() {
    let prompts = tempfile::tempdir().unwrap();
    let more = "tools = [\"read\", \"shell\", \"skill\", \"read_mission\", ";
    let builtin = include_str!("../../prompts/user_testing.md");
    let text =
        builtin.replacen("tools = [", more, 1).replacen("role = \"user_testing\"", "role = \"worker\"", 1)
            + "{{ mission.repo_notes }}{% for note in mission.knowledge %}{{ note }}{% endfor %}\n";
    assert!(text.contains("read_mission") && text.contains("role = \"worker\""));
    std::fs::write(prompts.path().join("user_testing.md"), text).unwrap();
    let (mission, exchanges, log) = fly(vec![prompts.path().to_owned()]).await;
    assert_apart(&mission, &exchanges, &log);
    for tool in ["read", "shell", "read_mission"] {
        assert!(!exchanges["user_testing"].told.contains(&format!("name: \"{tool}\"")), "{tool}");
        assert!(log.contains(&format!("the tool `{tool}` cannot be given: ")), "{tool}\n{log}");
    }
}
