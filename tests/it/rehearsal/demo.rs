//! The demo mission, session by session.

use std::sync::Arc;

use flightdeck::agent::model::ResultStatus::Done;
use flightdeck::agent::model::script::{PlaybackSpeed, ScriptedModel, Scripts};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::stage::{labels, play, request, turn};
use super::world::World;

/// The features in the order in which the demo builds them.
pub const FEATURES: [&str; 7] = [
    "Keep entries in a file",
    "Show the book on the web",
    "Refuse oversized requests",
    "Sign the book in the browser",
    "Take names in any language",
    "Add and list from the command line",
    "Sign by answering questions",
];

pub fn demo() -> ScriptedModel {
    ScriptedModel::new(Arc::new(Scripts::builtin("demo").unwrap()), PlaybackSpeed::INSTANT)
}

/// Plays one worker; `shell` answers its commands. Returns the handoff.
pub fn work(world: &mut World, feature: &str, shell: &mut dyn FnMut(&World, &str) -> String) -> Value {
    let mut request = request(labels(&[("role", "worker"), ("feature", feature)]), "Build it.");
    let made = play(&demo(), &mut request, &["handoff"], &mut |tool, input| {
        world.file_tool(tool, input).unwrap_or_else(|| match tool {
            "shell" => (shell(world, input["command"].as_str().unwrap()), Done),
            _ => ("noted".to_owned(), Done),
        })
    });
    made.last().unwrap().1.clone()
}

fn green(_: &World, command: &str) -> String {
    let output =
        "running 9 tests\ntest result: ok. 9 passed; 0 failed\n\ntest result: ok. 0 passed; 0 failed\n";
    if command.starts_with("cargo") { output.to_owned() } else { String::new() }
}

fn red(_: &World, _: &str) -> String {
    "test result: FAILED. 8 passed; 1 failed".to_owned()
}

/// Plays a user-testing session whose requests are answered by `app`, and returns its verdicts.
fn test(round: &str, asked: &str, app: &dyn Fn(&Value) -> String) -> Vec<Value> {
    test_of(("M1", round), asked, app)
}

fn test_of((milestone, round): (&str, &str), asked: &str, app: &dyn Fn(&Value) -> String) -> Vec<Value> {
    let labels = labels(&[("role", "user_testing"), ("milestone", milestone), ("round", round)]);
    let mut request = request(labels, &format!("app: http://127.0.0.1:7979\n{asked}"));
    let mut count = 0;
    let made = play(&demo(), &mut request, &["report_user_testing"], &mut |tool, input| {
        count += 1;
        let answer = match tool {
            "http" => app(input),
            "terminal" => input["text"].as_str().unwrap_or("noted").to_owned() + ", Quinn",
            _ => "noted".to_owned(),
        };
        (format!("{answer}\nevidence: ev_{count}"), Done)
    });
    made.into_iter().filter(|(tool, _)| tool == "verdict").map(|(_, verdict)| verdict).collect()
}

fn page_with(jose: &str) -> impl Fn(&Value) -> String {
    let jose = jose.to_owned();
    move |input| {
        assert!(input["url"].as_str().unwrap().starts_with("http://127.0.0.1:7979/"));
        if input["method"] == "POST" {
            return "status: 303\nlocation: /\n\n".to_owned();
        }
        format!(
            "status: 200\ncontent-type: text/html; charset=utf-8\n\n<p>Olá! Привет</p><cite>{jose}</cite>\n"
        )
    }
}

#[test]
fn every_worker_writes_what_it_means_to_and_claims_what_it_saw() {
    let mut world = World::new();
    for feature in FEATURES {
        let handoff = work(&mut world, feature, &mut green);
        assert_eq!(handoff["commands"][0]["observation"], "9 tests passed", "{feature}");
        assert_eq!(handoff["procedure"]["followed"], true);
    }
    assert_eq!(world.faults, Vec::<String>::new());
    assert!(world.text("src/form.rs").contains("String::from_utf8_lossy(&out)"));
    assert!(world.text("src/main.rs").contains("[\"sign\"] => prompt::sign"));
    assert!(world.text("src/server.rs").contains("{ 413 } else { 400 }"));
}

