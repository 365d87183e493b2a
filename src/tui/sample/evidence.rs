//! The sample's evidence and diffs.

use crate::domain::diff::{DiffDoc, DiffFile, DiffHunk, DiffScope, FileChange};
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::mission::Mission;
use crate::domain::plan::FeatureState;

/// The evidence of every verdict.
pub fn all(mission: &Mission) -> Vec<EvidenceDoc> {
    let mut docs = Vec::new();
    for verdict in mission.verdicts.values().flatten() {
        for reference in &verdict.evidence {
            let (kind, title, content) = if reference.0.ends_with("screen") {
                (EvidenceKind::Terminal, "the desk, as it looked", SCREEN)
            } else if verdict.assertion.area() == "FILE" {
                (EvidenceKind::Command, "guestbook export", COMMAND)
            } else {
                (EvidenceKind::Http, "POST /login", HTTP)
            };
            docs.push(EvidenceDoc {
                reference: reference.clone(),
                kind,
                title: title.to_owned(),
                content: content.to_owned(),
            });
        }
    }
    docs
}

const HTTP: &str = r#"{"method":"POST","url":"http://127.0.0.1:8080/login","request_headers":[["content-type","application/json"]],"request_body":"{\"name\":\"ada\",\"password\":\"wrong\"}","answer":{"url":"http://127.0.0.1:8080/login","status":401,"headers":[["content-type","application/json"]],"body":{"is":"text","text":"{\"error\":\"no such user\"}"},"milliseconds":12}}"#;
const COMMAND: &str = r#"{"command":"guestbook export | head -3","directory":"/work/proof","exit":{"code":0},"output":"time,name,text\n2026-11-24,Ada,Lovely scones\n2026-11-24,日本,こんにちは\n","output_bytes":80,"milliseconds":340}"#;
const SCREEN: &str = r#"{"cols":40,"rows":6,"lines":[],"cursor":{"is":"hidden","row":0,"col":0},"buffer":"main","cells":[[{"text":"The desk","attributes":["bold"]}],[],[{"text":"✓","fg":{"is":"indexed","index":2}},{"text":" signed in as owner"}],[],[{"text":"  3 entries wait for you"}],[{"text":"  hide","fg":{"is":"indexed","index":1}},{"text":"  show","fg":{"is":"rgb","red":88,"green":166,"blue":255}}]]}"#;

/// A diff for every scope that somebody can ask for.
pub fn diffs(mission: &Mission) -> Vec<(DiffScope, DiffDoc)> {
    let mut scopes = vec![DiffScope::Mission];
    scopes.extend(mission.milestones.iter().map(|milestone| DiffScope::Milestone(milestone.id)));
    for feature in &mission.features {
        scopes.push(DiffScope::Feature(feature.id));
        if let FeatureState::Built { attempt, .. } = feature.state {
            scopes.push(DiffScope::Attempt(attempt));
        }
    }
    scopes.extend(mission.live_attempts().map(|attempt| DiffScope::Attempt(attempt.id)));
    scopes.into_iter().map(|scope| (scope, diff())).collect()
}

fn diff() -> DiffDoc {
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
