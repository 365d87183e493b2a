//! The verbs that read: each for people and as JSON, with no engine running.

use nix::sys::signal::Signal;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::stage::Stage;

#[test]
fn a_planned_mission_can_be_read_in_every_way_without_an_engine() {
    let stage = Stage::new();
    let id = stage.planned();
    stage.kill_engines(Signal::SIGKILL);

    let status = stage.told(&["status"]);
    for words in ["A guestbook", "WAITING", "12 pending", "M1 ", "flightdeck gate"] {
        assert!(status.contains(words), "{words}\n{status}");
    }
    assert_eq!(stage.json(&["status", &id])["needs"][0]["kind"]["gate"]["gate"], "plan");
    let beginning = &id[..id.len() - 2];
    assert_eq!(stage.json(&["status", beginning])["id"], id.as_str(), "the beginning of an id is enough");

    let listed = stage.json(&["list"]);
    assert_eq!(listed[0]["status"], "waiting");
    assert_eq!(listed[0]["needs"], 1);

    assert!(stage.told(&["transcript"]).contains("orchestrator"));
    assert_eq!(stage.json(&["transcript"])[0]["role"], "orchestrator");
    assert!(stage.told(&["transcript", "#1"]).contains("Propose 12 assertions"));
    let items = stage.json(&["transcript", &id, "1", "--limit", "3"]);
    assert_eq!(items["items"].as_array().map(Vec::len), Some(3));
    assert!(items["older"].as_u64() > Some(0));

    assert!(stage.told(&["assertion", "list"]).contains("VAL-WEB-001"));
    assert_eq!(stage.json(&["assertion", "show", "val-web-001"])["standing"], "pending");
    assert!(stage.told(&["evidence"]).contains("no verdict"));
    assert!(stage.told(&["models"]).contains("rehearsal/demo"));
    assert_eq!(stage.json(&["models"])[0]["usable"], true);
    assert_eq!(stage.told(&["diff"]), "0 files  +0 −0\n");
}

#[test]
fn the_plan_can_be_judged_on_one_page() {
    let stage = Stage::new();
    let id = stage.planned();
    let plan = stage.told(&["plan"]);
    for words in [
        "What you asked for\n\nA guestbook",
        "M1 ",
        "○ pending VAL-WEB-001 ",
        "evidence  ",
        "How it is checked",
        "test      cargo test",
        "worker          rehearsal/demo",
        "budget    no limit",
        "agent runs",
        "GO is possible, but weigh",
        "risk      rehearsal/demo builds and also validates",
        "The plan gate  A guestbook  ▲ waits for you",
        "the plan waits for GO",
        "plan go",
    ] {
        assert!(plan.contains(words), "{words}\n{plan}");
    }
    let told = stage.json(&["plan", &id]);
    assert_eq!(told["contract"].as_object().map(serde_json::Map::len), Some(12));
    assert!(told["risks"].as_array().is_some_and(|risks| !risks.is_empty()));
    assert!(stage.told(&["status"]).contains(&format!("flightdeck plan {id}")));
}

#[test]
fn a_gate_is_shown_when_nothing_is_decided() {
    let stage = Stage::new();
    let id = stage.planned();
    let plan = stage.told(&["plan"]);
    for words in [&["gate"][..], &["gate", &id], &["gate", "plan"], &["gate", &id, "plan"]] {
        assert_eq!(stage.told(words), plan, "{words:?}");
    }
    let milestone = stage.told(&["gate", "M1"]);
    assert!(
        milestone.contains(
            "The gate of M1  A guestbook\n○ Not shown: 8 assertions without a verdict\n◇ not reached yet: "
        ) && milestone.contains("F1 is not built"),
        "{milestone}"
    );
    assert_eq!(stage.json(&["gate", "plan"])["waits"], true);
    assert_eq!(stage.json(&["gate", "final"])["waits"], false);
}

#[test]
fn a_feature_is_shown_whole_and_edited_before_it_is_built() {
    let stage = Stage::new();
    stage.planned();
    let shown = stage.told(&["feature", "show", "f2"]);
    assert!(shown.contains("F2 ") && shown.contains("VAL-") && shown.contains("evidence"), "{shown}");
    assert!(stage.ended(&["feature", "edit", "F1"], 2).1.contains("say what changes: --title"));
    let edit = ["feature", "edit", "F1", "--title", "A leaner start", "--criterion", "it starts"];
    assert_eq!(stage.told(&edit), "F1 is edited\n");
    let spec = &stage.json(&["feature", "show", "F1"])["feature"]["spec"];
    assert_eq!(spec["title"], "A leaner start");
    assert_eq!(spec["criteria"], serde_json::json!(["it starts"]));
    assert!(stage.ended(&edit, 2).1.contains("nothing would change"));
    assert!(stage.ended(&["feature", "show", "F99"], 2).1.contains("there is no feature `F99`"));
}

#[test]
fn findings_stats_and_talk_are_told_from_the_first_moment() {
    let stage = Stage::new();
    let id = stage.planned();
    assert_eq!(stage.told(&["findings"]), "nothing was reported yet\n");
    assert_eq!(stage.told(&["findings", "--open"]), "no finding is open\n");
    assert_eq!(stage.json(&["findings"]), serde_json::json!([]));
    let stats = stage.told(&["stats"]);
    assert!(
        stats.contains("By role") && stats.contains("orchestrator") && stats.contains("no limit"),
        "{stats}"
    );
    assert_eq!(stage.json(&["stats"])["by_role"][0]["of"], "orchestrator");
    assert!(stage.told(&["say", "keep it small"]).contains("said"));
    let talk = stage.told(&["talk", &id]);
    assert!(talk.contains("You  ") && talk.contains("  keep it small"), "{talk}");
    assert_eq!(stage.json(&["talk"])["messages"][0]["text"], "keep it small");
}