#[test]
fn a_worker_does_not_hand_red_tests_over_as_done() {
    for feature in FEATURES {
        let mut world = World::new();
        let handoff = work(&mut world, feature, &mut red);
        assert_eq!(handoff["commands"][0]["exit_code"], 101, "{feature}");
        assert_eq!(handoff["issues"][0]["severity"], "blocking", "{feature}");
    }
}

#[test]
fn a_feature_that_no_script_knows_is_not_claimed() {
    let handoff = work(&mut World::new(), "Look into FND-9", &mut green);
    assert_eq!(handoff["implemented"], json!([]));
    assert_eq!(handoff["procedure"]["followed"], false);
}

#[test]
fn a_verdict_is_about_what_the_app_answered() {
    let asked = "VAL-SIGN-002 Names in any language";
    let verdicts = test("1", asked, &page_with("JosÃ©"));
    assert_eq!(verdicts.len(), 1, "only what the brief asks for gets a verdict");
    assert_eq!(
        (&verdicts[0]["outcome"], &verdicts[0]["assertion"]),
        (&json!("fail"), &json!("VAL-SIGN-002"))
    );
    assert!(verdicts[0]["observed"].as_str().unwrap().contains("shows JosÃ© instead of José"));
    assert_eq!(verdicts[0]["evidence"], json!(["ev_2", "ev_5"]));

    let verdicts = test("2", asked, &page_with("José"));
    assert_eq!(verdicts[0]["outcome"], "pass");
}

