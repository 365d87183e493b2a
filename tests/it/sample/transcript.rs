//! The sample's transcripts: long ones for attempts that build, with everything that a transcript can show; short
//! ones for the others.

use flightdeck::domain::attempt::{AgentWork, Attempt};
use flightdeck::domain::id::{QuestionId, Timestamp};
use flightdeck::domain::message::{Party, Question};
use flightdeck::domain::mission::Mission;
use flightdeck::domain::transcript::{Entry, EntryBody, ToolOutcome};

/// Milliseconds of a turn.
const TURN: i64 = 4_000;

/// The transcript of an attempt.
pub fn of(
    mission: &Mission,
    attempt: &Attempt,
    answered: impl Fn(QuestionId) -> Option<Timestamp>,
) -> Vec<Entry> {
    let mut writer = Writer { entries: Vec::new(), at: attempt.started.0 };
    writer.say(EntryBody::Brief {
        text: format!(
            "You are the {} of this mission.\n\nYour work: {}\n\nThe contract and the environment follow.",
            attempt.role, attempt.work
        ),
    });
    match attempt.work {
        AgentWork::Build { .. } => building(&mut writer, mission, attempt),
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
    for question in mission.questions.iter().filter(|question| question.from == attempt.id) {
        if question.to == Party::Orchestrator {
            let wait = answered(question.id).map_or(0, |at| at.0 - question.at.0);
            let answer = question.answer.as_ref().map(ToString::to_string).unwrap_or_default();
            writer.at = question.at.0 - TURN;
            writer.call("ask_orchestrator", &arguments(question), ToolOutcome::Done, &answer, wait);
        }
    }
    writer.entries
}

/// What a worker gives the tool when it asks.
pub fn arguments(question: &Question) -> String {
    serde_json::json!({ "question": question.text }).to_string()
}

fn building(writer: &mut Writer, mission: &Mission, attempt: &Attempt) {
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
    for message in mission.messages.iter().filter(|message| message.to == Party::Attempt(attempt.id)) {
        writer.say(EntryBody::Message { from: message.from, text: message.text.to_string() });
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
        self.at += TURN;
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
        self.at += lasted - TURN;
        self.say(EntryBody::Answered { call_id, tool: tool.to_owned(), status, output: output.to_owned() });
    }
}