#[test]
fn the_log_is_one_event_a_line() {
    let stage = Stage::new();
    stage.planned();
    let told = stage.told(&["log", "--json"]);
    let events: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds[0], "mission_created");
    for kind in ["contract_proposed", "plan_proposed", "gate_opened"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    for (event, seq) in events.iter().zip(1..) {
        assert_eq!(event["seq"], seq);
        assert!(event["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{event}");
        assert!(event.get("body").is_some() && event["actor"].is_string());
    }
    assert_eq!(events[0]["actor"], "person");
    let rest = stage.told(&["log", "--json", "--after", "2"]);
    assert_eq!(rest.lines().count(), events.len() - 2);
    let for_people = stage.told(&["log"]);
    assert!(for_people.contains("✓ plan") && for_people.contains("2 milestones"), "{for_people}");
    assert!(!for_people.contains('\u{1b}'), "a pipe gets no colours");
}

#[test]
fn a_record_that_was_changed_outside_is_told_with_each_place() {
    let stage = Stage::new();
    let id = stage.planned();
    let sound = stage.told(&["log", "--verify"]);
    assert!(
        sound.contains("of evidence are as they were written.") && sound.contains("The newest hash is "),
        "{sound}"
    );
    let told = stage.json(&["log", "--verify"]);
    assert_eq!((&told["sound"], &told["hashed_from"]), (&true.into(), &1.into()));
    assert_eq!(told["events"], stage.told(&["log", "--json"]).lines().count());

    let database = stage.path(&format!("state/missions/{id}/mission.db"));
    let database = rusqlite::Connection::open(database).unwrap();
    database.execute_batch("UPDATE events SET at = at + 1 WHERE seq = 2").unwrap();
    drop(database);
    let (_, refused) = stage.ended(&["log", "--verify"], 1);
    assert!(
        refused.contains("is not what was written, in 1 place:\n  event 2 is not what was written"),
        "{refused}"
    );
    let (told, _) = stage.ended(&["log", "--verify", "--json"], 1);
    assert!(told.contains("\"sound\": false"), "{told}");
    let gate = stage.told(&["gate"]);
    assert!(gate.contains("changed outside: event 2 is not what was written."), "{gate}");
}

#[test]
fn settings_are_shown_with_their_origin() {
    let stage = Stage::new();
    stage.configure("[budget]\nmoney = 20\n");
    let shown = stage.told(&["config", "show"]);
    assert!(
        shown.contains("budget.money") && shown.contains("STAGE/config/flightdeck/config.toml:2"),
        "{shown}"
    );
    assert!(shown.contains("no model is set: `flightdeck setup` looks what there is"), "{shown}");
    let rows = stage.json(&["config", "show"]);
    let money = rows.as_array().unwrap().iter().find(|row| row["key"] == "budget.money").unwrap();
    assert_eq!(money["layer"], "user");
}

#[test]
fn no_verb_says_where_to_begin() {
    let stage = Stage::new();
    let told = stage.told(&[]);
    assert!(told.contains("flightdeck new") && told.contains("flightdeck demo"), "{told}");
}

#[test]
fn completions_know_the_verbs() {
    let stage = Stage::bare();
    for shell in ["bash", "zsh", "fish"] {
        assert!(stage.told(&["completions", shell]).contains("transcript"), "{shell}");
    }
}

#[test]
fn a_mission_is_written_down_for_others() {
    let stage = Stage::new();
    let id = stage.planned();
    stage.kill_engines(Signal::SIGKILL);
    assert!(stage.told(&["report"]).contains("**0 of 12 assertions proven.**"));
    assert_eq!(stage.json(&["report", &id])["tally"]["pending"], 12);
    let files = ["--html", "r.html", "--md", "r.md", "--junit", "r.xml", "--ctrf", "r.json"];
    let told = stage.told(&[&["report", "-m", &id], &files[..]].concat());
    assert_eq!(told, "wrote r.html\nwrote r.md\nwrote r.xml\nwrote r.json\n");
    for file in ["r.html", "r.md", "r.xml", "r.json"] {
        let text = std::fs::read_to_string(stage.repository().join(file)).unwrap();
        assert!(text.contains("VAL-WEB-001"), "{file}");
    }
    let (_, err) = stage.ended(&["report", "--html", "no/such/folder/r.html"], 1);
    assert!(err.contains("failed to write no/such/folder/r.html"), "{err}");

    let written = stage.told(&["bundle"]);
    assert!(written.contains(&format!("{id}-bundle: ")), "{written}");
    assert!(written.contains("`flightdeck bundle --check FOLDER` prints it again"), "{written}");
    let folder = format!("{id}-bundle");
    let (_, err) = stage.ended(&["bundle"], 2);
    assert!(err.contains("is there already"), "{err}");
    let checked = stage.told(&["bundle", "--check", &folder]);
    assert!(checked.starts_with("nothing was changed, removed or added"), "{checked}");
    assert!(
        checked.contains("Compare that number with the one that `flightdeck bundle` printed"),
        "{checked}"
    );
    let number = |told: &str| told.split("SHA-256 of them all ").nth(1).unwrap()[..64].to_owned();
    assert_eq!(number(&written), number(&checked));
    std::fs::write(stage.repository().join(&folder).join("more.txt"), "x").unwrap();
    let (_, err) = stage.ended(&["bundle", "--check", &folder], 1);
    assert!(err.contains("1 difference\n  added: more.txt"), "{err}");
    let (_, err) = stage.ended(&["bundle", "--check", "."], 2);
    assert!(err.contains("is no bundle"), "{err}");
}
