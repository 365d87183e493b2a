//! Checks are seen red on a real repository: what was built is undone in a checkout of its own, and nowhere else.
#![cfg(test)]

use std::sync::Arc;

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::event::{Actor, Event};
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::MilestoneId;
use flightdeck::domain::mission::Mission;
use flightdeck::domain::red::HowRed;
use flightdeck::domain::sabotage::{Reaction, SabotageOutcome, SeenRed};
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::{Ground, folder_beside};
use crate::support::wire::Setting;
use crate::support::words::{self, val};

const M1: GateId = GateId::Milestone(MilestoneId(1));

/// What is built, and how it is checked.
#[derive(Default)]
struct Story {
    /// Id, command, whether it is a guard.
    checks: Vec<(&'static str, String, bool)>,
    /// What each feature's worker runs, and what it fulfills.
    features: Vec<(&'static str, Vec<&'static str>)>,
    build: Option<&'static str>,
}

impl Story {
    fn planning(&self) -> [(&'static str, Value); 3] {
        let assertion = |(id, command, guard): &(&str, String, bool)| {
            json!({ "id": id, "title": format!("{id} holds"), "statement": format!("A user sees that {id} holds."),
                "check": { "via": "terminal", "how": format!("Run {command} and see that it ends well."), "command": command, "guard": guard },
                "evidence": "the screen" })
        };
        let feature = |(at, (run, fulfills)): (usize, &(&str, Vec<&str>))| {
            json!({ "title": format!("Feature {at}"), "description": format!("Do {run}"), "criteria": ["it is done"],
                "fulfills": fulfills, "no_assertion_because": fulfills.is_empty().then_some("it prepares the others") })
        };
        let script = |run: &str| json!([{ "name": "it", "run": run }]);
        let features: Vec<Value> = (1..).zip(&self.features).map(feature).collect();
        [
            (
                "propose_contract",
                json!({ "assertions": self.checks.iter().map(assertion).collect::<Vec<_>>() }),
            ),
            (
                "propose_environment",
                json!({ "test": script("true"), "build": self.build.map(script).unwrap_or(json!([])) }),
            ),
            ("propose_plan", json!({ "milestones": [{ "title": "All", "features": features }] })),
        ]
    }

    fn mind(self) -> Arc<Mind> {
        Mind::new(move |request, _| {
            let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
            let brief = brief(request);
            let role = request.labels.get("role").map_or("", String::as_str);
            Ok(match (role, request.labels.get("phase").map_or("", String::as_str)) {
                ("orchestrator", "plan") => {
                    let (tool, arguments) = self.planning()[turn.min(2)].clone();
                    call(tool, arguments)
                }
                ("orchestrator", _) => {
                    let decision = |id: &str| json!({ "finding": id, "decision": "dismiss", "reason": "seen, and left" });
                    let ids =
                        (1..9).map(|n| format!("FND-{n}")).filter(|id| brief.contains(&format!("{id} ")));
                    call("triage", json!({ "decisions": ids.map(|id| decision(&id)).collect::<Vec<_>>() }))
                }
                ("worker", _) if turn == 0 => {
                    let built =
                        (1..).zip(&self.features).find(|(n, _)| brief.contains(&format!("Build F{n}")));
                    let run = built.map_or("true", |(_, (run, _))| run);
                    call(
                        "shell",
                        json!({ "command": format!("{run} && git add -A && git commit -qm built") }),
                    )
                }
                ("worker", _) => call("handoff", json!({ "summary": "Built.", "implemented": ["it"] })),
                ("reviewer", _) => call("report_review", json!({ "summary": "Fine.", "verdict": "pass" })),
                ("scrutiny", _) => call("report_scrutiny", json!({ "summary": "It holds together." })),
                _ => self.test(request, turn),
            })
        })
    }

    fn test(&self, request: &Request, turn: usize) -> Reply {
        let Some((id, command, _)) = self.checks.get(turn / 2) else {
            return call("report_user_testing", json!({ "summary": "All is well." }));
        };
        if turn.is_multiple_of(2) {
            return call(
                "terminal",
                json!({ "action": "start", "command": format!("{command}; echo done") }),
            );
        }
        let answer = request.items.iter().rev().find_map(|item| match item {
            Item::ToolResult { output, .. } => Some(output.as_str()),
            _ => None,
        });
        let shown = answer.unwrap_or_default();
        let evidence: String = shown[shown.find("ev_").unwrap()..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        call(
            "verdict",
            json!({ "assertion": id, "outcome": "pass", "observed": "it holds", "evidence": [evidence] }),
        )
    }
}

fn brief(request: &Request) -> &str {
    let Some(Item::User { text }) = request.items.first() else { panic!("a session begins with its brief") };
    text
}

fn ground(files: &[(&str, &str)]) -> Ground {
    Ground::of(&Setting { goal: "Make it.", model: "test/mind", autopilot: Autopilot::On, files })
}

/// What was undone for an assertion, with the check's reaction in a word.
fn undone(mission: &Mission, id: &str) -> Vec<(String, &'static str)> {
    let sabotage = mission.sabotages.get(&val(id)).unwrap_or_else(|| panic!("nothing was undone for {id}"));
    let word = |reaction: &Reaction| match reaction {
        Reaction::Red { .. } => "red",
        Reaction::Other { .. } => "other",
        Reaction::Green => "green",
        Reaction::Skipped { .. } => "skipped",
    };
    sabotage.undone.iter().map(|one| (one.what.to_string(), word(&one.reaction))).collect()
}

fn numbered(changed: &[usize]) -> String {
    (1..=20)
        .map(|n| if changed.contains(&n) { format!("line {n} new\n") } else { format!("line {n}\n") })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_built_is_undone_feature_by_feature_then_hunk_by_hunk_where_nobody_works() {
    use SeenRed::{AtBase, Sabotaged, Toothless};

    let log = folder_beside();
    let log = log.path().join("log");
    let pages = numbered(&[]);
    let ground = ground(&[("README.md", "# It\n"), ("pages.txt", &pages), ("tests/kept.txt", "kept\n")]);
    let noted = |command: &str| {
        format!("{{ pwd; ls; }} | tr '\\n' ' ' >> {0}; echo >> {0}; {command}", log.display())
    };
    let story = Story {
        checks: vec![
            // Holds before anything is built; b needs a.
            ("VAL-A-001", noted("test ! -e b.txt || test -e a.txt"), false),
            // Both lines are new, or neither: only half of the feature breaks it.
            ("VAL-B-001", "test $(grep -c new pages.txt) != 1".to_owned(), false),
            ("VAL-C-001", "test -e README.md".to_owned(), false),
            ("VAL-D-001", "test -e README.md && test -e tests/kept.txt".to_owned(), true),
            ("VAL-E-001", "grep -q b b.txt".to_owned(), false),
            ("VAL-F-001", "grep -q 'line 18 new' pages.txt".to_owned(), false),
        ],
        features: vec![
            (
                "echo a > a.txt && mkdir -p tests && echo t > tests/new.txt",
                vec!["VAL-A-001", "VAL-C-001", "VAL-D-001"],
            ),
            (
                "sed -i -e 's/^line 2$/line 2 new/' -e 's/^line 18$/line 18 new/' pages.txt",
                vec!["VAL-B-001", "VAL-F-001"],
            ),
            ("echo b > b.txt", vec!["VAL-E-001"]),
        ],
        build: None,
    };
    let mission = ground.fly(story.mind()).await;
    let told = || format!("{:?} {:?}\n{}", mission.status(), mission.hold, ground.told());
    assert!(mission.is_gate_open(M1), "{}", told());

    assert_eq!(undone(&mission, "VAL-A-001"), [("F1".to_owned(), "red")], "{}", told());
    let hunks = [("F2".to_owned(), "green"), ("F2: pages.txt @@ -1,5 +1,5 @@".to_owned(), "red")];
    assert_eq!(undone(&mission, "VAL-B-001"), hunks, "{}", told());
    assert_eq!(undone(&mission, "VAL-C-001"), [("F1".to_owned(), "green")]);
    assert_eq!(undone(&mission, "VAL-D-001"), [("the whole app".to_owned(), "red")], "its tests stay");
    assert_eq!(undone(&mission, "VAL-E-001"), [("F3".to_owned(), "red")], "at the base there was no b.txt");
    assert!(!mission.sabotages.contains_key(&val("VAL-F-001")), "it was red at the base, for its statement");
    let seen: Vec<SeenRed> = mission.contract.keys().map(|id| mission.seen_red(id)).collect();
    assert_eq!(seen, [Sabotaged, Sabotaged, Toothless, Sabotaged, Sabotaged, AtBase]);

    let finding = mission.findings.values().next().unwrap();
    assert!(
        finding
            .description
            .as_str()
            .contains("`test -e README.md`, stays green whatever is undone in a copy: F1")
    );
    assert!(!mission.is_go(M1), "a check without teeth is the person's to decide on");
    assert_eq!((mission.contract_tally().proven, mission.contract_tally().unseen), (5, 0));

    let seen = std::fs::read_to_string(&log).unwrap();
    let without = |line: &&str| line.contains("b.txt") && !line.contains("a.txt");
    let lines: Vec<&str> = seen.lines().filter(without).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("/sabotage ")), "{seen}");
    assert!(lines.iter().all(|line| line.contains("tests ")), "the tests of a feature stay: {seen}");
    assert!(!ground.dir.join("sabotage").exists(), "its checkout goes with it");
    assert!(ground.dir.join("checkout/a.txt").exists());
}

/// A check that is red because the app's part is gone shows less than one that is red for its statement: less is undone to
/// see that, and what was seen is told as what it is.
#[expect(clippy::too_many_lines, reason = "one story")]
#[tokio::test(flavor = "multi_thread")]
async fn how_a_check_was_red_is_told_and_less_is_undone_to_see_it_red_for_its_statement() {
    let page = numbered(&[]);
    let ground = ground(&[("README.md", "# It\n"), ("pages.txt", &page), ("tool.sh", "echo plain\n")]);
    let before_done = |command: &str| format!("test ! -e done.txt || {command}");
    let story = Story {
        checks: vec![
            ("VAL-A-001", before_done("{ cat words.txt && sed -n 18p pages.txt | grep -q n.w; }"), false),
            ("VAL-B-001", before_done("./greet.sh Ada"), false),
            ("VAL-C-001", "sh tool.sh | grep fancy".to_owned(), false),
            ("VAL-D-001", "./greet.sh Ada".to_owned(), false),
            ("VAL-E-001", "test -e README.md".to_owned(), true),
            ("VAL-F-001", "./greet.sh Ada | grep 'Hello, Ada'".to_owned(), false),
        ],
        features: vec![
            (
                "echo some > words.txt; sed -i -e 's/^line 2$/line 2 new/' -e 's/^line 18$/line 18 new/' pages.txt",
                vec!["VAL-A-001", "VAL-E-001"],
            ),
            (
                "printf '#!/bin/sh\\necho Hello, $1' > greet.sh; chmod +x greet.sh",
                vec!["VAL-B-001", "VAL-D-001", "VAL-F-001"],
            ),
            ("echo 'echo fancy' > tool.sh; echo done > done.txt", vec!["VAL-C-001"]),
        ],
        build: None,
    };
    let mission = ground.fly(story.mind()).await;
    let told = || format!("{:?} {:?}\n{}", mission.status(), mission.hold, ground.told());
    assert!(mission.is_go(M1), "it is told, and asks nobody: {}", told());

    let how = |id: &str| mission.how_red(&val(id));
    let tried = |id: &str| -> Vec<(String, Option<HowRed>)> {
        let assertion = mission.assertion(&val(id)).unwrap();
        let tries = mission.tries_of(assertion);
        tries.iter().map(|one| (one.what.to_string(), one.reaction.how())).collect()
    };
    let base = || "anything built (the base commit)".to_owned();
    let hunk = |place: &str| format!("F1: pages.txt @@ {place} @@");
    let undone = [
        (base(), None),
        ("F1".to_owned(), Some(HowRed::Gone)),
        (hunk("-1,5 +1,5"), None),
        (hunk("-15,6 +15,6"), Some(HowRed::Untrue)),
    ];
    assert_eq!(tried("VAL-A-001"), undone, "{}", told());
    assert_eq!(how("VAL-A-001"), Some(HowRed::Untrue));
    let sentence = mission.sabotages[&val("VAL-A-001")].sentence();
    assert!(
        sentence.contains("without F1: pages.txt @@ -15,6 +15,6 @@, where what it asserts did not hold"),
        "{sentence}"
    );
    // The program is gone, and nothing less can be undone.
    assert_eq!(tried("VAL-B-001"), [(base(), None), ("F2".to_owned(), Some(HowRed::Gone))]);
    let words =
        |id: &str| flightdeck::view::assertion::seen_red(&mission, mission.assertion(&val(id)).unwrap());
    let said = words("VAL-B-001");
    assert!(
        said.starts_with("it is red in a copy without F2, where what it works with was gone: exit 127: ")
            && said.contains("greet.sh: not found"),
        "{said}"
    );
    // At the base commit it is told just as well; there it is not enough.
    assert_eq!((how("VAL-C-001"), how("VAL-D-001")), (Some(HowRed::Untrue), Some(HowRed::Gone)));
    let seen = ["VAL-A-001", "VAL-B-001", "VAL-C-001", "VAL-D-001"].map(|id| mission.seen_red(&val(id)));
    assert_eq!(seen, [SeenRed::Sabotaged, SeenRed::Sabotaged, SeenRed::AtBase, SeenRed::Sabotaged]);
    // A word of what it asserts, with the app there.
    let reworded = ("the word \"Hello\"".to_owned(), Some(HowRed::Untrue));
    assert_eq!(tried("VAL-F-001"), [(base(), Some(HowRed::Gone)), reworded], "{}", told());
    assert_eq!(mission.seen_red(&val("VAL-F-001")), SeenRed::Sabotaged);
    let at_base = "at the base commit, before anything was built, where what it asserts did not hold: exit 1";
    assert!(words("VAL-C-001").starts_with(at_base), "{}", words("VAL-C-001"));
    assert_eq!(words("VAL-D-001"), said);
    assert_eq!(how("VAL-E-001"), Some(HowRed::Gone), "of nothing, nothing can be judged");
    // What it printed then is kept, and is among what the assertion rests on.
    let (piece, _) = mission.pieces_of(&val("VAL-B-001")).pop().unwrap();
    let record = ground.missions.read(&ground.id).unwrap();
    let shown = record.evidence().get(&piece).unwrap().doc();
    assert!(shown.content.contains("greet.sh: not found"), "{}", shown.content);
    let page = flightdeck::view::gate_page::rows(&mission, M1, &|_| String::new(), 200);
    let page = flightdeck::view::row::plain(&page);
    assert!(page.contains("seen red (with the app's part gone)"), "{page}");
    assert!(page.contains("seen red  it is red in a copy without F2"), "{page}");
    assert!(
        !page.contains("seen red  it is red in a copy without F1"),
        "one for its statement needs no more words: {page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_later_work_stands_on_is_undone_as_far_as_it_stands_alone_or_with_that_work() {
    let ground = ground(&[("README.md", "# It\n"), ("pages.txt", &numbered(&[]))]);
    let story = Story {
        checks: vec![
            (
                "VAL-A-001",
                "sed -n 18p pages.txt | grep -q n.w || ! grep -q n.west pages.txt".to_owned(),
                false,
            ),
            ("VAL-B-001", "test ! -e b.txt || grep -q b.tter b.txt".to_owned(), false),
            ("VAL-C-001", "test -e README.md".to_owned(), false),
        ],
        features: vec![
            ("sed -i -e 's/^line 2$/line 2 new/' -e 's/^line 18$/line 18 new/' pages.txt", vec!["VAL-A-001"]),
            ("sed -i -e 's/^line 2 new$/line 2 newer/' pages.txt; echo good > b.txt", vec!["VAL-C-001"]),
            ("echo better > b.txt; sed -i -e 's/^line 2 .*$/line 2 newest/' pages.txt", vec!["VAL-B-001"]),
            ("echo 'better still' > b.txt", vec![]),
        ],
        build: None,
    };
    let mission = ground.fly(story.mind()).await;
    assert_eq!(undone(&mission, "VAL-A-001"), [("a part of F1".to_owned(), "red")], "{}", ground.told());
    let with_later =
        [("a part of F3".to_owned(), "green"), ("F3 and all that was built on it".to_owned(), "red")];
    assert_eq!(undone(&mission, "VAL-B-001"), with_later, "{}", ground.told());
    let kept = &mission.sabotages[&val("VAL-C-001")];
    assert_eq!(kept.outcome, SabotageOutcome::Untold, "a part that stays green says nothing: {kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_build_tells_nothing_and_what_runs_out_of_time_is_said() {
    let ground = ground(&[("README.md", "# It\n")]);
    let story = || Story {
        checks: vec![("VAL-A-001", "test ! -e b.txt || test -e a.txt".to_owned(), false)],
        features: vec![("echo a > a.txt", vec!["VAL-A-001"]), ("echo b > b.txt", vec![])],
        // Without a, the app does not compile.
        build: Some("test ! -e b.txt || test -e a.txt"),
    };
    let mission = ground.fly(story().mind()).await;
    let sabotage = &mission.sabotages[&val("VAL-A-001")];
    assert_eq!(sabotage.outcome, SabotageOutcome::Untold, "{}", ground.told());
    assert!(
        sabotage.note.as_ref().unwrap().as_str().starts_with("without it `test ! -e b.txt"),
        "{sabotage:?}"
    );
    assert!(mission.open_findings().next().is_none(), "it is no finding");
    assert!(!mission.is_go(M1), "a check that held before, and was never seen red, proves nothing");

    let short = self::ground(&[("README.md", "# It\n")]);
    let spent = words::sabotage("VAL-X-001", SabotageOutcome::Red);
    let spent = flightdeck::domain::sabotage::Sabotage { wall_ms: u64::MAX / 2, ..spent };
    let log = short.missions.open(&short.id).unwrap();
    let (seq, now) = (log.mission().unwrap().seq, flightdeck::engine::now());
    log.append(seq, now, Actor::Engine, &[Event::CheckSabotaged { sabotage: Box::new(spent) }]).unwrap();
    drop(log);
    let mission = short.fly(story().mind()).await;
    let sabotage = &mission.sabotages[&val("VAL-A-001")];
    assert_eq!(
        (sabotage.outcome, sabotage.undone.len()),
        (SabotageOutcome::OutOfTime, 0),
        "{}",
        short.told()
    );
    assert!(mission.is_gate_open(M1), "nobody waits for what there is no time for");
}