#[test]
fn where_a_browser_is_the_names_are_tested_in_it_and_a_picture_is_the_evidence() {
    let planned = |brief: &str| {
        let mut request = request(labels(&[("role", "orchestrator"), ("phase", "plan")]), brief);
        let mut world = World::new();
        let made = play(&demo(), &mut request, &["propose_contract"], &mut |tool, input| {
            world.file_tool(tool, input).unwrap_or_else(|| ("accepted".to_owned(), Done))
        });
        let contract = made.iter().find(|(tool, _)| tool == "propose_contract").unwrap().1.clone();
        contract["assertions"][5]["check"]["via"].clone()
    };
    assert_eq!(planned("An assertion is checked via command, http, terminal or browser."), "browser");
    assert_eq!(planned("An assertion is checked via command, http or terminal."), "http");

    let labels = labels(&[("role", "user_testing"), ("milestone", "M1"), ("round", "1")]);
    let mut request =
        request(labels, "app: http://127.0.0.1:7979\nVAL-SIGN-002 check via browser: open the book");
    let mut count = 0;
    let made = play(&demo(), &mut request, &["report_user_testing"], &mut |tool, input| {
        count += 1;
        let answer = match (tool, input["action"].as_str()) {
            ("browser", Some("read")) => "- text \"Olá! Привет\"\n- text \"JosÃ©\"",
            ("browser", _) => "done",
            _ => "status: 200\n\n",
        };
        (format!("{answer}\nevidence: ev_{count}"), Done)
    });
    let of =
        |name: &str| made.iter().filter(|(tool, _)| tool == name).map(|(_, input)| input).collect::<Vec<_>>();
    assert!(of("http").iter().all(|input| input["form"]["name"] != "José"), "he signs in the browser alone");
    let actions: Vec<_> =
        of("browser").iter().map(|input| input["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["open", "fill", "fill", "click", "read", "screenshot"]);
    let verdict = of("verdict")[0];
    assert_eq!(verdict["outcome"], "fail");
    assert!(verdict["observed"].as_str().unwrap().contains("shows JosÃ© instead of José"), "{verdict}");
    assert_eq!(
        verdict["evidence"].as_array().unwrap().len(),
        2,
        "the picture and what the page says: {verdict}"
    );
}

#[test]
fn whatever_was_proven_before_is_tried_again_at_every_gate() {
    let web = [
        "WEB-001", "WEB-002", "WEB-003", "API-001", "SIGN-001", "SIGN-002", "SIGN-003", "SIGN-004",
        "SIGN-005",
    ];
    let cli = ["CLI-001", "CLI-002", "CLI-003", "CLI-004", "API-002"];
    let all: Vec<&str> = web.into_iter().chain(cli).collect();
    let told = |milestone: &str, round: &str, ids: &[&str], how: &str| {
        let labels = labels(&[("role", "user_testing"), ("milestone", milestone), ("round", round)]);
        let asked = ids.iter().map(|id| format!("VAL-{id}")).collect::<Vec<_>>().join("\n");
        let mut request = request(labels, &format!("app: http://127.0.0.1:7979\n{asked}\n{how}"));
        let mut count = 0;
        let made = play(&demo(), &mut request, &["report_user_testing"], &mut |tool, input| {
            count += 1;
            let answer = match (tool, input["action"].as_str()) {
                ("http", _) => page_with("José")(input),
                ("browser", Some("read")) => "- text \"Olá! Привет\"\n- text \"José\"".to_owned(),
                _ => "Name: Message: Thank you, Grace Katherine Dorothy".to_owned(),
            };
            (format!("{answer}\nevidence: ev_{count}"), Done)
        });
        let verdicts = made.iter().filter(|(tool, _)| tool == "verdict");
        let verdicts: Vec<String> =
            verdicts.map(|(_, verdict)| verdict["assertion"].as_str().unwrap().to_owned()).collect();
        (verdicts, made.last().unwrap().1["summary"].as_str().unwrap().to_owned())
    };
    let whole = |ids: &[&str]| ids.iter().map(|id| format!("VAL-{id}")).collect::<Vec<_>>();
    for how in [
        "",
        "check via browser: open the book",
        "check via browser: open the book. There is no browser here.",
    ] {
        for (milestone, round) in [("M1", "3"), ("M2", "1"), ("M2", "2"), ("M2", "4")] {
            for ids in [
                &all[..],
                &web[..],
                &cli[..],
                &["WEB-002"],
                &["SIGN-002"],
                &["CLI-003"],
                &["API-002"],
                &["API-001", "CLI-001"],
            ] {
                let (verdicts, summary) = told(milestone, round, ids, how);
                assert_eq!(verdicts, whole(ids), "{milestone} round {round}, {how}");
                assert!(!summary.contains("Nothing was tested"), "{summary}");
            }
        }
    }
    let (verdicts, summary) = told("M3", "1", &["X-001"], "");
    assert!(verdicts.is_empty() && summary.starts_with("Nothing was tested"), "{summary}");
}

#[test]
fn the_plan_claims_every_assertion_once() {
    let mut request = request(
        labels(&[("role", "orchestrator"), ("phase", "plan")]),
        "Build a guestbook. Serve it on 127.0.0.1:7979.",
    );
    let mut world = World::new();
    let made = play(&demo(), &mut request, &["propose_plan"], &mut |tool, input| {
        world.file_tool(tool, input).unwrap_or_else(|| ("accepted".to_owned(), Done))
    });
    let input = |name: &str| &made.iter().find(|(tool, _)| tool == name).unwrap().1;
    let service = &input("propose_environment")["services"][0];
    assert_eq!((&service["port"], &service["env"]["PORT"]), (&json!(7979), &json!("7979")));
    let mut promised: Vec<&Value> =
        input("propose_contract")["assertions"].as_array().unwrap().iter().map(|a| &a["id"]).collect();
    let milestones = input("propose_plan")["milestones"].as_array().unwrap();
    let features = milestones.iter().flat_map(|milestone| milestone["features"].as_array().unwrap());
    let mut claimed = Vec::new();
    for feature in features {
        match feature["fulfills"].as_array() {
            Some(assertions) => claimed.extend(assertions),
            None => assert!(feature["no_assertion_because"].is_string()),
        }
    }
    promised.sort_by_key(ToString::to_string);
    claimed.sort_by_key(ToString::to_string);
    assert_eq!(promised.len(), 12);
    assert_eq!(promised, claimed);
}

/// A critic's session, with what it called.
fn criticized(brief: &str) -> Vec<(String, Value)> {
    let mut request = request(labels(&[("role", "critic")]), brief);
    play(&demo(), &mut request, &["agree", "object"], &mut |_, _| ("noted".to_owned(), Done))
}

fn named<'a>(made: &'a [(String, Value)], tool: &str) -> Option<&'a Value> {
    made.iter().find(|(name, _)| name == tool).map(|(_, input)| input)
}

