//! The conversation with the orchestrator: what was said, and the questions in their place.

use crate::domain::id::Timestamp;
use crate::domain::message::{Delivery, MessageState, Party, Question};
use crate::domain::mission::Mission;
use crate::view::style_role::StyleRole;
use crate::view::text::{ago, wrap};

use super::row::Row;

/// Something said between the person and the agents, in order.
enum Said<'a> {
    Goal(&'a str),
    Message(&'a crate::domain::message::Message),
    Asked(&'a Question),
}

/// The conversation in rows, oldest first.
pub fn rows(mission: &Mission, now: Timestamp, width: usize) -> Vec<Row> {
    let mut said: Vec<(Timestamp, Said<'_>)> = Vec::new();
    if let Some(founding) = &mission.founding {
        said.push((mission.created, Said::Goal(founding.goal.as_str())));
    }
    let theirs = |party: Party| party == Party::Person;
    let messages = mission.messages.iter().filter(|message| theirs(message.from) || theirs(message.to));
    said.extend(messages.map(|message| (message.at, Said::Message(message))));
    let questions = mission.questions.iter().filter(|question| theirs(question.to));
    said.extend(questions.map(|question| (question.at, Said::Asked(question))));
    said.sort_by_key(|(at, _)| *at);
    let mut rows = Vec::new();
    for (at, said) in said {
        if !rows.is_empty() {
            rows.push(Row::new());
        }
        let age = ago(now.since(at));
        match said {
            Said::Goal(text) => rows.extend(speech("You", StyleRole::Accent, "the goal", &age, text, width)),
            Said::Message(message) => rows.extend(message_rows(message, &age, width)),
            Said::Asked(question) => rows.extend(question_rows(question, &age, width)),
        }
    }
    rows
}

fn message_rows(message: &crate::domain::message::Message, age: &str, width: usize) -> Vec<Row> {
    let note = match (message.state, message.delivery) {
        (MessageState::Delivered, _) => "",
        (MessageState::Waiting, Delivery::Queue) => "waits for the next turn",
        (MessageState::Waiting, Delivery::Interrupt) => "interrupts",
    };
    let (name, style) = speaker(message.from);
    speech(&name, style, note, age, message.text.as_str(), width)
}

fn question_rows(question: &Question, age: &str, width: usize) -> Vec<Row> {
    let note = if question.answer.is_some() { "" } else { "waits for your answer" };
    let mut rows = speech(
        &question.from.to_string(),
        StyleRole::Warn,
        note,
        age,
        &format!("{} {}", question.id, question.text),
        width,
    );
    for (number, option) in (1..).zip(&question.options) {
        rows.push(Row::of(StyleRole::Key, format!("  {number} ")).then(StyleRole::Text, option.as_str()));
    }
    if let Some(answer) = &question.answer {
        rows.push(Row::new());
        rows.extend(speech("You", StyleRole::Accent, "", "", answer.as_str(), width));
    }
    rows
}

fn speaker(party: Party) -> (String, StyleRole) {
    match party {
        Party::Person => ("You".to_owned(), StyleRole::Accent),
        Party::Orchestrator => ("Orchestrator".to_owned(), StyleRole::Strong),
        Party::Attempt(id) => (id.to_string(), StyleRole::Strong),
    }
}

fn speech(name: &str, style: StyleRole, note: &str, age: &str, text: &str, width: usize) -> Vec<Row> {
    let mut head = Row::of(style, name)
        .then(StyleRole::Dim, if note.is_empty() { String::new() } else { format!("  {note}") });
    head = head.end(StyleRole::Dim, age);
    let body = wrap(&crate::view::text::clean(text), width.saturating_sub(2))
        .into_iter()
        .map(|line| Row::of(StyleRole::Text, format!("  {line}")));
    std::iter::once(head).chain(body).collect()
}
