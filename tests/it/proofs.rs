//! Minds that do not tell the truth: testers who pass on what does not show it, workers who claim what nobody sees.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flightdeck::agent::model::{Item, Reply, Request};
use flightdeck::domain::command::{CheckEdit, Command, WordingEdit};
use flightdeck::domain::finding::{Severity, Source};
use flightdeck::domain::gate::{Autopilot, GateId};
use flightdeck::domain::id::Revision;
use flightdeck::domain::mission::{Mission, Status};
use flightdeck::domain::plan::{Claims, FeatureState};
use flightdeck::domain::verdict::Outcome;
use flightdeck::engine::{CommandLimits, EngineOptions};
use flightdeck::link::Client;
use flightdeck::link::protocol::Call;
use flightdeck::workspace::sandbox::Wanted;
use serde_json::{Value, json};

use crate::faults::scripted::{Mind, call};
use crate::support::flight::{Ground, folder_beside};
use crate::support::wire::Setting;
use crate::support::words::{line, val};

/// What a tester does next: told its brief, the answers so far, and how many turns it had.
type Test = Box<dyn Fn(&str, &[&str], usize) -> Reply + Send + Sync>;

/// A mission with one feature, which writes `out.txt`.
struct Story {
    /// The checks of its assertions: VAL-A-001, VAL-A-002 …
    checks: Vec<Value>,
    /// The test command of the environment, and the report that it writes.
    test: String,
    report: Option<&'static str>,
    limits: CommandLimits,
    /// What the worker claims.
    claims: Vec<Value>,
    /// What the worker says it tried by hand.
    by_hand: Vec<Value>,
    tester: Test,
}

fn command_check(command: &str) -> Value {
    json!({ "via": "command", "how": "Run it and see that it exits 0.", "command": command })
}

fn claim(command: &str, exit_code: i32, observation: &str) -> Value {
    json!({ "command": command, "exit_code": exit_code, "observation": observation })
}

fn verdict(outcome: &str, evidence: &str) -> Reply {
    let observed = "It is as the statement says.";
    call(
        "verdict",
        json!({ "assertion": "VAL-A-001", "outcome": outcome, "observed": observed, "evidence": [evidence] }),
    )
}

fn report() -> Reply {
    call("report_user_testing", json!({ "summary": "It works." }))
}