#[test]
fn the_critic_objects_to_what_no_assertion_shows_and_agrees_once_it_is_there() {
    let goal = Scripts::builtin("demo").unwrap().about().goal.clone();
    let first = criticized(&goal);
    let objections = named(&first, "object").unwrap()["objections"].as_array().unwrap();
    assert_eq!((objections.len(), &objections[0]["kind"]), (1, &json!("missing_assertion")));
    let sealed = &named(&first, "seal").unwrap()["assertions"][0]["id"];
    let second =
        criticized(&format!("{goal}\nVAL-SIGN-005 lasts\n# Sealed already\n{}", sealed.as_str().unwrap()));
    assert!(named(&second, "agree").is_some() && named(&second, "seal").is_none(), "{second:?}");
    let other = criticized("A goal that asks for neither.");
    assert!(named(&other, "agree").is_some() && named(&other, "seal").is_none(), "{other:?}");
}

#[test]
fn the_planner_answers_the_critic_with_an_assertion_that_a_later_plan_keeps() {
    let planned = |brief: &str| {
        let mut request = request(labels(&[("role", "orchestrator"), ("phase", "plan")]), brief);
        let mut world = World::new();
        play(&demo(), &mut request, &["propose_plan"], &mut |tool, input| {
            world.file_tool(tool, input).unwrap_or_else(|| ("accepted".to_owned(), Done))
        })
    };
    let lasts = |made: &[(String, Value)]| {
        let contract = named(made, "propose_contract").unwrap()["assertions"].as_array().unwrap();
        let plan = named(made, "propose_plan").unwrap().to_string();
        let is_there = contract.iter().any(|one| one["id"] == "VAL-SIGN-005" && one.get("if").is_none());
        assert_eq!((is_there, contract.len()), (plan.contains("VAL-SIGN-005"), 12 + usize::from(is_there)));
        is_there
    };
    assert!(!lasts(&planned("Build a guestbook.")));
    let answered = planned("## The critic objects: change the plan\n- OBJ-3 [missing_assertion] it: why");
    assert!(lasts(&answered) && named(&answered, "propose_environment").is_none());
    let answers = &named(&answered, "propose_plan").unwrap()["answers"];
    assert_eq!((&answers[0]["objection"], &answers[0]["outcome"]), (&json!("OBJ-3"), &json!("changed")));
    let again = planned("## The contract you proposed before\nVAL-SIGN-005 is there");
    assert!(lasts(&again), "a plan after a NO-GO keeps it");
    assert_eq!(named(&again, "propose_plan").unwrap()["answers"], json!([]));
}

#[test]
fn what_is_signed_must_outlive_a_restart() {
    let outcome = |kept: &str| {
        let verdicts = test("1", "VAL-SIGN-005", &|input| match input["method"].as_str() {
            Some("POST") => "status: 303\n\n".to_owned(),
            _ => format!("status: 200\n\n{kept}"),
        });
        verdicts[0]["outcome"].clone()
    };
    assert_eq!(outcome("Ada Lovelace: What a fine book!"), "pass");
    assert_eq!(outcome("Nobody has signed yet."), "fail");
}

