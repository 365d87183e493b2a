//! A mission written down for others: the page, Markdown, test reports, and the folder that can be checked.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flightdeck::domain::command::Command;
use flightdeck::domain::event::Stamped;
use flightdeck::domain::evidence::{EvidenceDoc, EvidenceKind};
use flightdeck::domain::gate::GateId;
use flightdeck::domain::id::Timestamp;
use flightdeck::domain::mission::Mission;
use flightdeck::domain::verdict::{EvidenceRef, Outcome};
use flightdeck::report::bundle::{Bundle, Difference, Material, check, write};
use flightdeck::report::{MissionReport, ReportError, Sources, ctrf, html, junit, markdown};
use pretty_assertions::assert_eq;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::mission::Flight;
use crate::support::words;

const HOSTILE: &str = "<script>alert(1)</script> & \"quotes\" | pipe\u{1b}[2J {{ 7*7 }}";

/// One passed, one waived, one failed; agents wrote what a page could make something of.
fn flown() -> Mission {
    let mut hostile = words::assertion("VAL-M1-001");
    hostile.wording.title = words::title(HOSTILE);
    let contract = vec![hostile, words::assertion("VAL-M1-002"), words::non_blocking("VAL-M1-003")];
    let ids = ["VAL-M1-001", "VAL-M1-002", "VAL-M1-003"];
    let plan = vec![words::milestone("One", vec![words::feature("All of it", &ids)])];
    let flight = Flight::new().proposing(contract, plan).gone(GateId::Plan).built(1);
    let mut flight = flight.gated().reviewed().scrutinized();
    let tester = flight.start(flight.due()[0]);
    flight.verdict(tester, "VAL-M1-001", Outcome::Pass).verdict(tester, "VAL-M1-002", Outcome::Blocked);
    flight.verdict(tester, "VAL-M1-003", Outcome::Fail).report_testing(tester);
    let waived = words::val("VAL-M1-002");
    flight.person(Command::Waive { assertion: waived, reason: words::line("no printer here") });
    flight.mission
}

#[expect(clippy::unnecessary_wraps, reason = "where evidence is read from, it may be gone")]
fn doc(reference: &EvidenceRef) -> Result<EvidenceDoc, String> {
    let (kind, content) = match reference.0.len() % 2 {
        0 => (EvidenceKind::Screenshot, "iVBORw0KGgo=".to_owned()),
        _ => (EvidenceKind::Unknown, format!("seen: {HOSTILE}")),
    };
    Ok(EvidenceDoc {
        reference: reference.clone(),
        kind,
        title: "the page".to_owned(),
        content,
        facts: None,
        beside: Some(EvidenceRef("ev_5e55105e5510".to_owned())),
    })
}

fn report(mission: &Mission) -> MissionReport {
    MissionReport::of(mission, &Sources { evidence: &doc, changes: None, now: Timestamp(1_764_000_000_000) })
}