/// The last reference in a text.
fn reference(text: &str) -> String {
    let start = text.rfind("ev_").unwrap_or_else(|| panic!("no evidence in {text}"));
    text[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The screen that an answer of the terminal names.
fn screen(text: &str) -> String {
    let named = text.lines().find(|line| line.starts_with("evidence: "));
    reference(named.unwrap_or_else(|| panic!("no screen in {text}")))
}

/// The engine's record of a check, as the tester's brief names it.
fn record(brief: &str, assertion: &str) -> String {
    let told = brief.lines().find(|line| line.starts_with(&format!("- {assertion} (revision")));
    reference(told.unwrap_or_else(|| panic!("no record of {assertion} in {brief}")))
}

impl Story {
    fn new(check: Value, tester: impl Fn(&str, &[&str], usize) -> Reply + Send + Sync + 'static) -> Self {
        let (test, limits) = ("true".to_owned(), CommandLimits::default());
        let (claims, by_hand) = (Vec::new(), Vec::new());
        Self { checks: vec![check], test, report: None, limits, claims, by_hand, tester: Box::new(tester) }
    }

    /// A tester who passes every assertion on the engine's record.
    fn believed(checks: Vec<Value>) -> Self {
        let all = checks.len();
        let tester = move |brief: &str, _: &[&str], turn: usize| {
            if turn == all {
                return report();
            }
            let id = format!("VAL-A-{:03}", turn + 1);
            let evidence = [record(brief, &id)];
            call(
                "verdict",
                json!({ "assertion": id, "outcome": "pass", "observed": "It exits 0.", "evidence": evidence }),
            )
        };
        Self { checks, ..Self::new(Value::Null, tester) }
    }

    fn plan(&self, turn: usize) -> Reply {
        let ids: Vec<String> = (1..=self.checks.len()).map(|n| format!("VAL-A-{n:03}")).collect();
        let assertion = |(id, check): (&String, &Value)| {
            json!({ "id": id, "title": format!("It does {id}"), "statement": format!("The file holds what {id} wants."),
                "check": check, "evidence": "what was seen" })
        };
        let feature = json!({ "title": "Make it", "description": "Write out.txt.", "criteria": ["out.txt is there"], "fulfills": ids });
        let (tool, arguments) = match turn {
            0 => {
                let all: Vec<Value> = ids.iter().zip(&self.checks).map(assertion).collect();
                ("propose_contract", json!({ "assertions": all }))
            }
            1 => {
                let test = json!({ "name": "test", "run": self.test, "report": self.report });
                ("propose_environment", json!({ "test": [test] }))
            }
            _ => ("propose_plan", json!({ "milestones": [{ "title": "First", "features": [feature] }] })),
        };
        call(tool, arguments)
    }

    fn reply(&self, request: &Request) -> Reply {
        let Some(Item::User { text: brief }) = request.items.first() else { panic!("no brief") };
        let turn = request.items.iter().filter(|item| matches!(item, Item::Assistant(_))).count();
        let answers: Vec<&str> = request.items.iter().filter_map(answer).collect();
        let label = |name: &str| request.labels.get(name).map_or("", String::as_str);
        match (label("role"), label("phase")) {
            ("orchestrator", "plan") => self.plan(turn),
            ("orchestrator", _) => call("triage", json!({ "decisions": dismissals(brief) })),
            ("worker", _) if turn == 0 => {
                call("shell", json!({ "command": "echo hi > out.txt && git add -A && git commit -qm out" }))
            }
            ("worker", _) => call(
                "handoff",
                json!({ "summary": "Wrote it.", "implemented": ["out.txt"], "commands": self.claims,
                    "checks": self.by_hand }),
            ),
            ("reviewer", _) => call("report_review", json!({ "summary": "Fine.", "verdict": "pass" })),
            ("scrutiny", _) => call("report_scrutiny", json!({ "summary": "Fine." })),
            _ => (self.tester)(brief, &answers, turn),
        }
    }

    /// Flies it; everything that testers were answered comes with it.
    async fn fly(self) -> (Mission, String) {
        let ground = Self::ground();
        let mission = self.fly_on(&ground).await;
        (mission, ground.told())
    }

    fn ground() -> Ground {
        let files = [("README.md", "# A file\n"), ("tracked.txt", "clean\n"), ("say.sh", "echo no\n")];
        Ground::of(&Setting { goal: "Make it.", model: "test/mind", autopilot: Autopilot::On, files: &files })
    }

    async fn fly_on(self, ground: &Ground) -> Mission {
        let limits = self.limits;
        let backends = Mind::new(move |request, _| Ok(self.reply(request)));
        let options = EngineOptions { backends, limits, ..ground.options() };
        flightdeck::engine::run(options).await.unwrap();
        ground.mission()
    }
}

fn answer(item: &Item) -> Option<&str> {
    if let Item::ToolResult { output, .. } = item { Some(output) } else { None }
}

fn dismissals(brief: &str) -> Vec<Value> {
    let words =
        brief.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| word.starts_with("FND-"));
    let ids: BTreeSet<&str> = words.collect();
    ids.into_iter().map(|id| json!({ "finding": id, "decision": "dismiss", "reason": "not now" })).collect()
}

fn outcomes(mission: &Mission) -> Vec<Outcome> {
    mission.verdicts.values().flatten().map(|verdict| verdict.outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_on_another_command_does_not_pass_what_the_engine_saw_red() {
    let story = Story::new(command_check("test -f does-not-exist.txt"), |brief, answers, turn| match turn {
        0 => call("terminal", json!({ "action": "start", "command": "echo all is well" })),
        2 => call("run", json!({ "command": "echo all is well" })),
        1 | 3 => verdict("pass", &reference(answers[turn - 1])),
        4 => verdict("pass", &record(brief, "VAL-A-001")),
        5 => verdict("fail", &record(brief, "VAL-A-001")),
        _ => report(),
    });
    let (mission, told) = story.fly().await;
    assert_eq!(told.matches("VAL-A-001 cannot pass: the engine ran its command").count(), 3, "{told}");
    assert_eq!(outcomes(&mission), [Outcome::Fail]);
    let check = &mission.rounds[0].checks[0].run;
    assert_eq!((check.exit_code, check.command.as_str()), (1, "test -f does-not-exist.txt"));
    let verdict = &mission.verdicts.values().next().unwrap()[0];
    assert_eq!(check.evidence.as_deref(), Some(verdict.evidence[0].0.as_str()));
    assert_ne!(mission.status(), Status::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_green_command_is_shown_by_its_record_and_by_nothing_else() {
    let story = Story::new(command_check("test -f out.txt"), |brief, answers, turn| match turn {
        0 => call("run", json!({ "command": "echo all is well" })),
        2 => call("terminal", json!({ "action": "start", "command": "test -f out.txt" })),
        1 => verdict("pass", &reference(answers[0])),
        3 => verdict("pass", &screen(answers[2])),
        4 => verdict("pass", &record(brief, "VAL-A-001")),
        _ => report(),
    });
    let (mission, told) = story.fly().await;
    assert!(told.contains("is of another command, `echo all is well`"), "{told}");
    assert!(told.contains("is a terminal's screen"), "{told}");
    assert_eq!((mission.status(), outcomes(&mission)), (Status::Completed, vec![Outcome::Pass]), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_attempt_saw_is_not_ones_own() {
    let kept = Arc::new(Mutex::new(None::<String>));
    let story = Story::new(command_check("test -f out.txt"), move |brief, answers, turn| {
        let mut seen = kept.lock().unwrap();
        match (&*seen, turn) {
            (None, 0) => call("run", json!({ "command": "test -f out.txt" })),
            (None, _) => {
                *seen = Some(reference(answers[0]));
                Reply { text: "I am done.".to_owned(), ..Reply::default() }
            }
            (Some(old), 0) => verdict("pass", old),
            // It was told once to end with its tool, and did not: the next attempt begins.
            (Some(_), _) if answers.first().is_some_and(|first| first.contains("evidence: ")) => {
                Reply { text: "I am done.".to_owned(), ..Reply::default() }
            }
            (Some(_), 1) => verdict("pass", &record(brief, "VAL-A-001")),
            (Some(_), _) => report(),
        }
    });
    let (mission, told) = story.fly().await;
    assert!(told.contains("in round 1 of M1: a verdict rests on what you saw yourself"), "{told}");
    assert_eq!(mission.status(), Status::Completed, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_screen_and_a_running_one_show_nothing() {
    let check = json!({ "via": "terminal", "how": "Start cat out.txt and see hi." });
    let busy = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done";
    let story = Story::new(check, move |_, answers, turn| match turn {
        0 => call("terminal", json!({ "action": "start", "command": "sleep 30; cat out.txt" })),
        2 => call("terminal", json!({ "action": "start", "command": busy })),
        4 => call("run", json!({ "command": "cat out.txt" })),
        // With it comes the recording of the one before, which was made to end.
        6 => call("terminal", json!({ "action": "start", "command": "cat out.txt; read end" })),
        7 => verdict("pass", &reference(answers[6])),
        8 => verdict("pass", &screen(answers[6])),
        1 | 3 | 5 => verdict("pass", &screen(answers[turn - 1])),
        9 => call("terminal", json!({ "action": "stop" })),
        _ => report(),
    });
    let (mission, told) = story.fly().await;
    for words in
        ["shows nothing: it was empty", "was taken while it still changed", "is the record of a command"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(
        told.matches("was taken while it still changed").count(),
        2,
        "a screen, and a recording: {told}"
    );
    assert_eq!((mission.status(), outcomes(&mission)), (Status::Completed, vec![Outcome::Pass]), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_of_other_files_than_the_commits_shows_nothing() {
    let check = json!({ "via": "terminal", "how": "Start cat forged.txt and see hi." });
    let forge = "echo hi > forged.txt && git add -A && git commit -qm forged";
    let story = Story::new(check, move |_, answers, turn| match turn {
        0 => call("run", json!({ "command": forge })),
        1 => call("terminal", json!({ "action": "start", "command": "cat forged.txt" })),
        2 => verdict("pass", &screen(answers[1])),
        3 => verdict("fail", &screen(answers[1])),
        _ => report(),
    });
    // A sandbox lets no validator commit.
    let ground = Ground { wanted: Wanted::Off, ..Story::ground() };
    let mission = story.fly_on(&ground).await;
    let told = ground.told();
    assert!(told.contains("cat: forged.txt: No such file"), "it was put back: {told}");
    assert!(outcomes(&mission).iter().all(|outcome| *outcome == Outcome::Fail), "{told}");
    assert_ne!(mission.status(), Status::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_its_tester_mends_shows_nothing_and_is_put_back() {
    let check = json!({ "via": "terminal", "how": "Start sh say.sh and see yes." });
    // Git is told to look away, too.
    let mend = "git update-index --assume-unchanged say.sh; echo echo yes > say.sh; sh say.sh";
    let story = Story::new(check, move |_, answers, turn| match turn {
        0 => call("terminal", json!({ "action": "start", "command": mend })),
        1 => verdict("pass", &screen(answers[0])),
        2 => call("terminal", json!({ "action": "start", "command": "sh say.sh" })),
        3 => verdict("pass", &screen(answers[2])),
        4 => verdict("fail", &screen(answers[2])),
        _ => report(),
    });
    let (mission, told) = story.fly().await;
    assert!(told.matches("was taken of another program than the commit's").count() >= 2, "{told}");
    let screens: Vec<&str> = told.lines().filter(|line| line.contains("[the program ended")).collect();
    assert!(screens[0].contains("\"yes\\n") && screens[1].contains("\"no\\n"), "{screens:#?}");
    assert!(outcomes(&mission).iter().all(|outcome| *outcome == Outcome::Fail), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_leaves_neither_soil_nor_programs_behind() {
    let story = Story::believed(vec![
        command_check("(setsid sleep 43219 &); echo soiled > tracked.txt; test -f out.txt"),
        command_check("test -f out.txt && grep -q clean tracked.txt && ! read line"),
    ]);
    let (mission, told) = story.fly().await;
    assert_eq!(mission.status(), Status::Completed, "{told}");
    let commands = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("cmdline")).ok());
    assert_eq!(commands.filter(|line| line.contains("43219")).collect::<Vec<_>>(), Vec::<String>::new());
}

/// How often a command wrote a word into a file.
fn count(file: &Path) -> usize {
    std::fs::read_to_string(file).unwrap_or_default().lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_twice_at_one_commit() {
    let place = folder_beside();
    let (tests, claims, checks) =
        (place.path().join("tests"), place.path().join("claims"), place.path().join("checks"));
    let counting = |file: &Path| format!("echo x >> {}; test -f out.txt", file.display());
    let story = Story {
        test: format!("echo x >> {}", tests.display()),
        claims: vec![
            claim(&format!("echo x >> {}", tests.display()), 0, "fine"),
            claim(&counting(&claims), 0, "fine"),
            claim(&counting(&claims), 0, "fine again"),
            claim(&counting(&checks), 0, "fine"),
        ],
        ..Story::believed(vec![command_check(&counting(&checks))])
    };
    let (mission, told) = story.fly().await;
    assert_eq!(mission.status(), Status::Completed, "{told}");
    // Once at the base commit, before the plan; once at the head, for claims, gate and check together.
    assert_eq!((count(&tests), count(&claims), count(&checks)), (2, 1, 2), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_claim_is_run_again_and_a_refuted_one_is_a_finding_with_both_beside_each_other() {
    let summary = |passed: u32| {
        format!(
            "echo 'running {passed} tests'; echo; echo 'test result: ok. {passed} passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.00s'"
        )
    };
    let story = Story {
        claims: vec![
            claim("false", 0, "all green"),
            claim(&summary(0), 0, "23 passed"),
            claim(&summary(22), 0, "23 passed, as before"),
            claim(&summary(7), 0, "7 passed"),
            claim("test -f out.txt", 0, "it is there"),
            claim("grep -q absent out.txt", 1, "nothing is left of it"),
            claim("cat", 0, "it reads what it is given"),
            claim("git push origin main", 0, "pushed"),
            claim("mkdir made && touch made/a", 0, "made"),
            claim("rmdir made", 0, "removed"),
        ],
        ..Story::believed(vec![command_check("test -f out.txt")])
    };
    let (mission, told) = story.fly().await;
    let findings: Vec<&str> = mission.findings.values().map(|finding| finding.description.as_str()).collect();
    assert_eq!(findings.len(), 3, "{findings:?} {told}");
    assert!(
        findings[0].contains("claims exit 0 for `false` (\u{201c}all green\u{201d}), and it exits 1 here"),
        "{findings:?}"
    );
    assert!(findings[1].contains("\u{201c}23 passed\u{201d}, and no test was run here"), "{findings:?}");
    assert!(findings[2].contains("as before\u{201d}, and 22 passed here"), "{findings:?}");
    let feature = mission.features.first().unwrap();
    assert!(matches!(feature.state, FeatureState::Built { claims: Claims::Refuted, .. }));
    let left: Vec<&str> = mission.claims_left[&feature.id].iter().map(|left| left.command.as_str()).collect();
    assert_eq!(left, ["git push origin main", "rmdir made"]);
    let why = mission.claims_left[&feature.id][1].why.as_str();
    assert!(why.contains("in a fresh copy it exits 1: rmdir: failed to remove 'made'"), "{why}");
    assert_eq!(mission.claim_runs[&feature.id].len(), 9, "the test command and eight claims");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_claims_the_first_are_run_again_and_the_rest_is_told() {
    let claims = (0..200).map(|n| claim(&format!("test {n} -ge 0"), 0, "it holds")).collect();
    let story = Story { claims, ..Story::believed(vec![command_check("test -f out.txt")]) };
    let (mission, told) = story.fly().await;
    assert_eq!(mission.status(), Status::Completed, "{told}");
    let feature = mission.features.first().unwrap().id;
    assert_eq!((mission.claim_runs[&feature].len(), mission.claims_left[&feature].len()), (21, 180));
}

fn seconds(limit: u64) -> CommandLimits {
    CommandLimits { claim: Duration::from_secs(limit), check: Duration::from_secs(limit) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_hangs_is_ended_and_told_at_the_gate_and_one_that_reads_finds_nothing() {
    let story = Story {
        claims: vec![
            claim("sleep 43217", 0, "it waits"),
            claim("read line", 1, "there is nothing to read"),
            claim("git push origin main", 0, "pushed"),
        ],
        limits: seconds(1),
        ..Story::believed(vec![command_check("test -f out.txt")])
    };
    let (mission, told) = story.fly().await;
    assert_eq!(mission.status(), Status::Completed, "{told}");
    assert!(mission.findings.is_empty(), "{told}");
    let feature = mission.features.first().unwrap().id;
    let left: Vec<String> = mission.claims_left[&feature].iter().map(|left| left.why.to_string()).collect();
    let reason = "it reaches beyond the checkout, and a second time could do harm";
    assert_eq!(left, [reason, "it had not ended after 1 s and was ended"]);
    let rows = flightdeck::view::row::plain(&flightdeck::view::unshown::rows(&mission, GateId::Final));
    assert!(
        rows.contains("F1: `git push origin main`, because it reaches beyond the checkout")
            && rows.contains("`sleep 43217`, because it had not ended after 1 s"),
        "{rows}"
    );
    let sentence = flightdeck::view::unshown::sentence(&mission, GateId::Final);
    assert!(sentence.contains("1 handoff with claims not run again"), "{sentence}");
    let commands = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("cmdline")).ok());
    assert_eq!(commands.filter(|line| line.contains("43217")).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_hangs_is_red_and_one_that_passes_the_second_time_is_flaky() {
    let hangs = Story {
        limits: seconds(1),
        ..Story::new(command_check("test -f out.txt && sleep 43216"), |brief, _, turn| match turn {
            0 => verdict("pass", &record(brief, "VAL-A-001")),
            1 => verdict("fail", &record(brief, "VAL-A-001")),
            _ => report(),
        })
    };
    let (mission, told) = hangs.fly().await;
    assert_eq!(outcomes(&mission), [Outcome::Fail], "{told}");
    assert_eq!(mission.rounds[0].checks[0].run.exit_code, 124, "{told}");

    let place = folder_beside();
    let counted = place.path().join("runs");
    // Red at the base commit, red once at the head, and green then.
    let command = format!("echo x >> {0}; test $(wc -l < {0}) -ge 3 && test -f out.txt", counted.display());
    let (mission, told) = Story::believed(vec![command_check(&command)]).fly().await;
    assert_eq!((mission.status(), count(&counted)), (Status::Completed, 3), "{told}");
    let [finding] = mission.findings.values().collect::<Vec<_>>()[..] else { panic!("{told}") };
    assert_eq!((&finding.source, finding.severity), (&Source::FlakyCheck, Severity::NonBlocking));
    let words = finding.description.as_str();
    assert!(
        words.starts_with("VAL-A-001: `echo x >>") && words.contains("exits 1, and 0 when it is run again")
    );
    let codes: Vec<i32> = mission.rounds[0].checks.iter().map(|check| check.run.exit_code).collect();
    assert_eq!(codes, [1, 0]);
    assert_eq!(
        mission.evidence_of(finding)[0].0,
        *mission.rounds[0].checks[0].run.evidence.as_ref().unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_claimed_command_leaves_in_a_cache_decides_nothing() {
    let story = Story {
        claims: vec![
            claim(
                "sh -c 'install -D /dev/null target/flag; install -D /dev/null node_modules/flag'",
                0,
                "built",
            ),
            claim("test -f target/flag", 0, "it is there"),
        ],
        ..Story::believed(vec![command_check(
            "test -f out.txt && test ! -e target/flag && test ! -e node_modules/flag",
        )])
    };
    let (mission, told) = story.fly().await;
    assert_eq!((mission.status(), mission.findings.len()), (Status::Completed, 0), "{told}");
}

/// The person words a check anew while the tester is at work.
fn reworded(socket: &Path, command: &str) {
    let check = Some(CheckEdit { command: Some(line(command)), ..CheckEdit::default() });
    let edit = Box::new(WordingEdit { check, ..WordingEdit::default() });
    let edit = Command::EditAssertion { assertion: val("VAL-A-001"), base: Revision(1), edit };
    tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(async {
            let (client, _notices) = Client::connect(socket, "test").await.unwrap();
            client.call(Call::Command { command: Box::new(edit) }).await.unwrap();
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_edited_in_the_middle_of_a_round_is_run_again_by_the_engine() {
    let files = [("README.md", "# A file\n")];
    let setting = Setting { goal: "Make it.", model: "test/mind", autopilot: Autopilot::On, files: &files };
    let ground = Ground::of(&setting);
    let socket = ground.options().socket;
    let story = Story::new(command_check("test -f out.txt"), move |_, answers, turn| match turn {
        0 => {
            reworded(&socket, "test -f out.txt && test -f soil.txt");
            call("run", json!({ "command": "touch soil.txt" }))
        }
        1 => call("run", json!({ "command": "test -f out.txt && test -f soil.txt" })),
        2 => verdict("pass", &reference(answers[1])),
        3 => verdict("fail", &reference(answers[1])),
        _ => report(),
    });
    let mission = story.fly_on(&ground).await;
    let told = ground.told();
    assert!(
        told.contains("VAL-A-001 cannot pass: the engine ran its command `test -f out.txt && test -f soil"),
        "{told}"
    );
    let first = &mission.verdicts[&val("VAL-A-001")][0];
    assert_eq!((first.outcome, first.revision), (Outcome::Fail, Revision(2)), "{told}");
    let revisions: Vec<u32> = mission.rounds[0].checks.iter().map(|check| check.revision.0).collect();
    assert_eq!(revisions, [1, 2]);
    assert!(!ground.dir.join("late/VAL-A-001").exists(), "its checkout goes with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_nobody_can_read_is_a_finding() {
    for (writes, why) in [
        ("printf '<testsuite><testcase' > r.xml", "r.xml: "),
        ("truncate -s 200M r.xml", "r.xml: it is larger than 32 MiB"),
        ("true", "r.xml: the command did not write it"),
    ] {
        let story = Story {
            test: writes.to_owned(),
            report: Some("r.xml"),
            ..Story::believed(vec![command_check("test -f out.txt")])
        };
        let (mission, told) = story.fly().await;
        let [finding] = mission.findings.values().collect::<Vec<_>>()[..] else { panic!("{writes}: {told}") };
        let words = finding.description.as_str();
        assert!(words.starts_with(&format!("the report of `{writes}` tells nothing: {why}")), "{words}");
        assert_eq!(mission.status(), Status::Completed, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tried_by_hand_is_run_again_where_it_is_a_command_and_a_hidden_count_is_not_shown() {
    let tried = |action: &str, observed: &str| json!({ "action": action, "observed": observed });
    let story = Story {
        claims: vec![claim("sh -c 'test -f out.txt' > /dev/null", 0, "23 passed")],
        by_hand: vec![
            tried("ran `cat out.txt`", "it prints \"hi\", exit 0"),
            tried("`grep -c hi out.txt`", "printed 2 lines"),
            tried("`cat absent.txt`", "exited with 0"),
            tried("opened the page", "it is there"),
        ],
        ..Story::believed(vec![command_check("test -f out.txt")])
    };
    let (mission, told) = story.fly().await;
    let findings: Vec<&str> = mission.findings.values().map(|finding| finding.description.as_str()).collect();
    assert_eq!(findings.len(), 2, "{findings:?} {told}");
    assert!(mission.findings.values().all(|finding| finding.severity == Severity::NonBlocking));
    assert!(
        findings[0].contains(
            "says of `grep -c hi out.txt`: \u{201c}printed 2 lines\u{201d}, and it prints 1 line here"
        ),
        "{findings:?}"
    );
    assert!(findings[1].contains("claims exit 0 for `cat absent.txt`"), "{findings:?}");
    assert_eq!(mission.status(), Status::Completed, "{told}");
    let feature = mission.features.first().unwrap().id;
    assert_eq!(mission.claim_runs[&feature].len(), 5, "the test command, one claim, three by hand");
    assert!(!mission.claims_left.contains_key(&feature), "{told}");
    let sentence = flightdeck::view::unshown::sentence(&mission, GateId::Final);
    assert!(sentence.contains("1 handoff with numbers of tests that nothing shows"), "{sentence}");
}

/// A home that is shared lets one command decide what another one finds.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_command_leaves_in_its_home_decides_nothing_for_another() {
    let leave = "case \"$HOME\" in \"$FLIGHTDECK_MISSION\"/*) touch \"$HOME/left\";; esac";
    let check = command_check("test ! -e \"$HOME/left\" && grep -q hi out.txt");
    let story = Story { test: leave.to_owned(), ..Story::believed(vec![check]) };
    let (mission, told) = story.fly().await;
    assert_eq!((mission.status(), outcomes(&mission)), (Status::Completed, vec![Outcome::Pass]), "{told}");
}
