//! The sample's transcripts: one that shows everything for attempts that build, a short one for the others.

use std::collections::BTreeMap;

use crate::domain::attempt::{AgentWork, Attempt};
use crate::domain::id::{AttemptId, Timestamp};
use crate::domain::message::Party;
use crate::domain::mission::Mission;
use crate::domain::transcript::{Entry, EntryBody, ToolOutcome};

/// The transcripts of all attempts.
pub fn all(mission: &Mission) -> BTreeMap<AttemptId, Vec<Entry>> {
    mission.attempts.values().map(|attempt| (attempt.id, of(mission, attempt))).collect()
}

fn of(mission: &Mission, attempt: &Attempt) -> Vec<Entry> {
    let mut writer = Writer { entries: Vec::new(), at: attempt.started.0 };
    writer.say(EntryBody::Brief {
        text: format!(
            "You are the {} of this mission.\n\nYour work: {}\n\nThe contract and the environment follow.",
            attempt.role, attempt.work
        ),
    });
    match attempt.work {
        AgentWork::Build { .. } => building(&mut writer, mission),
        AgentWork::TestAsUser { .. } => testing(&mut writer),
        _ => {
            writer.call(
                "search",
                r#"{"pattern":"fn main","path":"src"}"#,
                ToolOutcome::Done,
                "src/main.rs:4:fn main() {",
                300,
            );
            writer.say(EntryBody::Said { text: "I have read what there is. The report follows.".to_owned() });
        }
    }
    writer.entries
}

fn building(writer: &mut Writer, mission: &Mission) {
    let source = "line\n".repeat(142);
    writer.say(EntryBody::Thought { text: "The three templates say different things. One place would be better, but that is more than I was asked.".to_owned() });
    writer.call("read", r#"{"path":"src/session.rs"}"#, ToolOutcome::Done, &source, 120);
    writer.call(
        "search",
        r#"{"pattern":"no such user","path":"templates"}"#,
        ToolOutcome::Done,
        "templates/login.html:12\ntemplates/reset.html:9\ntemplates/desk.html:3",
        240,
    );
    writer.say(EntryBody::Said { text: "The answer names the user in three templates. A wrong name and a wrong password must look the same, so the text has to come from one place.".to_owned() });
    writer.call(
        "edit",
        r#"{"path":"src/login.rs","old":"a\nb\nc\nd\n","new":"a\nb2\nc2\ne\nf\ng\nh\n"}"#,
        ToolOutcome::Done,
        "",
        90,
    );
    writer.call(
        "write",
        r#"{"path":"tests/login.rs","content":"one\ntwo\nthree\nfour\nfive\nsix\n"}"#,
        ToolOutcome::Done,
        "",
        60,
    );
    writer.call("shell", r#"{"command":"cargo test login"}"#, ToolOutcome::Failed, "running 7 tests\ntest refuses_wrong_password ... FAILED\n\nassertion failed: `no such user` in body\n  left: 401\ntest result: FAILED. 6 passed; 1 failed\nexit code 101", 8_400);
    writer.say(EntryBody::Said { text: "The desk template still has the old text.".to_owned() });
    writer.call(
        "edit",
        r#"{"path":"templates/desk.html","old":"<p>no such user</p>\n","new":"<p>{{ wrong }}</p>\n"}"#,
        ToolOutcome::Done,
        "",
        70,
    );
    writer.call(
        "shell",
        r#"{"command":"cargo test login"}"#,
        ToolOutcome::Done,
        "running 7 tests\n.......\ntest result: ok. 7 passed; 0 failed\nexit code 0",
        6_100,
    );
    if !mission.questions.iter().all(|question| question.answer.is_some()) {
        writer.say(EntryBody::Message {
            from: Party::Orchestrator,
            text: "VAL-AUTH-003 is at revision 2 now: thirty days.".to_owned(),
        });
    }
    writer.call(
        "shell",
        r#"{"command":"cargo clippy -- -D warnings"}"#,
        ToolOutcome::Done,
        "    Finished dev profile in 2.11s\nexit code 0",
        2_100,
    );
    writer.say(EntryBody::Said { text: "All three templates now take the sentence from `login::WRONG`. 日本語 names and emoji 👩‍🚀 are refused with the same words.".to_owned() });
}

fn testing(writer: &mut Writer) {
    writer.call(
        "http_request",
        r#"{"method":"POST","url":"http://127.0.0.1:8080/login"}"#,
        ToolOutcome::Done,
        "HTTP 401\n{\"error\":\"no such user\"}",
        200,
    );
    writer.say(EntryBody::Said { text: "The answer says “no such user”. The assertion wants an answer that says nothing about which part was wrong.".to_owned() });
    writer.call(
        "give_verdict",
        r#"{"assertion":"VAL-AUTH-002","outcome":"fail"}"#,
        ToolOutcome::Done,
        "recorded",
        40,
    );
}

struct Writer {
    entries: Vec<Entry>,
    at: i64,
}

impl Writer {
    fn say(&mut self, body: EntryBody) {
        self.at += 4_000;
        let number = self.entries.len() as u64 + 1;
        self.entries.push(Entry { number, at: Timestamp(self.at), body });
    }

    fn call(&mut self, tool: &str, arguments: &str, status: ToolOutcome, output: &str, lasted: i64) {
        let call_id = format!("call_{}", self.entries.len());
        self.say(EntryBody::Called {
            call_id: call_id.clone(),
            tool: tool.to_owned(),
            arguments: arguments.to_owned(),
        });
        self.at += lasted - 4_000;
        self.say(EntryBody::Answered { call_id, tool: tool.to_owned(), status, output: output.to_owned() });
    }
}