#[test]
fn what_is_sealed_is_tried_beside_the_rest_and_read_sign_by_sign() {
    let outcome = |json: &str| {
        let verdicts = test_of(("M2", "1"), "VAL-API-002", &|_| format!("status: 200\n\n{json}"));
        assert_eq!(verdicts.len(), 1, "{verdicts:?}");
        verdicts[0]["outcome"].clone()
    };
    assert_eq!(outcome(r#"[{"name":"Quinn","message":"She said \"hi\" at C:\\temp"}]"#), "pass");
    assert_eq!(outcome(r#"[{"name":"Quinn","message":"She said "hi" at C:\temp"}]"#), "fail");
}

#[test]
fn every_open_finding_is_decided() {
    let brief = "Open findings:\n\
        - FND-1 [suggestion] The whole file is read for each page; a cache would save that.\n\
        - FND-2 [non_blocking] Requests larger than 64 KiB are read into memory\n\
        - FND-3 [blocking] VAL-SIGN-002 failed: the page shows JosÃ©\n\
        - FND-4 [blocking] names in UTF-8 \"fall\" apart in JSON\n\
        - FND-5 [blocking] the page is \"blank\"\n\
        - FND-6 [suggestion] A friendlier colour\n\
        - FND-7 [blocking] NO-GO at M1: a cache, please, and UTF-8 everywhere\n";
    let request = request(labels(&[("role", "orchestrator"), ("phase", "triage")]), brief);
    let reply = turn(&demo(), &request).unwrap();
    let decisions = &reply.calls[0].arguments.as_ref().unwrap()["decisions"];
    let decided: Vec<_> = decisions
        .as_array()
        .unwrap()
        .iter()
        .map(|d| format!("{} {} {}", d["finding"], d["decision"], d["feature"]["title"]).replace('"', ""))
        .collect();
    assert_eq!(
        decided,
        [
            "FND-1 dismiss null",
            "FND-2 feature Refuse oversized requests",
            "FND-3 feature Take names in any language",
            "FND-4 join null",
            "FND-5 feature Look into FND-5",
            "FND-6 dismiss null",
            "FND-7 dismiss null",
        ]
    );
    assert_eq!(decisions[3]["with"], "FND-3");
    assert_eq!(decisions[4]["feature"]["description"], "the page is \"blank\"");
    let reason = decisions[6]["reason"].as_str().unwrap();
    assert!(reason.starts_with("A rehearsal follows its script"), "a NO-GO is answered honestly: {reason}");
}

#[test]
fn every_role_has_a_script() {
    let roles = [("reviewer", "report_review"), ("scrutiny", "report_scrutiny")];
    let mut world = World::new();
    for feature in FEATURES {
        work(&mut world, feature, &mut green);
        for (role, closes) in roles {
            let labels = labels(&[("role", role), ("feature", feature), ("milestone", "M1")]);
            let told =
                "Look at it.\n- NOTE-1 by #2: one\n- NOTE-3 by #4: two\nconfirmed before:\n- NOTE-2: three";
            let mut request = request(labels, told);
            let made = play(&demo(), &mut request, &[closes], &mut |tool, input| {
                world.file_tool(tool, input).unwrap_or_else(|| ("noted".to_owned(), Done))
            });
            let report = &made.last().unwrap().1;
            let blocking =
                report["issues"].as_array().unwrap().iter().filter(|i| i["severity"] == "blocking");
            assert_eq!(blocking.count(), 0, "{role} of {feature}: {report}");
            let ruled: Vec<&str> = report["notes"]
                .as_array()
                .map_or(vec![], |notes| notes.iter().map(|note| note["note"].as_str().unwrap()).collect());
            let listed = if role == "scrutiny" { vec!["NOTE-1", "NOTE-3"] } else { vec![] };
            assert_eq!(ruled, listed, "{role} rules on what its brief lists");
        }
    }
    for (role, phase) in [("orchestrator", "talk"), ("researcher", "")] {
        let request = request(labels(&[("role", role), ("phase", phase)]), "What is this?");
        assert!(!turn(&demo(), &request).unwrap().text.is_empty(), "{role}");
    }
}