#[test]
fn no_fold_is_empty_and_the_lines_of_a_command_stay_apart() {
    let mut hollow = words::assertion("VAL-M1-001");
    hollow.wording.check.command = Some(words::line("cd app\nmake test"));
    let plan = vec![words::milestone("One", vec![words::feature("All of it", &["VAL-M1-001"])])];
    let mission = Flight::new().proposing(vec![hollow], plan).gone(GateId::Plan).built(1).validated().mission;
    let page = |kind: EvidenceKind, content: &str| {
        let doc = |reference: &EvidenceRef| {
            let (reference, title, content) = (reference.clone(), "a\nlook".to_owned(), content.to_owned());
            Ok(EvidenceDoc { reference, kind, title, content, facts: None, beside: None })
        };
        let sources = Sources { evidence: &doc, changes: None, now: Timestamp(1_764_000_000_000) };
        html(&MissionReport::of(&mission, &sources)).unwrap()
    };
    let blank = page(EvidenceKind::Terminal, r#"{"cells":[[{"text":"  "}],[]]}"#);
    assert!(!blank.contains("<details") && blank.contains("there was nothing to read on it"), "{blank}");
    assert!(blank.contains("<pre class=\"command\">cd app\nmake test</pre>"), "{blank}");
    let cast = "{\"version\":3,\"term\":{\"cols\":20,\"rows\":4}}\n[0.1,\"o\",\"Menu\"]\n[1.0,\"i\",\"q\"]\n[0.1,\"o\",\"\\u001b[2J\"]";
    let played = page(EvidenceKind::Recording, cast);
    assert!(
        played.contains("Menu") && played.contains("typed q") && played.contains("</code> a look</summary>"),
        "{played}"
    );
    let ran = r#"{"command":"cd app\nmake test","directory":"/w","exit":{"code":0},"output":"fine","milliseconds":3}"#;
    let ran = page(EvidenceKind::Command, ran);
    assert!(ran.contains("cd app</span>") && ran.contains("make test</span>"), "{ran}");
}

#[test]
fn a_page_holds_what_it_shows_and_nothing_that_agents_wrote_becomes_markup() {
    let mission = flown();
    let page = html(&report(&mission)).unwrap();
    for words in [
        "1 / 3</b>assertions proven, of them 1 not seen red",
        "Not shown: ",
        "VAL-M1-003",
        "Waived: no printer here",
        "&lt;script&gt;alert(1)&lt;&#x2f;script&gt;",
        "{{ 7*7 }}",
        "Content-Security-Policy",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(!page.contains("<script") && !page.contains('\u{1b}'), "{page}");
    // Nothing is fetched: what has a source has it within.
    for (at, _) in page.match_indices("src=\"").chain(page.match_indices("url(")) {
        assert!(page[at..].starts_with("src=\"data:image/png;base64,"), "{}", &page[at..at + 60]);
    }
    let text = markdown(&report(&mission)).unwrap();
    assert!(text.contains("**1 of 3 assertions proven, of them 1 not seen red, 1 waived.**"), "{text}");
    assert!(text.contains("\\<script\\>alert(1)\\</script\\>") && text.contains("\\| pipe"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn evidence_that_is_gone_is_said_to_be() {
    let mission = flown();
    let gone = |reference: &EvidenceRef| Err(format!("there is no {}", reference.0));
    let sources = Sources { evidence: &gone, changes: None, now: mission.updated };
    let page = html(&MissionReport::of(&mission, &sources)).unwrap();
    assert!(page.contains("there is no ev_"), "{page}");
}

#[test]
fn a_mission_without_a_plan_has_a_report_too() {
    for mission in [Flight::new().mission, Flight::completed().mission] {
        assert!(html(&report(&mission)).unwrap().ends_with("</html>\n"));
        assert!(markdown(&report(&mission)).unwrap().contains("## Contract"));
        assert!(Report::deserialize_from_str(&junit(&report(&mission)).unwrap()).is_ok());
    }
    let mut seen = Flight::completed().mission;
    let red = words::sabotage("VAL-M1-001", flightdeck::domain::sabotage::SabotageOutcome::Red);
    seen.sabotages.insert(words::val("VAL-M1-001"), red);
    let whole = html(&report(&seen)).unwrap();
    assert!(whole.contains("Nothing is left unshown."), "{whole}");
}

/// What was asked, and what a critic held against the answer, stand in both forms for people.
#[test]
fn requirements_and_objections_are_told_with_their_answers() {
    let mut founding = words::founding();
    founding.limits.critic_rounds = 1;
    let mut flight = Flight::founded(founding).proposed(1, 1);
    let critic = flight.start(flight.due()[0]);
    let objections = vec![words::objecting("VAL-M1-001")];
    flight.attempt(critic, Command::Criticize { summary: words::prose("One gap"), objections });
    let report = report(&flight.mission);
    for text in [html(&report).unwrap(), markdown(&report).unwrap()] {
        for words in
            ["Asked for", "REQ-1", "What the critic said", "One gap", "OBJ-1", "not answered", "VAL-M1-001"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    let requirement = &report.requirements[0];
    assert_eq!((requirement.by.as_slice(), requirement.is_shown), (&["VAL-M1-001".to_owned()][..], false));
}

#[test]
fn programs_read_the_contract_as_tests() {
    let report = report(&flown());
    let read = Report::deserialize_from_str(&junit(&report).unwrap()).unwrap();
    let cases: Vec<_> = read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let kinds: Vec<&str> = cases
        .iter()
        .map(|case| match &case.status {
            TestCaseStatus::Success { .. } => "success",
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => "failure",
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => "error",
            TestCaseStatus::Skipped { .. } => "skipped",
        })
        .collect();
    assert_eq!(kinds, ["success", "skipped", "failure"]);
    let ctrf = ctrf(&report);
    let summary = &ctrf["results"]["summary"];
    assert_eq!(
        (&summary["tests"], &summary["passed"], &summary["failed"], &summary["skipped"]),
        (&Value::from(3), &Value::from(1), &Value::from(1), &Value::from(1))
    );
    assert_eq!(ctrf["results"]["tests"][2]["status"], "failed");
}

/// The mission at each of its gates: none of them was decided before what it holds.
fn at_its_gates(mission: &Mission) -> BTreeMap<GateId, Mission> {
    let gates = mission.gates.iter().filter(|(_, gate)| gate.decided.is_some());
    gates.map(|(gate, _)| (*gate, mission.clone())).collect()
}

fn bundled(folder: &Path) -> Bundle {
    let mission = flown();
    let evidence =
        |reference: &EvidenceRef| Some((doc(reference).ok()?.kind, reference.0.clone().into_bytes()));
    let decided = at_its_gates(&mission);
    write(folder, &Material { decided: &decided, report: &report(&mission), evidence: &evidence }).unwrap()
}

/// What a gate showed when it was decided, whatever became of it since.
#[test]
fn a_statement_is_of_the_gate_as_it_was_decided() {
    let log: Vec<Stamped> = include_str!("../../assets/sample.jsonl")
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| serde_json::from_value(line.get("event").unwrap_or(&line).clone()).ok())
        .collect();
    let mission = Mission::fold(&log);
    let decided = flightdeck::report::bundle::decided(&log);
    let gates: Vec<_> = mission.gates.iter().filter(|(_, gate)| gate.decided.is_some()).collect();
    assert!(!gates.is_empty() && gates.len() == decided.len(), "{} of {}", decided.len(), gates.len());
    for (gate, then) in &decided {
        assert!(then.seq < mission.seq && then.gates[gate].decided == mission.gates[gate].decided, "{gate}");
    }
}

#[test]
fn a_bundle_is_checked_without_its_mission() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("bundle");
    let bundle = bundled(&folder);
    assert_eq!(check(&folder).unwrap(), Ok(bundle.clone()));
    // Wherever it is carried to.
    let moved = place.path().join("elsewhere");
    fs::rename(&folder, &moved).unwrap();
    assert_eq!(check(&moved).unwrap(), Ok(Bundle { folder: moved.clone(), ..bundle }));
    let statement: Value =
        serde_json::from_slice(&fs::read(moved.join("statements/plan.intoto.json")).unwrap()).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    // What the gate says first stands in its statement, and no result says more than that.
    let told = flightdeck::view::unshown::sentence(&flown(), GateId::Plan);
    assert_eq!(statement["predicate"]["flightdeck_notShown"]["sentence"], told);
    assert!(told.starts_with("Not shown: ") && statement["predicate"]["result"] == "WARNED", "{statement}");
    let files = statement["predicate"]["configuration"].as_array().unwrap();
    let names: Vec<&str> = files.iter().filter_map(|file| file["name"].as_str()).collect();
    assert!(names.iter().any(|name| name.starts_with("evidence/ev_")), "{names:?}");
    assert!(
        names.iter().any(|name| name.starts_with("evidence/ev_5e55105e5510.")),
        "a recording too: {names:?}"
    );
    for file in ["README.md", "report.json", "report.html", "report.md", "junit.xml", "ctrf.json"] {
        assert!(names.contains(&file), "{names:?}");
    }
}

#[test]
fn a_bundle_says_what_it_holds_and_how_it_is_checked_and_one_without_that_is_checked_too() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("bundle");
    bundled(&folder);
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    assert!(readme.contains("flightdeck bundle --check FOLDER") && !readme.contains(['{', '}']), "{readme}");
    let holds = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in holds.filter(|name| name != "README.md") {
        assert!(readme.contains(&format!("`{name}")), "{name} is not told of:\n{readme}");
    }
    // Older versions wrote none: neither their hashes nor their statements name it.
    fs::remove_file(folder.join("README.md")).unwrap();
    assert_eq!(check(&folder).unwrap(), Err(vec![Difference::Missing("README.md".to_owned())]));
    let hash = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let mut sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    for entry in fs::read_dir(folder.join("statements")).unwrap() {
        let path = entry.unwrap().path();
        let before = fs::read(&path).unwrap();
        let mut statement: Value = serde_json::from_slice(&before).unwrap();
        let files = statement["predicate"]["configuration"].as_array_mut().unwrap();
        files.retain(|file| file["name"] != "README.md");
        let after = serde_json::to_vec_pretty(&statement).unwrap();
        fs::write(&path, &after).unwrap();
        sums = sums.replace(&hash(&before), &hash(&after));
    }
    let kept: Vec<&str> =
        sums.split_inclusive('\n').filter(|line| !line.ends_with("  README.md\n")).collect();
    let sums = kept.concat();
    fs::write(folder.join("SHA256SUMS"), sums).unwrap();
    assert!(check(&folder).unwrap().is_ok());
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of all that may be done to it")]
fn whatever_is_done_to_a_bundle_is_found() {
    type Tamper = fn(&Path);
    let any_evidence = |folder: &Path| -> PathBuf {
        fs::read_dir(folder.join("evidence")).unwrap().next().unwrap().unwrap().path()
    };
    let tamperings: [(&str, Tamper, &str); 9] = [
        (
            "a byte",
            |folder| fs::write(folder.join("report.md"), "all is well").unwrap(),
            "changed: report.md",
        ),
        ("a file less", |folder| fs::remove_file(folder.join("junit.xml")).unwrap(), "missing: junit.xml"),
        (
            "a file more",
            |folder| fs::write(folder.join("evidence/ev_f"), "").unwrap(),
            "added: evidence/ev_f",
        ),
        ("a folder more", |folder| fs::create_dir(folder.join("empty")).unwrap(), "added: empty/"),
        (
            "a link to the same bytes",
            |folder| {
                fs::rename(folder.join("ctrf.json"), folder.parent().unwrap().join("ctrf.json")).unwrap();
                symlink("../ctrf.json", folder.join("ctrf.json")).unwrap();
            },
            "no plain file: ctrf.json",
        ),
        (
            "a file and its hash taken out",
            |folder| {
                let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
                let kept: Vec<&str> = sums.lines().filter(|line| !line.ends_with("junit.xml")).collect();
                fs::write(folder.join("SHA256SUMS"), kept.join("\n")).unwrap();
            },
            "added: junit.xml",
        ),
        (
            "a hash twice",
            |folder| {
                let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
                fs::write(folder.join("SHA256SUMS"), format!("{sums}{sums}")).unwrap();
            },
            "SHA256SUMS: no line of hashes",
        ),
        (
            "a hash of a file elsewhere",
            |folder| {
                let mut sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
                sums += &format!("{}  ../outside\n", "0".repeat(64));
                fs::write(folder.join("SHA256SUMS"), sums).unwrap();
            },
            "SHA256SUMS: no line of hashes",
        ),
        ("no hashes at all", |folder| fs::write(folder.join("SHA256SUMS"), "").unwrap(), "added: ctrf.json"),
    ];
    for (what, tamper, told) in tamperings {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("bundle");
        bundled(&folder);
        tamper(&folder);
        let found = check(&folder).unwrap().unwrap_err();
        let found: Vec<String> = found.iter().map(Difference::to_string).collect();
        assert!(found.iter().any(|line| line.starts_with(told)), "{what}: {found:?}");
    }
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("bundle");
    bundled(&folder);
    let piece = any_evidence(&folder);
    fs::write(&piece, "other bytes").unwrap();
    let name = piece.file_name().unwrap().to_str().unwrap();
    assert_eq!(check(&folder).unwrap(), Err(vec![Difference::Changed(format!("evidence/{name}"))]));
    // The statements know what they rest on, also where the line of the hashes was mended or taken out.
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let (mut mended, mut without) = (String::new(), String::new());
    for line in sums.lines() {
        match line.split_once("  ") {
            Some((_, path)) if path.ends_with(name) => {
                mended += &format!("{}  {path}\n", hex::encode(Sha256::digest("other bytes")));
            }
            _ => {
                mended += &format!("{line}\n");
                without += &format!("{line}\n");
            }
        }
    }
    fs::write(folder.join("SHA256SUMS"), mended).unwrap();
    assert_eq!(check(&folder).unwrap(), Err(vec![Difference::Changed(format!("evidence/{name}"))]));
    fs::write(folder.join("SHA256SUMS"), without).unwrap();
    fs::remove_file(&piece).unwrap();
    let found = check(&folder).unwrap().unwrap_err();
    assert!(found.contains(&Difference::Missing(format!("evidence/{name}"))), "{found:?}");
}

#[test]
fn a_bundle_is_whole_or_not_there() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("bundle");
    bundled(&folder);
    let mission = flown();
    let nothing = |_: &EvidenceRef| None;
    let report = report(&mission);
    let decided = at_its_gates(&mission);
    let material = Material { decided: &decided, report: &report, evidence: &nothing };
    assert!(matches!(write(&folder, &material), Err(ReportError::FolderExists(_))));
    assert!(matches!(write(&place.path().join("no/such/place"), &material), Err(ReportError::Io { .. })));
    assert!(matches!(check(place.path()), Err(ReportError::NoBundle { .. })));
    let empty = tempfile::tempdir().unwrap();
    fs::write(empty.path().join("SHA256SUMS"), "").unwrap();
    let found = check(empty.path()).unwrap().unwrap_err();
    assert!(found.contains(&Difference::Missing("report.json".to_owned())), "{found:?}");
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["bundle"]);
}
