//! The sample's evidence and diffs.

use flightdeck::domain::attempt::AgentWork;
use flightdeck::domain::contract::Instrument;
use flightdeck::domain::diff::{DiffDoc, DiffFile, DiffHunk, DiffScope, FileChange};
use flightdeck::domain::event::Actor;
use flightdeck::domain::evidence::{EvidenceDoc, EvidenceFacts, EvidenceKind, Piece, Ran, Settled};
use flightdeck::domain::id::{AssertionId, AttemptId, Commit, Timestamp};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::text::Line;
use flightdeck::domain::verdict::EvidenceRef;

/// Milliseconds from the start of a worker to its first edit, as its transcript has it.
const FIRST_EDIT: i64 = 24_450;

/// The names of what a verdict on an assertion rests on.
pub fn references(assertion: &str) -> Vec<EvidenceRef> {
    let area = assertion.trim_start_matches("VAL-").to_ascii_lowercase();
    let kinds: &[&str] = if assertion.ends_with("001") { &["screen", "http"] } else { &["http"] };
    kinds.iter().map(|kind| EvidenceRef(format!("ev_{area}_{kind}"))).collect()
}

/// A piece of evidence for an assertion.
pub fn of(reference: &EvidenceRef, assertion: &AssertionId) -> EvidenceDoc {
    let (kind, title, content) = if reference.0.ends_with("screen") {
        (EvidenceKind::Terminal, "the desk, as it looked", SCREEN)
    } else if assertion.area() == "FILE" {
        (EvidenceKind::Command, "guestbook export", COMMAND)
    } else {
        (EvidenceKind::Http, "POST /login", HTTP)
    };
    EvidenceDoc {
        reference: reference.clone(),
        kind,
        title: title.to_owned(),
        content: content.to_owned(),
        facts: None,
        beside: None,
    }
}

/// The same pieces as the verdict of an attempt is judged by them.
pub fn pieces(assertion: &str, via: Instrument, attempt: AttemptId) -> Vec<Piece> {
    let kind = EvidenceKind::of_word(if via == Instrument::Browser { "screenshot" } else { via.word() });
    let piece = |reference| {
        let (facts, ran) = (Some(facts(attempt)), Some(exports()));
        Piece {
            reference,
            kind,
            facts,
            ran,
            refused: false,
            statuses: Vec::new(),
            asked: Vec::new(),
            lacks: Vec::new(),
        }
    };
    references(assertion).into_iter().map(piece).collect()
}

fn exports() -> Ran {
    Ran { command: Line::clipped("guestbook export | head -3"), exit_code: Some(0) }
}

fn facts(attempt: AttemptId) -> EvidenceFacts {
    EvidenceFacts {
        by: Actor::Attempt(attempt),
        round: None,
        commit: Some(Commit("seen".into())),
        at: Timestamp(0),
        app: None,
        stranger: None,
        settled: Settled::Ended,
        look: 1,
    }
}

const HTTP: &str = r#"{"method":"POST","url":"http://127.0.0.1:8080/login","request_headers":[["content-type","application/json"]],"request_body":"{\"name\":\"ada\",\"password\":\"wrong\"}","answer":{"url":"http://127.0.0.1:8080/login","status":401,"headers":[["content-type","application/json"]],"body":{"is":"text","text":"{\"error\":\"no such user\"}"},"milliseconds":12}}"#;
const COMMAND: &str = r#"{"command":"guestbook export | head -3","directory":"/work/proof","exit":{"code":0},"output":"time,name,text\n2026-11-24,Ada,Lovely scones\n2026-11-24,日本,こんにちは\n","output_bytes":80,"milliseconds":340}"#;
const SCREEN: &str = r#"{"cols":40,"rows":6,"lines":[],"cursor":{"is":"hidden","row":0,"col":0},"buffer":"main","cells":[[{"text":"The desk","attributes":["bold"]}],[],[{"text":"✓","fg":{"is":"indexed","index":2}},{"text":" signed in as owner"}],[],[{"text":"  3 entries wait for you"}],[{"text":"  hide","fg":{"is":"indexed","index":1}},{"text":"  show","fg":{"is":"rgb","red":88,"green":166,"blue":255}}]]}"#;

/// What can be compared, each from the time at which a worker first changed something in it.
pub fn compared(mission: &Mission) -> Vec<(Timestamp, DiffScope)> {
    let mut scopes: Vec<(Timestamp, DiffScope)> = Vec::new();
    for attempt in mission.attempts.values() {
        let AgentWork::Build { feature } = attempt.work else { continue };
        let at = Timestamp(attempt.started.0 + FIRST_EDIT);
        let milestone = mission.feature(feature).unwrap().milestone;
        for scope in [
            DiffScope::Mission,
            DiffScope::Milestone(milestone),
            DiffScope::Feature(feature),
            DiffScope::Attempt(attempt.id),
        ] {
            if !scopes.iter().any(|(_, known)| *known == scope) {
                scopes.push((at, scope));
            }
        }
    }
    scopes
}

/// What every worker of the sample changes.
pub fn diff() -> DiffDoc {
    DiffDoc {
        from: "9f3c2a1".to_owned(),
        to: "41be07d".to_owned(),
        files: vec![
            file("src/login.rs", FileChange::Modified, (5, 2), vec![hunk(CONSTANT), hunk(LOGIN)]),
            file("tests/login.rs", FileChange::Added, (5, 0), vec![hunk(TESTS)]),
            file("templates/desk.html", FileChange::Modified, (1, 1), vec![hunk(PAGE)]),
            file("assets/lock.png", FileChange::Binary, (0, 0), Vec::new()),
        ],
        omitted_lines: 0,
    }
}

fn file(
    path: &str,
    change: FileChange,
    (additions, deletions): (u32, u32),
    hunks: Vec<DiffHunk>,
) -> DiffFile {
    DiffFile { path: path.to_owned(), old_path: None, change, additions, deletions, hunks }
}

/// A hunk from its text: the header, then the lines with their marks.
fn hunk(text: &str) -> DiffHunk {
    let mut lines = text.lines().map(str::to_owned);
    DiffHunk { header: lines.next().unwrap_or_default(), lines: lines.collect() }
}

const CONSTANT: &str = r#"@@ -1,3 +1,5 @@
 use axum::Form;
 
+/// What everybody hears whose name or password is wrong.
+pub const WRONG: &str = "name or password is wrong";
 "#;
const LOGIN: &str = r#"@@ -12,9 +12,11 @@ pub async fn login(form: Form) -> Response {
     let Some(user) = users.find(&form.name) else {
-        return refuse("no such user");
+        return refuse(WRONG);
     };
     if !user.verify(&form.password) {
-        return refuse("wrong password");
+        // Both refusals are the same sentence, so that neither tells which part was wrong.
+        return refuse(WRONG);
     }"#;
const TESTS: &str = r#"@@ -0,0 +1,5 @@
+#[test]
+fn refuses_wrong_password() {
+    let answer = post("/login", "ada", "wrong");
+    assert_eq!(answer.status(), 401);
+}"#;
const PAGE: &str = "@@ -3,3 +3,3 @@
 <main>
-<p>no such user</p>
+<p>{{ wrong }}</p>
 </main>";
