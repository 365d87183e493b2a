//! What earlier planning sessions found out, from their transcripts. A question to the person ends a session; the one
//! that goes on with the answer is told what was learned before.

use super::bound::newest_whole;
use super::section::under;
use crate::domain::id::AttemptId;
use crate::domain::transcript::{Entry, EntryBody, ToolOutcome};

/// Bytes of it that a brief carries whole.
const ROOM: usize = 10_000;
/// Characters of one thing that was said or found.
const MOST_SAID: usize = 2_000;
/// Characters of what a command printed last.
const MOST_PRINTED: usize = 300;

/// The transcript of an earlier session.
#[derive(Debug, Clone)]
pub struct Noted {
    pub attempt: AttemptId,
    pub entries: Vec<Entry>,
}

/// Their account, as a section of a brief; nothing when there were none.
pub fn earlier_sessions(sessions: &[Noted]) -> String {
    let entries: Vec<String> = sessions.iter().flat_map(account).collect();
    under(
        "\n## What you found out before you asked or were interrupted; it need not be looked up again\n",
        newest_whole(&entries, ROOM),
    )
}

fn account(session: &Noted) -> Vec<String> {
    let mut told = Vec::new();
    let mut read = Vec::new();
    for entry in &session.entries {
        match &entry.body {
            EntryBody::Said { text } => told.push(format!("you said: {}\n", clipped(text, MOST_SAID))),
            EntryBody::Answered { call_id, tool, status, output } => {
                let arguments = called_with(session, call_id);
                told.extend(answer(tool, *status, arguments, output, &mut read));
            }
            EntryBody::Brief { .. }
            | EntryBody::Message { .. }
            | EntryBody::Thought { .. }
            | EntryBody::Called { .. }
            | EntryBody::Noted { .. }
            | EntryBody::Unknown => {}
        }
    }
    if !read.is_empty() {
        told.push(format!("as {} you looked at: {}\n", session.attempt, read.join(", ")));
    }
    told
}

/// What one call brought. What was accepted stands in the brief already; what was read can be read again.
fn answer(
    tool: &str,
    status: ToolOutcome,
    arguments: &str,
    output: &str,
    read: &mut Vec<String>,
) -> Option<String> {
    match (tool, status) {
        (_, ToolOutcome::Failed) => Some(format!("`{tool}` was refused: {}\n", clipped(output, MOST_SAID))),
        ("read" | "search" | "list", ToolOutcome::Done) => {
            let looked = format!("{tool} {}", clipped(arguments, 80));
            if !read.contains(&looked) {
                read.push(looked);
            }
            None
        }
        ("delegate", ToolOutcome::Done) => {
            Some(format!("you asked researchers {arguments}\n{}\n", clipped(output, MOST_SAID)))
        }
        ("shell", ToolOutcome::Done) => {
            Some(format!("you tried {}: {}\n", clipped(arguments, 200), last(output)))
        }
        (_, ToolOutcome::Done) => None,
    }
}

fn called_with<'a>(session: &'a Noted, id: &str) -> &'a str {
    let found = session.entries.iter().find_map(|entry| {
        let EntryBody::Called { call_id, arguments, .. } = &entry.body else { return None };
        (call_id == id).then_some(arguments.as_str())
    });
    found.unwrap_or_default()
}

fn clipped(text: &str, most: usize) -> String {
    let text = text.trim();
    let kept: String = text.chars().take(most).collect();
    if kept.len() < text.len() { format!("{kept}…") } else { kept }
}

fn last(text: &str) -> String {
    let text = text.trim();
    let skip = text.chars().count().saturating_sub(MOST_PRINTED);
    let kept: String = text.chars().skip(skip).collect();
    if skip > 0 { format!("…{kept}") } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Timestamp;

    fn session(bodies: Vec<EntryBody>) -> Noted {
        let entries =
            (1..).zip(bodies).map(|(number, body)| Entry { number, at: Timestamp(0), body }).collect();
        Noted { attempt: AttemptId(1), entries }
    }

    fn call(tool: &str, arguments: &str, status: ToolOutcome, output: &str) -> [EntryBody; 2] {
        let id = format!("{tool}{arguments}");
        [
            EntryBody::Called { call_id: id.clone(), tool: tool.into(), arguments: arguments.into() },
            EntryBody::Answered { call_id: id, tool: tool.into(), status, output: output.into() },
        ]
    }

    #[test]
    fn what_was_learned_is_told_and_what_was_read_is_named() {
        let said = EntryBody::Said { text: "The parser is the risk.".into() };
        let bodies = [
            vec![EntryBody::Brief { text: "the brief".into() }, said],
            call("read", r#"{"path":"src/main.rs"}"#, ToolOutcome::Done, "fn main() {}").into(),
            call("shell", r#"{"command":"cargo test"}"#, ToolOutcome::Done, "12 passed\n[exit code 0]")
                .into(),
            call("propose_plan", "{}", ToolOutcome::Failed, "the contract comes first").into(),
            call("delegate", r#"{"questions":["Who calls it?"]}"#, ToolOutcome::Done, "main.rs:7 does")
                .into(),
            call("ask_user", r#"{"question":"Which?"}"#, ToolOutcome::Done, "The question waits").into(),
        ];
        let told = earlier_sessions(&[session(bodies.concat())]);
        insta::assert_snapshot!(told.trim(), @r#"
        ## What you found out before you asked or were interrupted; it need not be looked up again
        you said: The parser is the risk.
        you tried {"command":"cargo test"}: 12 passed
        [exit code 0]
        `propose_plan` was refused: the contract comes first
        you asked researchers {"questions":["Who calls it?"]}
        main.rs:7 does
        as #1 you looked at: read {"path":"src/main.rs"}
        "#);
        assert_eq!(earlier_sessions(&[]), "");
    }
}
