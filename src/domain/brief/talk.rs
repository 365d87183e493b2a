//! The sections about what was said: directives, knowledge, the conversation and mail.

use super::section::{line, list};
use crate::domain::attempt::{AgentWork, Ending};
use crate::domain::message::{MessageState, Party};
use crate::domain::mission::Mission;

/// Messages of the conversation that a brief carries.
const RECENT_MESSAGES: usize = 12;

pub(super) fn directives(mission: &Mission) -> String {
    list("\n## Directives, which always hold\n", mission.directives.iter().map(|directive| &directive.text))
}

pub(super) fn knowledge(mission: &Mission) -> String {
    list("\n## What earlier agents learned\n", mission.knowledge.iter().map(|knowledge| &knowledge.note))
}

pub(super) fn conversation(mission: &Mission) -> String {
    let mut text = String::new();
    for question in mission.questions.iter().filter(|question| question.to == Party::Person) {
        let answer = question.answer.as_ref().map_or("(no answer yet)", |answer| answer.as_str());
        line(&mut text, format_args!("you asked: {}\nthe person answered: {answer}", question.text));
    }
    let talk = |party: Party| matches!(party, Party::Person | Party::Orchestrator);
    let messages: Vec<_> = mission.messages.iter().filter(|m| talk(m.from) && talk(m.to)).collect();
    for message in messages.iter().skip(messages.len().saturating_sub(RECENT_MESSAGES)) {
        let who = if message.from == Party::Person { "the person" } else { "you" };
        line(&mut text, format_args!("{who}: {}", message.text));
    }
    if text.is_empty() { text } else { format!("\n## The conversation so far\n{text}") }
}

pub(super) fn mail(mission: &Mission) -> String {
    let mut text = String::new();
    let waiting =
        mission.messages.iter().filter(|m| m.to == Party::Orchestrator && m.state == MessageState::Waiting);
    for message in waiting {
        line(&mut text, format_args!("- from {}: {}", party(message.from), message.text));
    }
    for question in mission.waiting_workers() {
        line(
            &mut text,
            format_args!(
                "- {} asks and waits (answer with `message` to \"{}\"): {}",
                question.from, question.from, question.text
            ),
        );
    }
    if text.is_empty() { text } else { format!("\n## What you are to answer now\n{text}") }
}

/// What earlier attempts came to. What they left uncommitted is kept under a ref, for whoever wants to look.
pub(super) fn failed_attempts(mission: &Mission, work: AgentWork) -> String {
    let id = mission.id().map(ToString::to_string).unwrap_or_default();
    let mut text = String::new();
    for attempt in mission.attempts.values().filter(|attempt| attempt.work == work) {
        let came_to = match attempt.ended.as_ref().map(|ended| &ended.ending) {
            Some(Ending::Failed { reason } | Ending::Stopped { reason } | Ending::Unusable { reason }) => {
                reason.to_string()
            }
            Some(Ending::Interrupted) => "interrupted, through no fault of its own".to_owned(),
            Some(Ending::Done) | None => continue,
        };
        let kept = format!("refs/flightdeck/{id}/attempt-{}", attempt.id.0);
        line(
            &mut text,
            format_args!("- {}: {came_to}; what it left, if anything: `git show {kept}`", attempt.id),
        );
    }
    if text.is_empty() { text } else { format!("\n## Earlier attempts (their work was rolled back)\n{text}") }
}

fn party(party: Party) -> String {
    match party {
        Party::Person => "the person".to_owned(),
        Party::Orchestrator => "the orchestrator".to_owned(),
        Party::Attempt(id) => id.to_string(),
    }
}
